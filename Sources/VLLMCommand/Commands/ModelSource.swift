// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging
import VLLMCheckpoints
import VLLMEngine
import VLLMHub

/// Finds the files of a model that a command names: a folder, a snapshot in the hub's cache, or the hub itself.
struct ModelSource {
    /// The process's environment.
    let environment: [String: String]
    /// The token for the hub, before those of the environment.
    var token: String?
    /// The cache's folder, before those of the environment.
    var cacheRoot: String?
    let logger: Logger

    /// The model's files; those that only the hub has are fetched first.
    func resolve(
        _ name: String, revision: String?, wanting selection: FileSelection = .checkpoint()
    ) async throws -> CheckpointSource {
        if let folder = Self.folder(name) {
            if revision != nil { logger.warning("'\(name)' is a folder: the revision changes nothing.") }
            return folder
        }
        guard HubCache.isRepositoryID(name) else {
            throw CheckpointError(
                name, "is neither a folder with a config.json nor the id of a model on the hub.")
        }
        let configuration = try configuration()
        if let path = try HubClient(configuration).cachedSnapshot(
            of: name, revision: revision, wanting: selection)
        {
            return .folder(path: path)
        }
        do {
            return .folder(path: try await download(name, revision: revision, wanting: selection))
        } catch {
            throw HubError(
                error.kind, "'\(name)' is no folder with a config.json here, and not in the cache. \(error)")
        }
    }

    /// Fetches what the cache does not have of a model, and returns the snapshot's folder.
    func download(
        _ name: String, revision: String?, wanting selection: FileSelection
    ) async throws(HubError) -> String {
        let configuration = try configuration()
        let progress = ProgressDisplay("Downloading", unit: .bytes)
        let start = ContinuousClock.now
        defer { progress.clear() }
        if !configuration.isOffline { logger.info("Fetching \(name) from \(configuration.endpoint)") }
        let path = try await HubClient(configuration).snapshot(
            of: name, revision: revision, wanting: selection
        ) { state in progress.update(done: state.receivedBytes, total: state.totalBytes) }
        progress.clear()
        if !configuration.isOffline {
            logger.info("Fetched \(name) in \(Quantity.duration(.now - start)) to \(path)")
        }
        return path
    }

    private func configuration() throws(HubError) -> HubConfiguration {
        var configuration = try HubConfiguration(environment: environment, token: token, cacheRoot: cacheRoot)
        configuration.logger = logger
        return configuration
    }

    /// A folder with a checkpoint or a tokenizer.
    private static func folder(_ path: String) -> CheckpointSource? {
        guard !path.isEmpty, !path.utf8.contains(0) else { return nil }
        let names = ["config.json", "tokenizer.json", "vocab.json"]
        let isThere = names.contains { (try? FileBytes(mapping: "\(path)/\($0)")) != nil }
        return isThere ? .folder(path: path) : nil
    }
}
