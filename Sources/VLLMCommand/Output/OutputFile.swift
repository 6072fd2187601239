// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import VLLMJSON

/// Writes results to files that the command line names.
enum OutputFile {
    /// Writes JSON, whole or not at all.
    static func write(_ value: JSONValue, to path: String, flag: String) throws(UsageError) {
        try write(JSONWriter().bytes(value) + [0x0a], to: path, flag: flag)
    }

    /// Writes a text, whole or not at all.
    static func write(text: String, to path: String, flag: String) throws(UsageError) {
        try write(Array(text.utf8), to: path, flag: flag)
    }

    private static func write(_ bytes: [UInt8], to path: String, flag: String) throws(UsageError) {
        do {
            try Data(bytes).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw UsageError("\(flag): '\(path)' cannot be written.")
        }
    }
}
