// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads prompts from a file, one a line; empty lines are skipped.
package enum PromptFile {
    /// The prompts of a file, or of standard input where the path is `-`.
    package static func read(_ path: String) throws(UsageError) -> [String] {
        let prompts = try parse(try InputFile.bytes(of: path, flag: "--prompts-file"), name: path)
        guard !prompts.isEmpty else { throw UsageError("--prompts-file: '\(path)' holds no prompt.") }
        return prompts
    }

    /// The prompts in a file's bytes.
    package static func parse(_ bytes: [UInt8], name: String) throws(UsageError) -> [String] {
        var prompts: [String] = []
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard !line.isEmpty else { continue }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw UsageError("--prompts-file: line \(number + 1) of '\(name)' is not UTF-8.")
            }
            prompts.append(text)
        }
        return prompts
    }
}
