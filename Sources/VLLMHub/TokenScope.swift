// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Which addresses may be given the token.
package struct TokenScope: Sendable {
    private let endpoint: HubURL

    /// The scope of a hub's token.
    package init(endpoint: HubURL) { self.endpoint = endpoint }

    /// True for the hub's own host, if the connection is encrypted or stays on this machine.
    ///
    /// A hub at the usual port may send its clients on to its encrypted self.
    package func includes(_ url: HubURL) -> Bool {
        guard url.host == endpoint.host, url.isSecure || url.isLoopback else { return false }
        let isUpgrade = url.isSecure && url.port == 443 && !endpoint.isSecure && endpoint.port == 80
        return isUpgrade || url.hasOrigin(of: endpoint)
    }
}
