# swift-vllm
# SPDX-License-Identifier: Apache-2.0
"""The inference engines that peers.py measures, by name."""

from engines.llama_cpp import IkLlamaCpp, LlamaCpp
from engines.swift import Swift
from engines.workers import OpenVINO, Transformers

ENGINES = {engine.name: engine for engine in (Swift, LlamaCpp, IkLlamaCpp, OpenVINO, Transformers)}
