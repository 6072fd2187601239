# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Tasks on words, lists and facts, as in number_tasks."""

import json

import facts
from text import a, phrase, upper_first


def sort_words(rng):
    values = rng.sample(facts.WORDS, rng.choice((3, 3, 4, 4, 5)))
    listed = rng.choice((", ", ", ", ", ", " ")).join(values)
    question = phrase(
        rng,
        "Sort these words: {l}|Sort these words alphabetically: {l}|Sort alphabetically: {l}|Sort: {l}|"
        "Put these words in alphabetical order: {l}|Alphabetize: {l}|Sort the words {l}.|"
        "Arrange in alphabetical order: {l}|Order these words from A to Z: {l}",
        l=listed,
    )
    return question, ", ".join(sorted(values)), None


def list_operation(rng):
    numeric = rng.random() < 0.3
    pool = [str(v) for v in range(100)] if numeric else facts.WORDS
    values = rng.sample(pool, rng.choice((3, 3, 4, 4, 5)))
    listed = ", ".join(values)
    kind = rng.randrange(4)
    if kind == 0:
        question = phrase(
            rng,
            "Reverse this list: {l}|Reverse: {l}|Write this list backwards: {l}|"
            "Put this list in reverse order: {l}|Reverse the order of {l}.",
            l=listed,
        )
        return question, ", ".join(reversed(values)), None
    if kind == 1:
        question = phrase(
            rng,
            "What is the first item in this list: {l}?|Which comes first in this list: {l}?|"
            "First item of {l}?|What is the first one of {l}?",
            l=listed,
        )
        return question, f"The first item is {values[0]}.", values[0]
    if kind == 2:
        question = phrase(
            rng,
            "What is the last item in this list: {l}?|Which comes last in this list: {l}?|"
            "Last item of {l}?|What is the last one of {l}?",
            l=listed,
        )
        return question, f"The last item is {values[-1]}.", values[-1]
    question = phrase(
        rng,
        "How many items are in this list: {l}?|Count the items: {l}|How many things are in this list: {l}?|"
        "Count the items in this list: {l}|How many words are here: {l}?",
        l=listed,
    )
    return question, f"There are {len(values)} items.", str(len(values))


def repeat(rng):
    values = " ".join(rng.choice(facts.WORDS) for _ in range(rng.choice((1, 2, 3, 4, 5))))
    question = phrase(
        rng,
        "Repeat after me: {l}|Repeat: {l}|Say: {l}|Repeat these words: {l}|Please repeat: {l}|Echo: {l}|"
        "Say the following: {l}",
        l=values,
    )
    return question, values, None


def capital(rng):
    country, city = rng.choice(list(facts.CAPITALS.items()))
    if rng.random() < 0.75:
        question = phrase(
            rng,
            "What is the capital of {c}?|What's the capital of {c}?|Capital of {c}?|capital of {c}|"
            "Name the capital of {c}.|Tell me the capital of {c}.|Which city is the capital of {c}?|"
            "What is the capital city of {c}?|Do you know the capital of {c}?|{C}'s capital?|"
            "What is {c}'s capital?|I need the capital of {c}.|Which city is {c}'s capital?",
            c=country,
            C=upper_first(country),
        )
        return question, f"The capital of {country} is {city}.", city
    question = phrase(
        rng,
        "Which country has the capital {k}?|{k} is the capital of which country?|"
        "{k} is the capital of what country?|What country is {k} the capital of?|"
        "Of which country is {k} the capital?",
        k=city,
    )
    return question, f"{city} is the capital of {country}.", country


def continent(rng):
    country, where = rng.choice(list(facts.CONTINENTS.items()))
    question = phrase(
        rng,
        "On which continent is {c}?|Which continent is {c} in?|What continent is {c} on?|Where is {c}?|"
        "In which part of the world is {c}?|What continent does {c} belong to?|Tell me the continent of {c}.|"
        "Where is {c} located?|Where can I find {c}?|{C} is on which continent?",
        c=country,
        C=upper_first(country),
    )
    return question, f"{upper_first(country)} is in {where}.", where


def opposite(rng):
    pair = rng.choice(facts.OPPOSITES)
    x, y = pair if rng.random() < 0.5 else pair[::-1]
    question = phrase(
        rng,
        "What is the opposite of {x}?|Opposite of {x}?|opposite of {x}|What's the opposite of {x}?|"
        "What is the opposite of the word {x}?|Give me the opposite of {x}.|Name the opposite of {x}.|"
        "Tell me the opposite of {x}.|What is an antonym of {x}?|Which word is the opposite of {x}?|"
        "What is the reverse of {x}?|Find the opposite of {x}.",
        x=x,
    )
    return question, f"The opposite of {x} is {y}.", y


