// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints

/// A repository and a revision of it, both fit for addresses and for paths.
struct RepositoryName: Sendable, Hashable, CustomStringConvertible {
    /// `org/name`, or `name`.
    let id: String
    /// A branch, a tag, a commit or a reference such as `refs/pr/1`.
    let revision: String

    /// Checks what a user gave.
    init(_ id: String, revision: String) throws(HubError) {
        guard HubCache.isRepositoryID(id) else {
            throw HubError(.configuration, "'\(id)' is not a hub id of the form org/name.")
        }
        let parts = revision.split(separator: "/", omittingEmptySubsequences: false)
        guard revision.utf8.count <= 250, parts.allSatisfy({ RepositoryPath.isSafe($0.utf8) }) else {
            throw HubError(.configuration, "'\(revision)' is not a revision's name.")
        }
        self.id = id
        self.revision = revision
    }

    /// The name of its folder in the cache.
    var folder: String { "models--\(id.split(separator: "/").joined(separator: "--"))" }

    /// The id's parts.
    var parts: [String] { id.split(separator: "/").map(String.init) }

    /// True where the revision is a commit: 40 hexadecimal digits in lower case.
    var isCommit: Bool { Self.isCommit(revision) }

    /// True for 40 hexadecimal digits in lower case.
    static func isCommit(_ text: String) -> Bool { BlobName.isHexadecimal(text, count: 40) }

    /// The id.
    var description: String { id }
}
