// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Where a server's API stands: `http://host:port/v1`.
package struct ServerURL: Sendable, Hashable {
    /// A name or an address; an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// What stands before every path, without a slash at its end.
    package let prefix: String

    /// Takes an URL apart; the API's prefix `/v1` is assumed where the URL has no path.
    package init(_ text: String) throws(UsageError) {
        let lowercased = text.lowercased()
        guard !lowercased.hasPrefix("https://") else {
            throw UsageError("'\(text)': https is not supported by this client; give an http:// URL.")
        }
        let isSchemed = lowercased.hasPrefix("http://")
        guard isSchemed || !text.contains("://") else {
            throw UsageError("'\(text)' should be an http:// URL such as http://localhost:8000/v1.")
        }
        let rest = isSchemed ? text.dropFirst(7) : text[...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        (host, port) = try Self.authority(rest[..<slash], of: text)
        var path = rest[slash...]
        while path.last == "/" { path.removeLast() }
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw UsageError("'\(text)' holds characters that an URL may not hold.")
        }
        prefix = path.isEmpty ? "/v1" : String(path)
    }

    /// The value of the header `Host`.
    package var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    private static func authority(
        _ authority: Substring, of text: String
    ) throws(UsageError) -> (host: String, port: Int) {
        var host = authority
        var port = "80"[...]
        let end = authority.lastIndex(of: "]") ?? authority.startIndex
        if let colon = authority[end...].lastIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        let isClean = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") }
        guard !host.isEmpty, isClean, let number = Int(port), (1...65535).contains(number) else {
            throw UsageError("'\(text)' should name a host and a port from 1 to 65535.")
        }
        return (String(host), number)
    }
}
