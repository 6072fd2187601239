// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A content to fetch, and the files that show it.
struct RemoteBlob: Sendable, Hashable {
    /// Its name.
    let name: BlobName
    /// Bytes.
    let size: Int
    /// The files with this content, at least one; it is fetched from the first.
    var paths: [RepositoryPath]
}
