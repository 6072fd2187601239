// swift-vllm
// SPDX-License-Identifier: Apache-2.0

@_exported public import VLLMChat
@_exported public import VLLMEngine
@_exported public import VLLMTypes
