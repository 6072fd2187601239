// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Which proxy a connection takes, from the environment variables that curl and Python's clients read.
package struct ProxySettings: Sendable, Hashable {
    /// A proxy's address.
    struct Proxy: Sendable, Hashable {
        /// True for a SOCKS proxy.
        let isSOCKS: Bool
        let host: String
        let port: Int
        /// `user:password`, percent-decoding done; nil where the proxy asks for none.
        let credentials: String?
    }

    /// For https addresses.
    let secure: Proxy?
    /// For http addresses.
    let plain: Proxy?
    /// Hosts that are reached directly, in lower case; `*` is all.
    let exceptions: [String]

    /// No proxy.
    package static let none = ProxySettings()

    private init() {
        secure = nil
        plain = nil
        exceptions = []
    }

    /// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in lower case first.
    package init(environment: [String: String]) throws(HubError) {
        func value(_ name: String) -> String? {
            (environment[name.lowercased()] ?? environment[name]).flatMap { $0.isEmpty ? nil : $0 }
        }
        let all = value("ALL_PROXY")
        secure = try Self.proxy(value("HTTPS_PROXY") ?? all, name: "HTTPS_PROXY")
        plain = try Self.proxy(value("HTTP_PROXY") ?? all, name: "HTTP_PROXY")
        exceptions = (value("NO_PROXY") ?? "").lowercased().split { $0 == "," || $0 == " " }.map(String.init)
    }

    /// The proxy for an address; nil where it is reached directly.
    func proxy(for url: HubURL) -> Proxy? {
        let isException = exceptions.contains { entry in
            if entry == "*" || entry == url.host || entry == "\(url.host):\(url.port)" { return true }
            let domain =
                entry.hasPrefix("*.")
                ? entry.dropFirst(2) : entry.hasPrefix(".") ? entry.dropFirst() : entry[...]
            return url.host.hasSuffix(".\(domain)")
        }
        return isException ? nil : url.isSecure ? secure : plain
    }

    private static func proxy(_ text: String?, name: String) throws(HubError) -> Proxy? {
        guard var rest = text.map({ Substring($0) }) else { return nil }
        var isSOCKS = false
        if let end = rest.range(of: "://") {
            switch rest[..<end.lowerBound].lowercased() {
            case "http": break
            case "socks5", "socks5h", "socks": isSOCKS = true
            case let scheme:
                throw HubError(
                    .configuration, "\(name) names a proxy of the kind \(scheme); http and socks5 work.")
            }
            rest = rest[end.upperBound...]
        }
        var credentials: String?
        if let at = rest.lastIndex(of: "@") {
            credentials = decoded(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        let authority = rest.prefix { $0 != "/" }
        let fallback = isSOCKS ? ":1080" : ":8080"
        let hasPort = authority.hasSuffix("]") ? false : authority.contains(":")
        guard let url = HubURL("http://\(authority)\(hasPort ? "" : fallback)"),
            !isSOCKS || credentials == nil
        else {
            throw HubError(.configuration, "\(name) is not an address such as http://proxy:8080.")
        }
        return Proxy(isSOCKS: isSOCKS, host: url.host, port: url.port, credentials: credentials)
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Substring {
    /// The first place of a text.
    fileprivate func range(of text: String) -> Range<Index>? {
        firstRange(of: text)
    }
}
