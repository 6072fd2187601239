// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging

/// Flags of the log.
struct LogFlags: ParsableArguments {
    @Option(
        help:
            "What is logged on standard error: debug, info, warning or error (default: $VLLM_LOGGING_LEVEL, else info)."
    )
    var logLevel: String?

    /// The level that was asked for, by flag or by environment.
    func level(_ environment: [String: String]) throws(UsageError) -> Logger.Level {
        guard let name = logLevel ?? environment["VLLM_LOGGING_LEVEL"] else { return .info }
        switch name.lowercased() {
        case "trace": return .trace
        case "debug": return .debug
        case "info", "notice": return .info
        case "warning", "warn": return .warning
        case "error": return .error
        case "critical", "fatal": return .critical
        default:
            let source = logLevel == nil ? "VLLM_LOGGING_LEVEL" : "--log-level"
            throw UsageError("\(source) should be debug, info, warning or error, is '\(name)'.")
        }
    }
}
