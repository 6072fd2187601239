// swift-vllm
// SPDX-License-Identifier: Apache-2.0

@_exported public import VLLMChat
@_exported public import VLLMCheckpoints
@_exported public import VLLMEngine
@_exported public import VLLMExecution
@_exported public import VLLMJSON
@_exported public import VLLMLayers
@_exported public import VLLMModels
@_exported public import VLLMQuantization
@_exported public import VLLMScheduling
@_exported public import VLLMTensors
@_exported public import VLLMTypes
