// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Fetches models from a hub into the local cache.
package struct HubClient: Sendable {
    private let configuration: HubConfiguration

    /// Creates a client; it holds no connections between calls.
    package init(_ configuration: HubConfiguration) { self.configuration = configuration }

    /// The folder of a snapshot that the cache holds completely, as far as can be known without the network; nil
    /// where it does not.
    ///
    /// - Parameters:
    ///   - id: `org/name`.
    ///   - revision: a branch, a tag or a commit; nil is `main`.
    package func cachedSnapshot(
        of id: String, revision: String? = nil, wanting selection: FileSelection = .checkpoint()
    ) throws(HubError) -> String? {
        let repository = try RepositoryName(id, revision: revision ?? "main")
        guard let cached = CachedSnapshot(root: configuration.cacheRoot, repository) else { return nil }
        return cached.missingFile(selection) == nil ? cached.path : nil
    }

    /// Makes the cache hold a snapshot; returns its folder.
    ///
    /// What is here already is not fetched; for a commit that is complete the hub is not even asked. Offline, the
    /// cache decides. Cancelling the task ends it soon, with an error of the kind `cancelled`, and leaves what has
    /// come for the next time.
    ///
    /// - Parameters:
    ///   - id: `org/name`.
    ///   - revision: a branch, a tag or a commit; nil is `main`.
    ///   - progress: is called by one task at a time, at most once a mebibyte and a few times a file; it must be quick.
    package func snapshot(
        of id: String, revision: String? = nil, wanting selection: FileSelection = .checkpoint(),
        progress: @escaping @Sendable (HubProgress) -> Void = { _ in }
    ) async throws(HubError) -> String {
        let repository = try RepositoryName(id, revision: revision ?? "main")
        let cached = CachedSnapshot(root: configuration.cacheRoot, repository)
        if configuration.isOffline { return try offline(repository, cached, selection) }
        if repository.isCommit, selection != .everything, let cached,
            cached.missingFile(selection, includingTokenizer: true) == nil
        {
            return cached.path
        }
        let clients = try HTTPClients(configuration)
        let session = HubSession(
            configuration: configuration, repository: repository,
            transport: HubTransport(clients, endpoint: configuration.endpoint, token: configuration.token),
            meter: ProgressMeter(progress))
        do throws(HubError) {
            let path = try await SnapshotDownload(session, selection).run()
            await clients.shutdown()
            return path
        } catch {
            await clients.shutdown()
            throw Task.isCancelled ? .cancelled : error
        }
    }

    private func offline(
        _ repository: RepositoryName, _ cached: CachedSnapshot?, _ selection: FileSelection
    ) throws(HubError) -> String {
        guard let cached else {
            throw HubError(
                .offline,
                "HF_HUB_OFFLINE is set, and the cache \(configuration.cacheRoot) has no revision '\(repository.revision)' of \(repository)."
            )
        }
        guard let file = cached.missingFile(selection) else { return cached.path }
        throw HubError(.offline, "HF_HUB_OFFLINE is set, and the snapshot \(cached.path) lacks \(file).")
    }
}
