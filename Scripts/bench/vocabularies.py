#!/usr/bin/env python3
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""Trains SentencePiece vocabularies to time tokenizers with: folders bpe and unigram, 16,000 pieces each.

Usage: vocabularies.py <folder>. The folder has what corpora.py writes, of which every text is trained on; needs
`sentencepiece`. Then: vllm bench tokenizer <folder>/bpe --corpus <folder>/english.txt
"""

import pathlib
import sys
import tempfile

import sentencepiece

SHARE = 1_000_000
LENGTH = 400


def main():
    folder = pathlib.Path(sys.argv[1])
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as corpus:
        for path in sorted(folder.glob("*.txt")):
            for line in path.read_text(encoding="utf-8")[:SHARE].split("\n"):
                for start in range(0, len(line), LENGTH):
                    corpus.write(line[start : start + LENGTH] + "\n")
        corpus.flush()
        for kind, normalization in (("bpe", "identity"), ("unigram", "nmt_nfkc")):
            (folder / kind).mkdir(exist_ok=True)
            sentencepiece.SentencePieceTrainer.train(
                input=corpus.name, model_prefix=str(folder / kind / "tokenizer"), model_type=kind, vocab_size=16000,
                hard_vocab_limit=False, character_coverage=0.9995, byte_fallback=True, normalization_rule_name=normalization,
                remove_extra_whitespaces=kind == "unigram", minloglevel=2,
            )
            (folder / kind / "config.json").write_text("{}\n")


main()
