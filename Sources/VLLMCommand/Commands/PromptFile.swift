// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads prompts from a file, one a line; empty lines are skipped.
package enum PromptFile {
    private static let sizeLimit = 4 << 30

    /// The prompts of a file, or of standard input where the path is `-`.
    package static func read(_ path: String) throws(UsageError) -> [String] {
        let prompts = try parse(try bytes(of: path), name: path)
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

    private static func bytes(of path: String) throws(UsageError) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= sizeLimit else {
                throw UsageError("--prompts-file: '\(path)' has more than \(Quantity.bytes(sizeLimit)).")
            }
        }
    }

    private static func failure(_ path: String) -> UsageError {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "no reason is known"
        return UsageError("--prompts-file: '\(path)' cannot be read: \(reason).")
    }
}
