// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A file of a repository.
struct RemoteFile: Sendable, Hashable {
    /// Its path.
    let path: RepositoryPath
    /// Its content's name; nil where the listing does not say.
    var blob: BlobName?
    /// Bytes; nil where the listing does not say.
    var size: Int?
}
