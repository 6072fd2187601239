// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOSSL

/// The HTTP clients of a download: one for direct connections and one a proxy.
struct HTTPClients: Sendable {
    private let direct: HTTPClient
    private let proxied: [ProxySettings.Proxy: HTTPClient]
    private let settings: ProxySettings

    /// Creates the clients; they have to be shut down.
    init(_ configuration: HubConfiguration) throws(HubError) {
        let roots = try configuration.certificateFile.map { file throws(HubError) in
            try Self.certificates(file)
        }
        settings = configuration.proxies
        direct = Self.client(configuration, roots, proxy: nil)
        let proxies = Set([configuration.proxies.secure, configuration.proxies.plain].compactMap(\.self))
        proxied = Dictionary(
            uniqueKeysWithValues: proxies.map { ($0, Self.client(configuration, roots, proxy: $0)) })
    }

    /// The client for an address.
    func client(for url: HubURL) -> HTTPClient {
        settings.proxy(for: url).flatMap { proxied[$0] } ?? direct
    }

    /// Closes all connections.
    func shutdown() async {
        try? await direct.shutdown()
        for client in proxied.values { try? await client.shutdown() }
    }

    private static func client(
        _ configuration: HubConfiguration, _ roots: [NIOSSLCertificate]?, proxy: ProxySettings.Proxy?
    ) -> HTTPClient {
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        let (seconds, attoseconds) = configuration.stallTimeout.components
        let connect = TimeAmount.nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        settings.timeout = .init(connect: connect, read: nil)
        // Each file has a connection of its own: faster than streams of one connection.
        settings.httpVersion = .http1Only
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(
            1, configuration.maxConcurrentFiles)
        settings.connectionPool.retryConnectionEstablishment = false
        if let roots {
            var security = TLSConfiguration.makeClientConfiguration()
            security.trustRoots = .certificates(roots)
            settings.tlsConfiguration = security
        }
        if let proxy {
            settings.proxy =
                proxy.isSOCKS
                ? .socksServer(host: proxy.host, port: proxy.port)
                : .server(host: proxy.host, port: proxy.port, authorization: authorization(proxy.credentials))
        }
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    private static func certificates(_ file: String) throws(HubError) -> [NIOSSLCertificate] {
        do {
            return try NIOSSLCertificate.fromPEMFile(file)
        } catch {
            throw HubError(
                .configuration, "SSL_CERT_FILE names \(file), which holds no certificates that can be read.")
        }
    }

    private static func authorization(_ credentials: String?) -> HTTPClient.Authorization? {
        guard let credentials else { return nil }
        let parts = credentials.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return .basic(username: String(parts[0]), password: parts.count > 1 ? String(parts[1]) : "")
    }
}
