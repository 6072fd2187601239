// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// An absolute http or https address.
package struct HubURL: Sendable, Hashable, CustomStringConvertible {
    /// True for https.
    let isSecure: Bool
    /// The host in lower case, an IPv6 address without its brackets.
    let host: String
    /// The port.
    let port: Int
    /// Path and query, from the first slash on.
    let target: String

    /// Reads an address; nil for anything but http and https, and for one with a user's name in it.
    package init?(_ text: String) {
        guard let text = Self.cleaned(text) else { return nil }
        let lower = text.lowercased()
        let rest: Substring
        if lower.hasPrefix("https://") {
            isSecure = true
            rest = text.dropFirst(8)
        } else if lower.hasPrefix("http://") {
            isSecure = false
            rest = text.dropFirst(7)
        } else {
            return nil
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let (host, port) = Self.hostAndPort(authority, isSecure: isSecure) else { return nil }
        self.host = host
        self.port = port
        let tail = rest[authority.endIndex...]
        target = tail.hasPrefix("/") ? String(tail) : "/\(tail)"
    }

    private init(isSecure: Bool, host: String, port: Int, target: String) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.target = target
    }

    /// The address that a `Location` header of this one's response means; nil where it is none.
    package func resolving(_ location: String) -> HubURL? {
        guard let location = Self.cleaned(location) else { return nil }
        if location.hasPrefix("//") { return HubURL("\(isSecure ? "https" : "http"):\(location)") }
        if location.contains("://"), let url = HubURL(location) { return url }
        if location.hasPrefix("/") {
            return HubURL(isSecure: isSecure, host: host, port: port, target: location)
        }
        let scheme = location.prefix { $0 != "/" && $0 != "?" }
        guard !scheme.contains(":") else { return nil }
        let path = target.prefix { $0 != "?" }
        let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        return HubURL(isSecure: isSecure, host: host, port: port, target: "\(folder)\(location)")
    }

    /// This address with parts of a path, which are percent-encoded, and a query behind it.
    package func appending(_ parts: [String], query: String? = nil) -> HubURL {
        var path = String(target.prefix { $0 != "?" })
        while path.hasSuffix("/") { path.removeLast() }
        for part in parts { path += "/\(Self.percentEncoded(part))" }
        if let query { path += "?\(query)" }
        return HubURL(isSecure: isSecure, host: host, port: port, target: path)
    }

    /// True where both are the same scheme, host and port.
    func hasOrigin(of other: HubURL) -> Bool {
        isSecure == other.isSecure && host == other.host && port == other.port
    }

    /// True for an address of this machine.
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// The host, with the port where it is not the scheme's.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The whole address.
    package var text: String { "\(isSecure ? "https" : "http")://\(authority)\(target)" }

    /// The address without its query, which may hold a signature.
    package var description: String {
        "\(isSecure ? "https" : "http")://\(authority)\(target.prefix { $0 != "?" })"
    }

    /// Encodes all but letters, digits and `-._~`.
    static func percentEncoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: appendEscape(of: byte, to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Encodes what no address may have; nil where there are control characters or there is nothing.
    private static func cleaned(_ text: String) -> String? {
        guard !text.isEmpty, text.utf8.count <= 16384 else { return nil }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: "#") { break }
            if byte < 0x20 || byte == 0x7F { return nil }
            if byte == 0x20 || byte > 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                appendEscape(of: byte, to: &bytes)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    private static func hostAndPort(_ authority: Substring, isSecure: Bool) -> (String, Int)? {
        guard !authority.contains("@"), !authority.contains("%") else { return nil }
        var host = authority
        var rest: Substring = ""
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            rest = authority[colon...]
        }
        guard !host.isEmpty else { return nil }
        guard !rest.isEmpty else { return (host.lowercased(), isSecure ? 443 : 80) }
        guard rest.hasPrefix(":"), let port = UInt16(rest.dropFirst()), port > 0 else { return nil }
        return (host.lowercased(), Int(port))
    }
}
