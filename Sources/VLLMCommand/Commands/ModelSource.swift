// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Logging
import VLLMCheckpoints
import VLLMEngine
import VLLMHub

/// Finds the files of a model that a command names: a folder, a GGUF file, a snapshot in the hub's cache, or the hub
/// itself.
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
        if let local = try CheckpointSource.local(name) {
            if revision != nil { logger.warning("'\(name)' is a path: the revision changes nothing.") }
            return local
        }
        let (id, quantization) = CheckpointSource.quantized(name) ?? (name, "")
        guard HubCache.isRepositoryID(id) else {
            throw CheckpointError(
                name, "is neither a folder or a file here, nor the id of a model on the hub.")
        }
        let selection = quantization.isEmpty ? selection : .gguf(quantization: quantization)
        let configuration = try configuration()
        let cached = try HubClient(configuration).cachedSnapshot(
            of: id, revision: revision, wanting: selection)
        let path: String
        do {
            path =
                if let cached { cached } else {
                    try await download(id, revision: revision, wanting: selection)
                }
        } catch {
            throw HubError(
                error.kind, "There is no folder '\(name)' here, and the cache has no such model. \(error)")
        }
        guard !quantization.isEmpty, let model = try CheckpointSource(path: "\(path):\(quantization)") else {
            return .folder(path: path)
        }
        return model
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
}
