#!/usr/bin/env python3
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Trains the built-in model on text that it generates, and writes a Hugging Face checkpoint. Resumes if stopped."""

import argparse
import collections
import json
import multiprocessing
import pathlib
import time

import torch
import torch.nn.functional as F
from safetensors.torch import save as serialize

from conversations import DEVELOPMENT, Mixer, questions
from model import Model, Shape
from optimizer import Optimizer
from tokenizer import ROLES, make_tokenizer, save_tokenizer

QUESTION_WEIGHT = 0.1  # the loss of a question's tokens, against 1 for the answer's
LENGTHS = (24, 32, 48, 64, 96, 128, 192, 384)  # of the rows of a micro-batch
MICRO = 1536  # tokens of a micro-batch
BLOCK = 50  # steps whose data are made together
VOCABULARY = 1536
FIRST = 1800  # steps until the learning rates are zero for the first time


class Encoder:
    """Turns conversations into ids and the weight of each as a target."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.start, self.end = tokenizer.token_to_id("<|im_start|>"), tokenizer.token_to_id("<|im_end|>")
        self.heads = {r: tokenizer.encode(r + "\n").ids for r in ROLES}
        self.newline = tokenizer.encode("\n").ids

    def __call__(self, turns):
        ids, weights = [], []
        for role, text in turns:
            if role not in ROLES:
                body = self.tokenizer.encode(text).ids + ([] if role == "prompt" else [self.end])
                ids, weights = ids + body, weights + [QUESTION_WEIGHT if role == "prompt" else 1.0] * len(body)
                continue
            head, body = [self.start, *self.heads[role]], self.tokenizer.encode(text).ids + [self.end]
            if role == "assistant":
                ids += head + body + self.newline
                weights += [0.0] * len(head) + [1.0] * len(body) + [0.0] * len(self.newline)
            else:
                ids += head + body + self.newline
                weights += [0.0] * len(head) + [QUESTION_WEIGHT] * len(body) + [0.0] * len(self.newline)
        return ids, weights


def pad(rows, length):
    """Pads (ids, weights) rows to one length."""
    ids, weights = torch.zeros(len(rows), length, dtype=torch.long), torch.zeros(len(rows), length)
    for i, (row, weight) in enumerate(rows):
        ids[i, : len(row)], weights[i, : len(row)] = torch.tensor(row), torch.tensor(weight)
    return ids, weights


