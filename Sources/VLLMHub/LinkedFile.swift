// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import NIOHTTP1

/// What the hub says about a file, be it in a redirect or in the answer; the hosts of the bytes say other things.
struct LinkedFile: Sendable, Hashable {
    /// The content's name.
    var blob: BlobName?
    /// Bytes.
    var size: Int?
    /// The commit that the answer is of.
    var commit: String?

    /// Adds what a response's headers say; the first word counts.
    mutating func read(_ headers: HTTPHeaders, isRedirect: Bool) {
        let commit = headers.first(name: "X-Repo-Commit")
        let isOwn = commit != nil && !isRedirect
        let tag = headers.first(name: "X-Linked-Etag") ?? (isOwn ? headers.first(name: "ETag") : nil)
        self.commit = self.commit ?? commit
        blob = blob ?? tag.flatMap { BlobName(entityTag: $0) }
        let length = isOwn ? headers.first(name: "Content-Length") : nil
        size = size ?? (headers.first(name: "X-Linked-Size") ?? length).flatMap { Int($0) }
    }
}
