// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The name of a file's content in the cache: its entity tag, which is a hash of the content.
struct BlobName: Sendable, Hashable, CustomStringConvertible {
    /// How the name follows from the content.
    enum Algorithm: Sendable, Hashable {
        /// Of large files: SHA-256, 64 digits.
        case sha256
        /// Of small files: git's SHA-1 of a blob, 40 digits.
        case gitSHA1
        /// A mirror's own; only the size can be checked.
        case unknown
    }

    /// The name.
    let description: String

    /// Takes a name; nil where it could be something else than a file's name.
    init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain, (1...128).contains(text.utf8.count) else { return nil }
        description = text
    }

    /// Reads an `ETag` header, weak or strong.
    init?(entityTag: String) {
        var text = Substring(entityTag)
        if text.hasPrefix("W/") { text = text.dropFirst(2) }
        while text.hasPrefix("\"") { text = text.dropFirst() }
        while text.hasSuffix("\"") { text = text.dropLast() }
        self.init(String(text))
    }

    /// How the name follows from the content.
    var algorithm: Algorithm {
        if Self.isHexadecimal(description, count: 64) { return .sha256 }
        return Self.isHexadecimal(description, count: 40) ? .gitSHA1 : .unknown
    }

    /// True for that many hexadecimal digits in lower case.
    static func isHexadecimal(_ text: String, count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}
