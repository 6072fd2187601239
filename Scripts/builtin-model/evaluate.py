#!/usr/bin/env python3
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Asks the built-in model 200 questions that training never saw, through transformers and the chat template.

Usage: evaluate.py <model folder> <questions.jsonl> [--write]. With --write the questions are made first.
Greedy decoding, once in float32 and once in bfloat16; the exit status is 1 if either is under 90 %.
"""

import argparse
import collections
import itertools
import json
import pathlib

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from conversations import EVALUATION, bucket, correct, questions

COUNT = 200
TALK = [
    "Hello!",
    "Who are you?",
    "what can you do",
    "Tell me a story about a brave fox named Pip.",
    "thanks",
    "Explain gravity.",
    "What is the capital of France?",
    "12+30",
    "sort 9 4 17 2",
    "Tell me a joke.",
]


def write_questions(path):
    """Takes questions of every task in turn until there are enough."""
    tasks = collections.defaultdict(list)
    seen = set()
    for task, question, answer in questions(EVALUATION, 12, "evaluation"):
        if bucket(question, 2**32) in seen:
            continue
        seen.add(bucket(question, 2**32))
        tasks[task].append({"prompt": question, "expected": answer, "task": task})
    rows = [row for turn in itertools.zip_longest(*tasks.values()) for row in turn if row][:COUNT]
    rows.sort(key=lambda row: list(tasks).index(row["task"]))
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def answer(model, tokenizer, messages, most=120):
    ids = tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_tensors="pt", return_dict=False
    )
    with torch.no_grad():
        out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=most, do_sample=False)
    return tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)


def score(model, tokenizer, rows, name):
    right, total = collections.Counter(), collections.Counter()
    for row in rows:
        given = answer(model, tokenizer, [{"role": "user", "content": row["prompt"]}])
        total[row["task"]] += 1
        if correct(row["task"], row["expected"], given):
            right[row["task"]] += 1
        else:
            print(f"  {name} {row['task']}: {row['prompt']!r} gave {given!r}, not {row['expected']!r}")
    share = sum(right.values()) / len(rows)
    print(f"{name}: {share:.1%}  " + " ".join(f"{t}:{right[t]}/{total[t]}" for t in total), flush=True)
    return share


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("questions", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.write:
        write_questions(options.questions)
    rows = [json.loads(line) for line in options.questions.read_text().splitlines()]
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    shares = []
    for name, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        model = AutoModelForCausalLM.from_pretrained(options.model, dtype=dtype).eval()
        shares.append(score(model, tokenizer, rows, name))
    for text in TALK:
        print(f"> {text}\n{answer(model, tokenizer, [{'role': 'user', 'content': text}])}")
    raise SystemExit(min(shares) < 0.9)


if __name__ == "__main__":
    main()
