// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging

import VLLMCheckpoints

/// Brings the wanted files of a repository into the cache.
struct SnapshotDownload: Sendable {
    private let session: HubSession
    private let selection: FileSelection
    private let listing: RepositoryListing
    private let cache: RepositoryCache

    /// Asks the hub what the repository holds, and opens its folder in the cache.
    init(_ session: HubSession, _ selection: FileSelection) async throws(HubError) {
        self.session = session
        self.selection = selection
        let repository = session.repository
        let configuration = session.configuration
        let url = configuration.endpoint.appending(
            ["api", "models"] + repository.parts + ["revision", repository.revision], query: "blobs=true")
        listing = try RepositoryListing(
            try await session.answer(url), of: repository, from: configuration.endpoint)
        cache = try RepositoryCache(root: configuration.cacheRoot, repository)
    }

    /// Fetches what is missing; returns the snapshot's folder.
    ///
    /// Links are made when all contents are here, `config.json` last, and then the reference, so that who finds a
    /// snapshot by one of them finds all of it.
    func run() async throws(HubError) -> String {
        let (index, fetchedIndex) = try await fetch(indexOfWeights)
        let wanted = try wantedFiles(
            shards: try index.first.map { file throws(HubError) in try shards(in: file) })
        let (others, fetchedOthers) = try await fetch(wanted.filter { $0.path != index.first?.path })
        for file in (index + others).sorted(by: {
            $0.path.name != "config.json" && $1.path.name == "config.json"
        }) {
            guard let blob = file.blob, !hasCopy(file) else { continue }
            try cache.link(file.path, to: blob, commit: listing.commit)
        }
        do {
            try cache.setReference(session.repository.revision, to: listing.commit)
        } catch {
            // Somebody else's cache may be complete and read-only.
            guard fetchedIndex + fetchedOthers == 0 else { throw error }
            session.configuration.logger.debug("The cache keeps its reference: \(error)")
        }
        cache.synchronize()
        return cache.snapshotPath(listing.commit)
    }

    /// The index of the weights, where it is needed to know which files are wanted.
    private var indexOfWeights: [RemoteFile] {
        selection.index(in: listing.files.keys).flatMap { listing.files[$0] }.map { [$0] } ?? []
    }

    private func wantedFiles(shards: Set<String>?) throws(HubError) -> [RemoteFile] {
        var paths = Set(listing.files.keys.filter { selection.wantsAlways($0) })
        if case .checkpoint = selection, !paths.contains("config.json") {
            let models = GGUFFolder("\(session.repository)", files: listing.files.keys)
            throw HubError(
                .fileNotFound,
                "\(session.repository) has no config.json: it is no checkpoint\(models.isEmpty ? "" : ", but has GGUF files, which a quantization behind a colon names")."
            )
        }
        do {
            paths.formUnion(try selection.weights(in: listing.files.keys, shards: shards))
        } catch {
            throw HubError(error.kind, "\(session.repository): \(error.message)")
        }
        var files: [RemoteFile] = []
        for path in paths.sorted() {
            guard let file = listing.files[path] else {
                throw HubError(
                    .fileNotFound,
                    "\(session.repository) lacks a file that its index names: \(path.debugDescription)."
                )
            }
            files.append(file)
        }
        return files
    }

    /// The files that an index names, which is in the cache.
    private func shards(in index: RemoteFile) throws(HubError) -> Set<String> {
        let limit = session.configuration.answerSizeLimit
        let bytes = cache.content(of: index, commit: listing.commit, limit: limit)
        guard let shards = WeightIndex.shards(in: bytes) else {
            throw HubError(
                .response,
                "\(session.repository): \(index.path) is not an index of weights, or over \(limit) bytes.")
        }
        return shards
    }

    /// Fetches the contents of files; returns the files with all that is known of them, and how many were missing.
    private func fetch(_ files: [RemoteFile]) async throws(HubError) -> (files: [RemoteFile], fetched: Int) {
        let (session, cache, commit) = (session, cache, listing.commit)
        let files = try await session.eachInParallel(files) { file async throws(HubError) in
            if file.blob != nil, file.size != nil { return file }
            return try await session.describe(file, commit: commit)
        }
        let missing = try missingBlobs(files)
        try checkSpace(missing)
        if !missing.isEmpty { cache.mark() }
        _ = try await session.eachInParallel(missing) { item async throws(HubError) in
            try await BlobDownload(session, cache, item.blob, commit: commit).run(counted: item.partial)
        }
        return (files, missing.count)
    }

    /// The contents that are not here, the largest first, with the bytes that are.
    private func missingBlobs(_ files: [RemoteFile]) throws(HubError) -> [(blob: RemoteBlob, partial: Int)] {
        var blobs: [BlobName: RemoteBlob] = [:]
        var progress = HubProgress()
        for file in files {
            guard let name = file.blob, let size = file.size else { continue }
            guard blobs[name]?.size ?? size == size else {
                throw HubError(.response, "\(session.repository) lists the content \(name) with two sizes.")
            }
            progress.totalFiles += 1
            if cache.hasBlob(name, size: size) || hasCopy(file) {
                progress.completedFiles += 1
                progress.totalBytes += size
                progress.receivedBytes += size
            } else {
                blobs[name, default: RemoteBlob(name: name, size: size, paths: [])].paths.append(file.path)
            }
        }
        var missing: [(blob: RemoteBlob, partial: Int)] = []
        for blob in blobs.values.sorted(by: {
            ($1.size, $0.name.description) < ($0.size, $1.name.description)
        }) {
            let partial = cache.partialSize(blob.name, size: blob.size)
            let (total, overflow) = progress.totalBytes.addingReportingOverflow(blob.size)
            guard !overflow else {
                throw HubError(.response, "\(session.repository) lists sizes that no disk has.")
            }
            progress.totalBytes = total
            progress.receivedBytes += partial
            missing.append((blob, partial))
        }
        session.meter.expect(progress)
        return missing
    }

    private func checkSpace(_ missing: [(blob: RemoteBlob, partial: Int)]) throws(HubError) {
        let needed = missing.reduce(0) { $0 + $1.blob.size - $1.partial }
        let folder = cache.blobs.path
        guard needed > 0, let free = session.configuration.freeSpace(folder), free < needed else { return }
        throw HubError(
            .diskSpace,
            "\(session.repository) needs \(DiskSpace.text(needed)) more in \(folder), where \(DiskSpace.text(free)) are free."
        )
    }

    private func hasCopy(_ file: RemoteFile) -> Bool {
        file.size.map { cache.hasCopy(file.path, size: $0, commit: listing.commit) } ?? false
    }
}
