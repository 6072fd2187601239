// swift-vllm
// SPDX-License-Identifier: Apache-2.0

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
}