def plural(rng):
    x, y = rng.choice(list(facts.PLURALS.items()))
    if rng.random() < 0.2:
        question = phrase(
            rng,
            "What is the singular of {y}?|Singular of {y}?|What's the singular form of {y}?|"
            "Give me the singular of {y}.|Tell me the singular of {y}.",
            y=y,
        )
        return question, f"The singular of {y} is {x}.", x
    question = phrase(
        rng,
        "What is the plural of {x}?|Plural of {x}?|plural of {x}|What's the plural of {x}?|"
        "Give me the plural of {x}.|Tell me the plural of {x}.|What is the plural form of {x}?|One {x}, two what?|"
        "How do you write the plural of {x}?|Make {x} plural.|Write the plural of {x}.",
        x=x,
    )
    return question, f"The plural of {x} is {y}.", y


def past_tense(rng):
    x, y = rng.choice(list(facts.PAST.items()))
    question = phrase(
        rng,
        "What is the past tense of {x}?|Past tense of {x}?|past tense of {x}|What's the past tense of {x}?|"
        "Give me the past tense of {x}.|Tell me the past tense of {x}.|What is the past tense of the verb {x}?|"
        "What is the past form of {x}?|Put {x} into the past tense.|Past of to {x}?|"
        "What is the simple past of {x}?|How do you write {x} in the past tense?",
        x=x,
    )
    return question, f"The past tense of {x} is {y}.", y


def color(rng):
    if rng.random() < 0.2:
        one, two, mix = rng.choice(facts.MIXES)
        one, two = (one, two) if rng.random() < 0.5 else (two, one)
        question = phrase(
            rng,
            "What do you get when you mix {a} and {b}?|What color do {a} and {b} make?|Mix {a} and {b}.|"
            "What color is {a} mixed with {b}?|What colour do you get from {a} and {b}?|{A} and {b} make what color?",
            a=one,
            b=two,
            A=upper_first(one),
        )
        return question, f"{upper_first(one)} and {two} make {mix}.", mix
    thing, shade = rng.choice(list(facts.COLORS.items()))
    question = phrase(
        rng,
        "What color is {t}?|What colour is {t}?|Which color is {t}?|Color of {t}?|What is the color of {t}?|"
        "What's the color of {t}?|Tell me the color of {t}.|Which color does {t} have?|{T} is what color?|"
        "Do you know what color {t} is?|Name the color of {t}.",
        t=thing,
        T=upper_first(thing),
    )
    return question, f"{upper_first(thing)} is {shade}.", shade


def animal(rng):
    kind = rng.randrange(5)
    if kind == 0:
        name, (sound, *_) = rng.choice(list(facts.ANIMALS.items()))
        question = phrase(
            rng,
            "What sound does {a} make?|What does {a} say?|What noise does {a} make?|"
            "Which sound does {a} make?|What is the sound of {a}?|Tell me the sound {a} makes.|How does {a} sound?",
            a=a(name),
        )
        return question, f"{upper_first(a(name))} says {sound}.", sound
    if kind == 1:
        name, (_, young, *_) = rng.choice(list(facts.ANIMALS.items()))
        question = phrase(
            rng,
            "What is a baby {n} called?|What do you call a baby {n}?|What is a young {n} called?|"
            "What is the name of a baby {n}?|Name for a baby {n}?|What's a baby {n} called?|What do you call a young {n}?",
            n=name,
        )
        return question, f"A baby {name} is called {a(young)}.", young
    if kind == 2:
        name, legs = rng.choice([(n, int(v[2])) for n, v in facts.ANIMALS.items()] + list(facts.LEGS.items()))
        question = phrase(
            rng,
            "How many legs does {a} have?|How many legs has {a}?|Number of legs of {a}?|"
            "How many legs does {a} walk on?|Tell me how many legs {a} has.|Do you know how many legs {a} has?",
            a=a(name),
        )
        return question, f"{upper_first(a(name))} has {legs} legs.", str(legs)
    if kind == 3:
        name, (*_, home) = rng.choice(list(facts.ANIMALS.items()))
        question = phrase(
            rng,
            "Where does {a} live?|Where do you find {a}?|Where can I see {a}?|In which place does {a} live?|"
            "What is the home of {a}?|Where is {a} at home?",
            a=a(name),
        )
        return question, f"{upper_first(a(name))} lives {home}.", upper_first(home)
    thing, group = rng.choice(list(facts.KINDS.items()))
    subject = thing if thing[0].isupper() or group in ("a color", "a planet") else a(thing)
    question = phrase(
        rng,
        "What is {s}?|What kind of thing is {s}?|What sort of thing is {s}?|What type of thing is {s}?|"
        "Can you tell me what {s} is?|Do you know what {s} is?|What group does {s} belong to?",
        s=subject,
    )
    return question, f"{upper_first(subject)} is {group}.", upper_first(group)


