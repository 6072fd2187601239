// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Logging
import NIOCore

/// Brings one blob into the cache.
struct BlobDownload: Sendable {
    private let session: HubSession
    private let cache: RepositoryCache
    private let blob: RemoteBlob
    private let url: HubURL

    /// Names what to fetch.
    init(_ session: HubSession, _ cache: RepositoryCache, _ blob: RemoteBlob, commit: String) {
        self.session = session
        self.cache = cache
        self.blob = blob
        url = blob.paths.first.map { session.fileURL($0, commit: commit) } ?? session.configuration.endpoint
    }

    /// Fetches the blob, or waits for another process that does.
    ///
    /// - Parameter counted: the bytes of it that the progress has already.
    func run(counted: Int) async throws(HubError) {
        var counted = counted
        var isWaiting = false
        let lock = try await FileLock.acquire(
            "\(blob.name).lock", in: try cache.locks(), clock: session.configuration.clock
        ) {
            if !isWaiting {
                session.configuration.logger.info("Another process fetches \(url); waiting for it.")
                isWaiting = true
            }
            // Another process's progress is shown as ours.
            count(cache.partialSize(blob.name, size: blob.size), &counted)
        }
        defer { withExtendedLifetime(lock) {} }
        if !cache.hasBlob(blob.name, size: blob.size) {
            let file = try await IncompleteFile.open(blob.name, size: blob.size, in: cache)
            count(file.offset, &counted)
            try await fetch(file)
            try await file.publish()
            counted = blob.size
        }
        count(blob.size, &counted)
        session.meter.add(files: blob.paths.count)
    }

    private func count(_ bytes: Int, _ counted: inout Int) {
        session.meter.add(bytes: bytes - counted)
        counted = bytes
    }

    /// Fills a file with the right bytes; wrong ones are fetched once more.
    private func fetch(_ file: IncompleteFile) async throws(HubError) {
        for isLast in [false, true] {
            try await fill(file)
            if file.matchesName { return }
            session.meter.add(bytes: -(try file.reset()))
            if isLast { file.discard() }
            session.configuration.logger.warning("\(url): the checksum of what came is wrong.")
        }
        throw HubError(.checksum, "\(url) has been fetched twice, and its checksum was wrong both times.")
    }

    private func fill(_ file: IncompleteFile) async throws(HubError) {
        var retries = RetryState(session.configuration.retryPolicy)
        var validator: HubRequest.Validator?
        while !file.isComplete {
            let before = file.offset
            let activity = Activity()
            let stall = StallGuard(
                clock: session.configuration.clock, limit: session.configuration.stallTimeout)
            let request = HubRequest(url: url, purpose: .file, offset: before, validator: validator)
            do throws(TransferError) {
                let memory = ValidatorMemory(validator)
                defer { validator = memory.value }
                try await stall.run(from: url, activity) {
                    try await attempt(file, request, activity, memory)
                }
            } catch {
                try await session.pause(after: error, receivedBytes: file.offset - before, &retries)
            }
        }
    }

    private func attempt(
        _ file: IncompleteFile, _ request: HubRequest, _ activity: Activity, _ memory: ValidatorMemory
    ) async throws {
        let response = try await session.transport.send(request, activity)
        try check(response, file)
        memory.value = response.validator
        for try await part in response.body {
            activity.touch()
            try file.append(part)
            session.meter.add(bytes: part.readableBytes)
        }
        try Task.checkCancellation()
        guard file.isComplete else {
            throw temporary("\(url) ended after \(file.offset) of \(blob.size) bytes.")
        }
    }

    /// Looks whether a response continues the file, and empties the file where it begins anew.
    private func check(_ response: HubResponse, _ file: IncompleteFile) throws {
        if let name = response.link.blob, name != blob.name, name.algorithm == blob.name.algorithm {
            throw TransferError.final(
                HubError(.checksum, "\(url) is \(name), but the listing says \(blob.name)."))
        }
        switch response.status {
        case 200:
            try restart(file)
            if let length = response.integer("Content-Length"), length != blob.size {
                throw temporary("\(url) has \(length) bytes, but \(blob.size) were announced.")
            }
        case 206:
            let range = response.contentRange
            guard range?.first == file.offset, range?.total ?? blob.size == blob.size else {
                try restart(file)
                throw temporary("\(url) sends another part of the file than it was asked for.")
            }
        case 416:
            try restart(file)
            throw temporary("\(url) does not have the rest of the file.")
        default:
            throw session.statusError(response, file: blob.paths.first)
                ?? temporary("\(url) answers \(response.status).")
        }
    }

    private func restart(_ file: IncompleteFile) throws(HubError) {
        guard file.offset > 0 else { return }
        session.meter.add(bytes: -(try file.reset()))
    }

    private func temporary(_ text: String) -> TransferError { .temporary(HubError(.network, text)) }
}
