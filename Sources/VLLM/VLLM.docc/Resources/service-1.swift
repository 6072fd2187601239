// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging
import ServiceLifecycle
import VLLM

let engine = try await LLM(model: "models/Qwen2.5-0.5B-Instruct").engine
let group = ServiceGroup(
    services: [engine, MyServer(engine)], gracefulShutdownSignals: [.sigterm],
    logger: Logger(label: "app"))
try await group.run()
