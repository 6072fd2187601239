// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A function that every template can call.
enum Function: String, CaseIterable {
    case range
    case dict
    case dictFromKeys = "fromkeys"
    case namespace
    case cycler
    case joiner
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"
}
