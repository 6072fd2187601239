// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
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

    /// Throws where a file could not be written: known before an hour of measuring.
    static func check(_ path: String?, flag: String) throws(UsageError) {
        guard let path else { return }
        guard !path.isEmpty else { throw UsageError("\(flag): the name of a file is missing.") }
        let target = kind(of: path)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let isWritable =
            switch target {
            case .none: unsafe kind(of: folder) == S_IFDIR && access(folder, W_OK) == 0
            case S_IFDIR: false
            default: unsafe access(path, W_OK) == 0
            }
        guard isWritable else {
            throw UsageError(
                "\(flag): '\(path)' cannot be written\(target == S_IFDIR ? ", it is a folder" : "").")
        }
    }

    private static func write(_ bytes: [UInt8], to path: String, flag: String) throws(UsageError) {
        do {
            // A file is replaced whole; what is no file (a device, a pipe) or stands behind a link is written to.
            guard kind(of: path, followsLinks: false).map({ $0 == S_IFREG }) ?? true else {
                return try writeInPlace(bytes, to: path)
            }
            try Data(bytes).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw UsageError("\(flag): '\(path)' cannot be written.")
        }
    }

    /// The system said no.
    private struct SystemError: Error {}

    private static func writeInPlace(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw SystemError() }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError() }
            rest = rest.dropFirst(count)
        }
    }

    /// What stands at a path, such as `S_IFREG`; nil where nothing does.
    private static func kind(of path: String, followsLinks: Bool = true) -> mode_t? {
        var status = stat()
        let code = unsafe followsLinks ? stat(path, &status) : lstat(path, &status)
        return code == 0 ? status.st_mode & S_IFMT : nil
    }
}
