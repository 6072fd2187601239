// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Paths as texts.
enum FilePath {
    /// The folder that a file or a folder is in: "." for a name alone, "/" for what is in the root.
    static func parent(of path: String) -> String {
        var rest = path[...]
        func dropSlashes() { while rest.count > 1, rest.last == "/" { rest.removeLast() } }
        dropSlashes()
        guard let slash = rest.lastIndex(of: "/") else { return "." }
        rest = rest[...slash]
        dropSlashes()
        return String(rest)
    }

    /// The most names of a folder that are read.
    private static let maximumNames = 1 << 20

    /// What is in a folder, in no order.
    static func names(in folder: String) throws(CheckpointError) -> [String] {
        guard let stream = unsafe opendir(folder) else {
            throw CheckpointError(folder, "cannot be read: \(SystemError.text(errno)).")
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while names.count < maximumNames, let entry = unsafe readdir(stream) {
            unsafe names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }
}
