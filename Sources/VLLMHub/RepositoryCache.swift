// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The folder of a repository in the cache, in the layout that Hugging Face tools share.
///
/// `blobs/<entity tag>` hold contents, `snapshots/<commit>/<path>` are relative links to them, `refs/<revision>` hold
/// commits (huggingface_hub, guide "Understand caching"). What appears under one of these names is complete.
final class RepositoryCache: Sendable {
    /// The blobs.
    let blobs: Folder
    private let root: Folder
    private let name: String
    private let folder: Folder
    private let snapshots: Folder

    /// Opens the folder, and makes it where it is missing.
    init(root: String, _ repository: RepositoryName) throws(HubError) {
        self.root = try Folder.open(root)
        name = repository.folder
        folder = try self.root.subfolder(name)
        blobs = try folder.subfolder("blobs")
        snapshots = try folder.subfolder("snapshots")
    }

    /// Marks the cache, if it has no mark yet, as a folder that backups may leave out (https://bford.info/cachedir/).
    func mark() {
        let name = "CACHEDIR.TAG"
        guard root.entry(name, followsLinks: false) == nil, let file = try? root.openFile(name) else {
            return
        }
        let text = Array("Signature: 8a477f597d28d172789f06886806bc55\n# A cache directory tag.\n".utf8)
        _ = unsafe text.withUnsafeBytes { unsafe write(file.number, $0.baseAddress, $0.count) }
    }

    /// The folder of the blobs' locks.
    func locks() throws(HubError) -> Folder { try root.subfolder(".locks").subfolder(name) }

    /// Waits until the names of a snapshot's files are on the disk.
    func synchronize() {
        snapshots.synchronize()
        folder.synchronize()
    }

    /// The path of a snapshot's folder.
    func snapshotPath(_ commit: String) -> String { "\(snapshots.path)/\(commit)" }

    /// True where the content is here.
    func hasBlob(_ name: BlobName, size: Int) -> Bool { blobs.entry(name.description) == .file(size: size) }

    /// Bytes of a content that an earlier attempt left, at most its size.
    func partialSize(_ name: BlobName, size: Int) -> Int {
        guard case .file(let count) = blobs.entry("\(name).incomplete", followsLinks: false) else { return 0 }
        return count <= size ? count : 0
    }

    /// True where a snapshot has a copy of a file in place of a link, as tools write it where links do not work.
    func hasCopy(_ path: RepositoryPath, size: Int, commit: String) -> Bool {
        let place = ([snapshotPath(commit)] + path.folders).joined(separator: "/")
        guard let folder = try? Folder.existing(place) else { return false }
        return folder.entry(path.name, followsLinks: false) == .file(size: size)
    }

    /// The bytes of a file that is here, as a blob or as a copy; nil where it is not, or has more than the limit.
    func content(of file: RemoteFile, commit: String, limit: Int) -> [UInt8]? {
        if let blob = file.blob, let bytes = blobs.content(of: blob.description, limit: limit) {
            return bytes
        }
        let place = ([snapshotPath(commit)] + file.path.folders).joined(separator: "/")
        return try? Folder.existing(place)?.content(of: file.path.name, limit: limit)
    }

    /// Lets a file of a snapshot show a blob. No folder below `snapshots` may be a link, so that it cannot lead out.
    func link(_ path: RepositoryPath, to blob: BlobName, commit: String) throws(HubError) {
        var place = try snapshots.subfolder(commit, followsLinks: false)
        for name in path.folders { place = try place.subfolder(name, followsLinks: false) }
        let target = String(repeating: "../", count: path.folders.count + 2) + "blobs/\(blob)"
        if place.linkTarget(path.name) == target { return }
        let name = Self.temporaryName()
        try folder.makeLink(name, to: target)
        try move(name, to: place, as: path.name)
    }

    /// Lets a revision mean a commit.
    func setReference(_ revision: String, to commit: String) throws(HubError) {
        guard revision != commit else { return }
        let parts = revision.split(separator: "/").map(String.init)
        var place = try folder.subfolder("refs")
        for name in parts.dropLast() { place = try place.subfolder(name, followsLinks: false) }
        let last = parts.last ?? revision
        if place.content(of: last, limit: 256) == Array(commit.utf8) { return }
        let name = Self.temporaryName()
        let file = try folder.openFile(name)
        let bytes = Array(commit.utf8)
        let count = unsafe bytes.withUnsafeBytes { unsafe write(file.number, $0.baseAddress, $0.count) }
        guard count == bytes.count, fsync(file.number) == 0 else {
            let code = errno
            folder.remove(name)
            throw .system("write", "\(place.path)/\(last)", code)
        }
        try move(name, to: place, as: last)
        place.synchronize()
    }

    private func move(_ name: String, to place: Folder, as other: String) throws(HubError) {
        do {
            try folder.move(name, to: place, as: other)
        } catch {
            folder.remove(name)
            throw error
        }
    }

    /// A name that no other process chooses.
    private static func temporaryName() -> String {
        ".vllm-\(String(UInt64.random(in: .min ... .max), radix: 16)).tmp"
    }
}
