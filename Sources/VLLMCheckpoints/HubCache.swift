// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The local cache in which Hugging Face tools keep what they fetched.
///
/// Layout: `models--org--name/refs/<revision>` names a commit, `models--org--name/snapshots/<commit>/` holds its
/// files (huggingface_hub, guide "Understand caching").
package struct HubCache: Sendable {
    /// The folder with the `models--…` folders.
    package let root: String

    /// Finds the folder as huggingface_hub does.
    package init(environment: [String: String]) {
        root =
            environment.nonEmpty("HF_HUB_CACHE") ?? environment.nonEmpty("HUGGINGFACE_HUB_CACHE")
            ?? "\(Self.home(environment))/hub"
    }

    /// The folder of Hugging Face's tools, in which the cache is unless the environment says where.
    private static func home(_ environment: [String: String]) -> String {
        if let home = environment.nonEmpty("HF_HOME") { return home }
        let caches = environment.nonEmpty("XDG_CACHE_HOME")
        return "\(caches ?? "\(environment.nonEmpty("HOME") ?? ".")/.cache")/huggingface"
    }

    /// The folder that `root` is in.
    package var parent: String { FilePath.parent(of: root) }

    /// True where a text has the form `org/name` (or `name`) of a hub id.
    package static func isRepositoryID(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), text.utf8.count <= 96 else { return false }
        return parts.allSatisfy { part in
            guard let first = part.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-") else {
                return false
            }
            return part.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
        }
    }

    /// The folder of a model's snapshot, or nil where the cache has none.
    package func snapshot(of repository: String, revision: String?) throws(CheckpointError) -> String? {
        let revision = revision ?? "main"
        let folder = "\(root)/models--\(repository.split(separator: "/").joined(separator: "--"))"
        guard !revision.isEmpty, !revision.utf8.contains(0), !revision.split(separator: "/").contains("..")
        else {
            throw CheckpointError(repository, "revision '\(revision)' is not a revision's name.")
        }
        var commit = revision
        if let reference = try FileBytes(mapping: "\(folder)/refs/\(revision)"), reference.count <= 256 {
            let text = String(decoding: reference.bytes, as: UTF8.self)
            commit = String(text.prefix { $0.isHexDigit })
            guard !commit.isEmpty else {
                throw CheckpointError("\(folder)/refs/\(revision)", "names no commit.")
            }
        }
        let snapshot = "\(folder)/snapshots/\(commit)"
        let isThere =
            try FileBytes(mapping: "\(snapshot)/config.json") != nil || !GGUFFolder(snapshot).isEmpty
        return isThere ? snapshot : nil
    }
}
