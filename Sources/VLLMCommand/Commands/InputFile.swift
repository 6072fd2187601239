// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads files that the command line names.
enum InputFile {
    private static let sizeLimit = 4 << 30

    /// The bytes of a file, or of standard input where the path is `-`.
    ///
    /// - Parameter flag: the flag that named it, for the error.
    static func bytes(of path: String, flag: String) throws(UsageError) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, flag) }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, flag) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= sizeLimit else {
                throw UsageError("\(flag): '\(path)' has more than \(Quantity.bytes(sizeLimit)).")
            }
        }
    }

    private static func failure(_ path: String, _ flag: String) -> UsageError {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "no reason is known"
        return UsageError("\(flag): '\(path)' cannot be read: \(reason).")
    }
}
