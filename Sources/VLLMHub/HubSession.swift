// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Logging
import NIOCore

/// What the parts of one download share.
struct HubSession: Sendable {
    /// The settings.
    let configuration: HubConfiguration
    /// The repository.
    let repository: RepositoryName
    /// The connections.
    let transport: HubTransport
    /// The progress of all files.
    let meter: ProgressMeter

    /// The address of a file at a commit.
    func fileURL(_ path: RepositoryPath, commit: String) -> HubURL {
        configuration.endpoint.appending(repository.parts + ["resolve", commit] + path.parts)
    }

    /// Attempts something until it works or is not worth another attempt.
    func retrying<Value: Sendable>(
        _ attempt: () async throws(TransferError) -> Value
    ) async throws(HubError) -> Value {
        var retries = RetryState(configuration.retryPolicy)
        while true {
            do throws(TransferError) {
                return try await attempt()
            } catch {
                try await pause(after: error, &retries)
            }
        }
    }

    /// Waits for the time of the next attempt, or throws what is to be reported.
    func pause(
        after error: TransferError, receivedBytes: Int = 0, _ retries: inout RetryState
    ) async throws(HubError) {
        let clock = configuration.clock
        let delay = try retries.delay(after: error, receivedBytes: receivedBytes, jitter: clock.jitter)
        let seconds = (delay / .milliseconds(100)).rounded() / 10
        configuration.logger.warning("\(error.reason.message) Trying again in \(seconds) seconds.")
        do {
            try await clock.pause(for: delay)
        } catch {
            throw .cancelled
        }
    }

    /// Asks and reads the whole answer, which is the API's.
    func answer(_ url: HubURL) async throws(HubError) -> [UInt8] {
        try await retrying { () async throws(TransferError) in
            let activity = Activity()
            let limit = configuration.answerSizeLimit
            return try await metadataGuard.run(from: url, activity) {
                let response = try await transport.send(HubRequest(url: url, purpose: .listing), activity)
                if let error = statusError(response, file: nil) { throw error }
                var bytes: [UInt8] = []
                for try await part in response.body {
                    activity.touch()
                    guard bytes.count + part.readableBytes <= limit else {
                        throw TransferError.final(
                            HubError(.response, "\(url) answers with more than \(limit) bytes: refused."))
                    }
                    bytes.append(contentsOf: part.readableBytesView)
                }
                try Task.checkCancellation()
                return bytes
            }
        }
    }

    /// Asks for what the hub knows of a file, where the listing does not say it.
    func describe(_ file: RemoteFile, commit: String) async throws(HubError) -> RemoteFile {
        let url = fileURL(file.path, commit: commit)
        let link = try await retrying { () async throws(TransferError) in
            let activity = Activity()
            return try await metadataGuard.run(from: url, activity) {
                let response = try await transport.send(HubRequest(url: url, purpose: .head), activity)
                if let error = statusError(response, file: file.path) { throw error }
                return response.link
            }
        }
        guard let blob = file.blob ?? link.blob, let size = file.size ?? link.size, size >= 0 else {
            throw HubError(
                .response, "\(url) has neither size nor entity tag: is \(configuration.endpoint) a hub?")
        }
        return RemoteFile(path: file.path, blob: blob, size: size)
    }

    private var metadataGuard: StallGuard {
        StallGuard(clock: configuration.clock, limit: configuration.metadataTimeout)
    }
}