def calendar(rng):
    kind = rng.randrange(6)
    if kind < 2:
        names = facts.DAYS if rng.random() < 0.5 else facts.MONTHS
        word = "day" if names is facts.DAYS else "month"
        i = rng.randrange(len(names))
        x, after, before = names[i], names[(i + 1) % len(names)], names[i - 1]
        if kind == 0:
            question = phrase(
                rng,
                "What {w} comes after {x}?|Which {w} comes after {x}?|What {w} is after {x}?|"
                "What comes after {x}?|What {w} follows {x}?|Which {w} follows {x}?|Name the {w} after {x}.|"
                "What is the {w} after {x}?|Tell me the {w} that follows {x}.|What is the next {w} after {x}?",
                w=word,
                x=x,
            )
            return question, f"{after} comes after {x}.", after
        question = phrase(
            rng,
            "What {w} comes before {x}?|Which {w} comes before {x}?|What {w} is before {x}?|"
            "What comes before {x}?|Name the {w} before {x}.|What is the {w} before {x}?|Which {w} is right before {x}?|"
            "Tell me the {w} that comes before {x}.",
            w=word,
            x=x,
        )
        return question, f"{before} comes before {x}.", before
    i = rng.randrange(12)
    if kind == 2:
        question = phrase(
            rng,
            "How many days are in {m}?|How many days does {m} have?|Days in {m}?|"
            "How many days has {m}?|Tell me how many days {m} has.|How long is {m}?",
            m=facts.MONTHS[i],
        )
        return question, f"{facts.MONTHS[i]} has {facts.MONTH_DAYS[i]} days.", str(facts.MONTH_DAYS[i])
    if kind == 3:
        question = phrase(
            rng,
            "Which season is {m} in?|What season is {m}?|What season is it in {m}?|In which season is {m}?|"
            "Season of {m}?|Tell me the season of {m}.",
            m=facts.MONTHS[i],
        )
        return (
            question,
            f"{facts.MONTHS[i]} is in {facts.SEASONS[facts.MONTHS[i]]}.",
            upper_first(facts.SEASONS[facts.MONTHS[i]]),
        )
    if kind == 4:
        question = phrase(
            rng,
            "What is month number {n}?|Which month is number {n}?|Name month {n}.|"
            "What month is month number {n} of the year?|Month {n}?|Which is month {n} of the year?",
            n=i + 1,
        )
        return question, f"Month {i + 1} is {facts.MONTHS[i]}.", facts.MONTHS[i]
    if rng.random() < 0.3:
        thing, count = rng.choice(
            (
                ("days are in a week", "A week has 7 days."),
                ("months are in a year", "A year has 12 months."),
                ("hours are in a day", "A day has 24 hours."),
                ("days are in a year", "A year has 365 days."),
                ("minutes are in an hour", "An hour has 60 minutes."),
                ("seconds are in a minute", "A minute has 60 seconds."),
                ("weeks are in a year", "A year has 52 weeks."),
            )
        )
        question = phrase(rng, "How many {t}?|Tell me how many {t}.|Do you know how many {t}?", t=thing)
        return question, count, "".join(c for c in count if c.isdigit())
    question = phrase(
        rng,
        "What number is {m}?|Which number is the month {m}?|What is the number of {m}?|"
        "{m} is which month of the year?|What number month is {m}?|Number of the month {m}?",
        m=facts.MONTHS[i],
    )
    return question, f"{facts.MONTHS[i]} is month {i + 1}.", str(i + 1)


