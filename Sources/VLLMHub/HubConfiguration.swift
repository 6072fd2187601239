// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import Logging
import VLLMCheckpoints

/// Where the hub and the cache are, and how patient a download is.
package struct HubConfiguration: Sendable {
    /// The hub, `https://huggingface.co` or a mirror.
    package let endpoint: HubURL
    /// The token; nil is anonymous.
    package var token: HubToken?
    /// The folder with the `models--…` folders.
    package var cacheRoot: String
    /// True where the network must not be used.
    package var isOffline: Bool
    /// The longest silence of the hub's API.
    package var metadataTimeout: Duration
    /// The longest silence of a transfer.
    package var stallTimeout: Duration
    /// Files that are fetched at once.
    package var maxConcurrentFiles = 8
    /// The largest answer of the API that is read, and the largest index of weights, in bytes.
    package var answerSizeLimit = 64 << 20
    /// When to try again.
    package var retryPolicy = RetryPolicy()
    /// The proxies.
    package var proxies: ProxySettings
    /// A file with the certificates to trust (PEM) in place of the system's; from `SSL_CERT_FILE`.
    package var certificateFile: String?
    /// The time.
    package var clock: any HubClock = SystemHubClock()
    /// Bytes free for the user on the file system of a folder; nil where it does not say.
    package var freeSpace: @Sendable (_ folder: String) -> Int? = { DiskSpace.available(at: $0) }
    /// Takes a line for each attempt that failed.
    package var logger = Logger(label: "vllm.hub")

    /// Reads the environment variables of huggingface_hub.
    ///
    /// - Parameters:
    ///   - environment: `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HUB_DISABLE_IMPLICIT_TOKEN`, `HF_ENDPOINT`, `HF_HOME`,
    ///     `HF_HUB_CACHE`, `HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE`, `HF_HUB_DOWNLOAD_TIMEOUT`,
    ///     `HF_HUB_ETAG_TIMEOUT`, `SSL_CERT_FILE`, and those of `ProxySettings`.
    ///   - token: the user's own token; it goes before those of the environment.
    ///   - endpoint: goes before `HF_ENDPOINT`.
    ///   - cacheRoot: goes before `HF_HUB_CACHE` and `HF_HOME`.
    package init(
        environment: [String: String], token: String? = nil, endpoint: String? = nil, cacheRoot: String? = nil
    ) throws(HubError) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment.nonEmpty($0) }.first
        }
        let address = endpoint ?? value("HF_ENDPOINT") ?? "https://huggingface.co"
        guard let url = HubURL(address), !url.target.contains("?") else {
            throw HubError(.configuration, "The hub's endpoint '\(address)' is no http or https address.")
        }
        self.endpoint = url
        let home = environment["HOME"] ?? "."
        self.cacheRoot = Self.expanded(cacheRoot ?? HubCache(environment: environment).root, home)
        isOffline = Self.isTrue(value("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
        metadataTimeout = Self.seconds(value("HF_HUB_ETAG_TIMEOUT")) ?? .seconds(10)
        stallTimeout = Self.seconds(value("HF_HUB_DOWNLOAD_TIMEOUT")) ?? .seconds(10)
        proxies = try ProxySettings(environment: environment)
        certificateFile = value("SSL_CERT_FILE")
        if let token {
            self.token = try HubToken(token)
        } else if Self.isTrue(value("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            self.token = nil
        } else if let text = value("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"), let token = try HubToken(text) {
            self.token = token
        } else {
            let base = value("HF_HOME") ?? "\(value("XDG_CACHE_HOME") ?? "\(home)/.cache")/huggingface"
            self.token = try HubToken(file: Self.expanded(value("HF_TOKEN_PATH") ?? "\(base)/token", home))
        }
    }

    private static func isTrue(_ text: String?) -> Bool {
        ["1", "true", "yes", "on"].contains(text?.lowercased() ?? "")
    }

    private static func seconds(_ text: String?) -> Duration? {
        text.flatMap { Int($0) }.flatMap { (1...86400).contains($0) ? .seconds($0) : nil }
    }

    private static func expanded(_ path: String, _ home: String) -> String {
        path == "~" || path.hasPrefix("~/") ? home + path.dropFirst() : path
    }
}
