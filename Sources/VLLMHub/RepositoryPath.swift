// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The path of a file within a repository.
///
/// It comes from the network and becomes a path on this machine, so it can neither leave the snapshot's folder nor be
/// understood differently by somebody else.
struct RepositoryPath: Sendable, Hashable, CustomStringConvertible {
    /// The path.
    let description: String

    /// Takes a relative path of plain parts; nil for `..`, `.`, empty parts, a leading slash, backslashes, control
    /// characters, parts over 200 bytes and paths over 1024.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard text.utf8.count <= 1024, parts.count <= 16, parts.allSatisfy({ Self.isSafe($0.utf8) }) else {
            return nil
        }
        description = text
    }

    /// The parts.
    var parts: [String] { description.split(separator: "/").map(String.init) }

    /// The folders that lead to the file.
    var folders: [String] { parts.dropLast() }

    /// The file's name.
    var name: String { parts.last ?? description }

    /// True where a part of a path means the file of that name and nothing else.
    static func isSafe(_ part: Substring.UTF8View) -> Bool {
        guard (1...200).contains(part.count), !part.elementsEqual(".".utf8), !part.elementsEqual("..".utf8)
        else { return false }
        return part.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }
    }
}