def letters(rng):
    word = rng.choice(facts.WORDS)
    kind = rng.randrange(4)
    if kind == 0:
        question = phrase(
            rng,
            "How many letters are in the word {w}?|How many letters does {w} have?|Count the letters in {w}.|"
            "How many letters are in {w}?|How long is the word {w}?|Letters in {w}?|"
            "How many letters are there in the word '{w}'?|How many letters has {w}?",
            w=word,
        )
        return question, f"The word {word} has {len(word)} letters.", str(len(word))
    if kind == 1:
        question = phrase(
            rng,
            "Spell {w}.|Spell the word {w}.|How do you spell {w}?|How is {w} spelled?|Please spell {w}.|"
            "Spell '{w}'.|Can you spell {w}?|Spell {w} letter by letter.",
            w=word,
        )
        return question, "-".join(word), None
    first = kind == 2
    question = phrase(
        rng,
        "What is the {k} letter of {w}?|What is the {k} letter in {w}?|{K} letter of {w}?|"
        "Which letter does {w} {v} with?|What letter does {w} {v} with?|What is the {k} letter of the word {w}?",
        w=word,
        k="first" if first else "last",
        K="First" if first else "Last",
        v="start" if first else "end",
    )
    letter = word[0] if first else word[-1]
    return question, f"The {'first' if first else 'last'} letter of {word} is {letter}.", letter


def alphabet(rng):
    i = rng.randrange(26)
    letter = chr(65 + i)
    kind = rng.randrange(3)
    if kind == 0 and i < 25:
        question = phrase(
            rng,
            "What letter comes after {x}?|Which letter comes after {x}?|Letter after {x}?|"
            "What is the letter after {x}?|Which letter follows {x}?|What is the next letter after {x}?",
            x=letter,
        )
        return question, f"{chr(66 + i)} comes after {letter}.", chr(66 + i)
    if kind == 1 and i > 0:
        question = phrase(
            rng,
            "What letter comes before {x}?|Which letter comes before {x}?|Letter before {x}?|"
            "What is the letter before {x}?|Which letter is right before {x}?",
            x=letter,
        )
        return question, f"{chr(64 + i)} comes before {letter}.", chr(64 + i)
    question = phrase(
        rng,
        "What is letter number {n} of the alphabet?|Which letter is number {n} in the alphabet?|"
        "Letter {n} of the alphabet?|Name letter {n} of the alphabet.",
        n=i + 1,
    )
    return question, f"Letter {i + 1} is {letter}.", letter


def extract_json(rng):
    name, city, job = rng.choice(facts.NAMES), rng.choice(facts.CITIES), rng.choice(facts.JOBS)
    age = rng.randrange(5, 99)
    kind = rng.randrange(4)
    if kind == 0:
        value = {"name": name, "age": age}
        text = phrase(
            rng,
            "{n} is {a} years old.|{n} is {a}.|My friend {n} is {a} years old.|"
            "I met {n}, who is {a} years old.",
            n=name,
            a=age,
        )
    elif kind == 1:
        value = {"name": name, "age": age, "city": city}
        text = phrase(
            rng,
            "{n} is {a} years old and lives in {c}.|{n}, {a}, lives in {c}.|{n} lives in {c} and is {a} years old.|"
            "{n} from {c} is {a} years old.|My name is {n}, I am {a} and I live in {c}.",
            n=name,
            a=age,
            c=city,
        )
    elif kind == 2:
        value = {"name": name, "job": job, "city": city}
        text = phrase(
            rng,
            "{n} is {j} in {c}.|{n} works as {j} in {c}.|{n} lives in {c} and works as {j}.|"
            "I am {n}, {j} from {c}.",
            n=name,
            j=a(job),
            c=city,
        )
    else:
        item, count, price = rng.choice(facts.ITEMS), rng.randrange(2, 60), rng.randrange(1, 100)
        value = {"buyer": name, "item": item, "quantity": count, "price": price}
        text = phrase(
            rng,
            "{n} bought {q} {i} for {p} dollars.|{n} paid {p} dollars for {q} {i}.|"
            "{n} ordered {q} {i} and paid {p} dollars.|For {p} dollars, {n} got {q} {i}.",
            n=name,
            i=item,
            q=count,
            p=price,
        )
    keys = ", ".join(list(value)[:-1]) + " and " + list(value)[-1]
    question = phrase(
        rng,
        "Extract {k} as JSON: {t}|Extract the {k} as JSON: {t}|Return JSON with {k}: {t}|"
        "Write this as JSON with {k}: {t}|{t} Give me the {k} as JSON.|Extract JSON with the keys {k}: {t}|"
        "{t} Extract {k} as JSON.|Turn this into JSON with {k}: {t}",
        k=keys,
        t=text,
    )
    return question, json.dumps(value), None
