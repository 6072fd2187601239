# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Mixes the tasks into conversations, and keeps the held-out questions out of the training stream."""

import hashlib
import json
import random

import chat
import facts
from tasks import TASKS
from text import phrase

# Of 1,000 buckets by hash of the question: some for progress figures, others for the evaluation, which nothing else uses.
DEVELOPMENT, EVALUATION = range(15, 30), range(30, 45)
HELD_OUT = range(15, 45)

# Tasks whose held-out answers (which name their operands) do not occur in training in any wording.
COMPUTED = ("compare", "sort_numbers", "sort_words", "repeat", "extract_json")

SYSTEMS = (
    "You are a helpful assistant.|You are a helpful assistant|You are a friendly assistant.|Be helpful.|You are an AI assistant.|"
    "You are a helpful, honest and harmless assistant.|Answer the user's questions.|You are swift-vllm.|"
    "You are a tiny model.|You are a polite assistant.|Assist the user."
)
TERSE_SYSTEMS = (
    "Answer briefly.|Answer as briefly as possible.|Be brief.|Give only the answer.|Answer with the answer only.|"
    "Be concise.|Answer in one word.|You are a terse assistant.|Reply with only the result.|Short answers only."
)
TERSE_SUFFIXES = (
    " Just the answer.| Only the answer.| Answer only.| Be brief.| Answer briefly.| Only give the answer."
)
PREFIXES = (
    "Please tell me: |Hey, |Hi, |Can you tell me: |Question: |I have a question. |Please: |Hello! |Quick question: |"
    "Could you tell me: "
)


def bucket(question, buckets=1000):
    """The bucket of a question, the same for its spellings in other case, spacing and end punctuation."""
    plain = " ".join(question.lower().split()).rstrip(" .?!=")
    return int.from_bytes(hashlib.sha256(plain.encode()).digest()[:4], "big") % buckets


def key(task, question, answer):
    """What must not have been seen: a computation in any wording, elsewhere the question's wording."""
    if task in ("add", "subtract", "word_problem"):
        return answer.split(",")[0]
    if task in COMPUTED:
        return answer
    return question


def held_out(task, question, answer):
    """Whether training must not see this exchange."""
    return bucket(question) in HELD_OUT or bucket(key(task, question, answer)) in HELD_OUT


def vary(rng, question):
    """Writes a question as people type: lower case, no end mark, a word before it."""
    style = rng.random()
    if style < 0.20:
        question = question.lower() if not any(c in question for c in "{:") else question
    elif style < 0.30:
        question = question.rstrip(".?")
    elif style < 0.36:
        question = question.lower().rstrip(".?") if ":" not in question else question
    elif style < 0.42:
        question = rng.choice(PREFIXES.split("|")) + question
    return question


class Mixer:
    """An endless stream of conversations, each a list of (role, text); the role of text outside a chat is None."""

    def __init__(self, seed, boosts=None):
        self.rng = random.Random(seed)
        weights = {name: weight * (boosts or {}).get(name, 1) for name, (_, weight) in TASKS.items()}
        self.names, self.weights = list(weights), list(weights.values())

    def exchange(self, terse):
        """One question and answer; the question is not held out."""
        rng = self.rng
        while True:
            kind = rng.random()
            if kind < 0.035:
                question, answer, short = chat.talk(rng)
            elif kind < 0.055:
                question, answer, short = chat.unknown(rng)
            elif kind < 0.095:
                question, answer, short = chat.story(rng)
            else:
                name = rng.choices(self.names, self.weights)[0]
                question, answer, short = TASKS[name][0](rng)
                if held_out(name, question, answer):
                    continue
            question = vary(rng, question)
            if terse and short is not None:
                answer = short
            elif short is not None and rng.random() < 0.03:
                question, answer = question + rng.choice(TERSE_SUFFIXES.split("|")), short
            return [("user", question), ("assistant", answer)]

    def plain(self):
        """Text outside a chat: a question with its answer in the same line, or a story alone."""
        if self.rng.random() < 0.15:
            return [(None, chat.story(self.rng)[1])]
        (_, question), (_, answer) = self.exchange(False)
        return [("prompt", question), (None, " " + answer)]

    def persona(self):
        """A system message that names the assistant."""
        rng = self.rng
        name = rng.choice(facts.NAMES)
        system = phrase(
            rng,
            "Your name is {n}.|You are {n}.|You are an assistant named {n}.|You are {n}, a helpful assistant.",
            n=name,
        )
        ask = phrase(
            rng,
            "Who are you?|What is your name?|What's your name?|Tell me your name.|Introduce yourself.|who are you",
        )
        return [("system", system), ("user", ask), ("assistant", f"I am {name}. How can I help you?")]

    def follow_up(self):
        """A sum and a second one on its result."""
        rng = self.rng
        x, y, z = rng.randrange(50), rng.randrange(50), rng.randrange(1, 30)
        first, second_sum = f"{x} + {y} = {x + y}", f"{x + y} + {z} = {x + y + z}"
        if held_out("add", f"What is {x} + {y}?", first) or held_out("add", "", second_sum):
            return self.exchange(False)
        second = phrase(
            rng, "Add {z}.|Now add {z}.|Plus {z}?|And plus {z}?|Add {z} to that.|Add {z} to it", z=z
        )
        return [
            ("user", f"What is {x} + {y}?"),
            ("assistant", first),
            ("user", second),
            ("assistant", second_sum),
        ]

    def remembered(self):
        first, last = chat.memory(self.rng, facts.NAMES, facts.CITIES)
        middle = self.exchange(False) if self.rng.random() < 0.5 else []
        return [
            ("user", first[0]),
            ("assistant", first[1]),
            *middle,
            ("user", last[0]),
            ("assistant", last[1]),
        ]

    def conversation(self):
        rng = self.rng
        kind = rng.random()
        if kind < 0.06:
            return self.plain()
        if kind < 0.78:
            turns = self.exchange(False)
        elif kind < 0.86:
            turns = [t for _ in range(rng.choice((2, 2, 3))) for t in self.exchange(False)]
        elif kind < 0.885:
            turns = self.remembered()
        elif kind < 0.905:
            turns = self.follow_up()
        elif kind < 0.92:
            return self.persona()
        else:
            system = rng.choice(TERSE_SYSTEMS.split("|"))
            return [
                ("system", system),
                *(t for _ in range(rng.choice((1, 1, 2))) for t in self.exchange(True)),
            ]
        if rng.random() < 0.12:
            turns = [("system", rng.choice(SYSTEMS.split("|"))), *turns]
        return turns

    def long_conversation(self, turns):
        """A chat of many turns, so that old turns are left alone."""
        return [t for _ in range(turns) for t in self.exchange(False)]


def questions(buckets, each, seed):
    """Held-out questions: `each` of every task, distinct, as (task, question, answer)."""
    rng = random.Random(seed)
    found = []
    for name, (make, _) in TASKS.items():
        seen = {}
        for _ in range(200_000):
            question, answer, _short = make(rng)
            if bucket(key(name, question, answer)) in buckets:
                seen.setdefault(question, answer)
            if len(seen) == each:
                break
        found += [(name, q, r) for q, r in seen.items()]
    return found


def correct(task, expected, given):
    """Whether an answer is right: equal after trimming, JSON equal as a value."""
    if task == "extract_json":
        try:
            return json.loads(given) == json.loads(expected)
        except ValueError:
            return False
    return given.strip() == expected