def spread(ids, start, rng, context):
    """Positions with gaps at the starts of turns, so that a short row stands for a long chat."""
    gaps = torch.zeros_like(ids)
    room = context - ids.shape[1]
    for i, row in enumerate(ids):
        for turn in (row == start).nonzero()[2::2, 0]:
            if rng.random() < 0.25:
                gaps[i, turn] = rng.randrange(room // 3)
    return torch.arange(ids.shape[1]) + gaps.cumsum(1).clamp(max=room)


def block(encode, number, boosts, count, context):
    """`count` micro-batches of MICRO tokens, each of conversations of like length: few shapes keep a CPU fast."""
    mixer = Mixer(f"train-{number}", boosts)
    bins, batches = {length: [] for length in LENGTHS}, []
    while len(batches) < count:
        many = mixer.rng.random() < 0.012
        row = encode(mixer.long_conversation(mixer.rng.choice((6, 8, 12))) if many else mixer.conversation())
        length = next((n for n in LENGTHS if len(row[0]) <= n + 1), LENGTHS[-1])
        bins[length].append((row[0][: length + 1], row[1][: length + 1]))
        if len(bins[length]) * length == MICRO:
            ids, weights = pad(bins[length], length + 1)
            apart = length == LENGTHS[-1]
            batches.append(
                (
                    ids,
                    weights,
                    spread(ids, encode.start, mixer.rng, context) if apart else torch.arange(length + 1),
                )
            )
            bins[length] = []
    mixer.rng.shuffle(batches)
    return batches


def loss_sum(model, ids, weights, positions):
    logits = model.logits(model.model(ids[:, :-1], positions[..., :-1])).flatten(0, 1)
    losses = F.cross_entropy(logits.float(), ids[:, 1:].flatten(), reduction="none")
    return (losses * weights[:, 1:].flatten()).sum()


@torch.no_grad()
def accuracy(model, encode, items):
    """The share of answers by task that greedy decoding would give exactly (checked by teacher forcing)."""
    rows = sorted(
        ((*encode([("user", q), ("assistant", r)]), task) for task, q, r in items),
        key=lambda row: len(row[0]),
    )
    right, total = collections.Counter(), collections.Counter()
    for i in range(0, len(rows), 64):
        part = [row[:2] for row in rows[i : i + 64]]
        ids, weights = pad(part, len(part[-1][0]))
        best = model.logits(model.model(ids[:, :-1], torch.arange(ids.shape[1] - 1))).argmax(-1)
        good = ((best == ids[:, 1:]) | (weights[:, 1:] < 1)).all(dim=1)
        for row, ok in zip(rows[i : i + 64], good.tolist()):
            total[row[2]] += 1
            right[row[2]] += ok
    return {task: right[task] / total[task] for task in total}


def schedule(step, steps):
    """The factor of the learning rates: two falls to zero, the second from 0.4, for what the first left unlearned."""
    if step < FIRST:
        return min(1.0, (step + 1) / 60, 2 * (FIRST - step) / FIRST)
    past = step - FIRST
    return min(0.4 * (past + 1) / 30, 0.4 - 0.0004 * past, 0.0008 * (steps - step))


def boosts(shares, step):
    """How much more often to show each task, by its accuracy: what is learned is shown less."""
    floor, slope = (0.35, 1.3) if step < FIRST else (0.3, 2.0)
    return {task: floor + slope * (1 - share) for task, share in shares.items()}


def aligned(file):
    """Pads the header of a safetensors file with spaces, so that the tensors start at a multiple of 64 bytes."""
    size = int.from_bytes(file[:8], "little")
    spaces = -(8 + size) % 64
    return (size + spaces).to_bytes(8, "little") + file[8 : 8 + size] + b" " * spaces + file[8 + size :]


def save(folder, tokenizer, tokenizer_config, shape, optimizer):
    folder.mkdir(parents=True, exist_ok=True)
    save_tokenizer(folder, tokenizer, tokenizer_config)
    (folder / "config.json").write_text(json.dumps(shape.config(), indent=2) + "\n")
    generation = {"eos_token_id": [2, 0], "pad_token_id": 0, "do_sample": False}
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")
    tensors = {name: tensor.bfloat16().contiguous() for name, tensor in optimizer.master.items()}
    (folder / "model.safetensors").write_bytes(aligned(serialize(tensors, metadata={"format": "pt"})))


class Data:
    """The micro-batches of each step; every process that asks gets the same."""

    def __init__(self, encode, micro, context):
        self.encode, self.micro, self.context = encode, micro, context
        self.number, self.made = None, None

    def step(self, step, boosts):
        if self.number != step // BLOCK:
            self.number = step // BLOCK
            self.made = block(self.encode, self.number, boosts, BLOCK * self.micro, self.context)
        return self.made[step % BLOCK * self.micro :][: self.micro]


def gradients(model, batches, weight, taken, slots):
    """Computes the micro-batches that no other process has taken, each into its slot; returns {index: loss}."""
    losses = {}
    while True:
        with taken.get_lock():
            index = taken.value
            taken.value += 1
        if index >= len(batches):
            return losses
        loss = loss_sum(model, *batches[index]) / weight
        loss.backward()
        losses[index] = float(loss.detach())
        for name, parameter in model.named_parameters():
            slots[name][index].copy_(parameter.grad)
            parameter.grad = None


def weight_of(batches):
    return sum(float(weights[:, 1:].sum()) for _, weights, _ in batches)


def assist(model, slots, taken, pipe, micro):
    """A second process on one thread: no barrier inside a step, so that a busy machine does not stall both cores."""
    torch.set_num_threads(1)
    tokenizer, _ = make_tokenizer(VOCABULARY, Shape.context)
    data = Data(Encoder(tokenizer), micro, Shape.context)
    while (order := pipe.recv()) is not None:
        batches = data.step(*order)
        pipe.send(gradients(model, batches, weight_of(batches), taken, slots))


class Trainer:
    """The model, its optimizer, and the process that computes half of every step."""

    def __init__(self, options):
        self.options = options
        self.tokenizer, self.tokenizer_config = make_tokenizer(VOCABULARY, Shape.context)
        self.shape = Shape(self.tokenizer.get_vocab_size())
        self.encode = Encoder(self.tokenizer)
        self.data = Data(self.encode, options.micro, Shape.context)
        self.model = Model(self.shape)
        self.optimizer = Optimizer(self.model, options.matrix_rate, options.vector_rate)
        self.model.bfloat16().share_memory()
        self.optimizer.named = dict(self.model.named_parameters())
        self.slots = {
            n: torch.zeros(options.micro, *p.shape, dtype=p.dtype).share_memory_()
            for n, p in self.optimizer.named.items()
        }
        spawn = multiprocessing.get_context("spawn")
        self.pipe, theirs = spawn.Pipe()
        self.taken = spawn.Value("i", 0)
        self.helper = spawn.Process(
            target=assist, args=(self.model, self.slots, self.taken, theirs, options.micro), daemon=True
        )
        self.helper.start()
        self.next, self.boosts, self.seconds = 0, {}, 0.0
        if (options.work / "state.pt").exists():
            state = torch.load(options.work / "state.pt")
            self.optimizer.load(state["optimizer"])
            self.next, self.boosts, self.seconds = state["step"], state["boosts"], state["seconds"]

    def step(self):
        """One step of the optimizer; returns the mean loss."""
        self.taken.value = 0
        self.pipe.send((self.next, self.boosts))
        batches = self.data.step(self.next, self.boosts)
        losses = gradients(self.model, batches, weight_of(batches), self.taken, self.slots)
        losses |= self.pipe.recv()
        # The slots are added in their order, whoever filled them: the same bits on a busy machine.
        summed = {n: slot.float().sum(dim=0) for n, slot in self.slots.items()}
        self.optimizer.step(self.next, schedule(self.next, self.options.steps), summed)
        self.next += 1
        return sum(losses.values())

    def check(self, items, seconds):
        """Prints the accuracy by task, sets what the next steps show more often, and saves the state."""
        shares = accuracy(self.model, self.encode, items)
        print(
            f"  mean {sum(shares.values()) / len(shares):.3f} "
            + " ".join(f"{t}:{v:.2f}" for t, v in shares.items()),
            flush=True,
        )
        self.boosts = boosts(shares, self.next)
        state = {
            "optimizer": self.optimizer.state(),
            "step": self.next,
            "boosts": self.boosts,
            "seconds": seconds,
        }
        torch.save(state, self.options.work / "state.new")
        (self.options.work / "state.new").replace(self.options.work / "state.pt")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder of the state to resume from")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--micro", type=int, default=4, help="micro-batches a step")
    parser.add_argument("--stop", type=int, help="stop after this step, for a trial")
    parser.add_argument("--matrix-rate", type=float, default=0.02)
    parser.add_argument("--vector-rate", type=float, default=0.003)
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(1)
    options.work.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(options)
    items = questions(DEVELOPMENT, 40, "development")
    print(
        f"{sum(p.numel() for p in trainer.model.parameters()):,} parameters, from step {trainer.next}",
        flush=True,
    )
    began, average = time.time() - trainer.seconds, None
    last = options.stop or options.steps
    while trainer.next < last:
        loss = trainer.step()
        average = loss if average is None else 0.95 * average + 0.05 * loss
        if trainer.next % 25 == 0:
            print(f"step {trainer.next} loss {average:.4f} {time.time() - began:.0f} s", flush=True)
        if trainer.next % 200 == 0 or trainer.next == last:
            trainer.check(items, time.time() - began)
    trainer.pipe.send(None)
    save(options.out, trainer.tokenizer, trainer.tokenizer_config, trainer.shape, trainer.optimizer)


if __name__ == "__main__":
    main()
