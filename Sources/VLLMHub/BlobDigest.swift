// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// The hash of a content as it comes, to be compared with its name.
struct BlobDigest: Sendable {
    private enum Function: Sendable {
        case sha256(SHA256)
        case sha1(Insecure.SHA1)
        case none
    }

    private var function: Function
    private let expected: String

    /// Starts the hash that a name is.
    init(of name: BlobName, size: Int) {
        expected = name.description
        switch name.algorithm {
        case .sha256: function = .sha256(SHA256())
        case .gitSHA1:
            // git hashes a header before the content (git, "Git Internals - Git Objects").
            var hash = Insecure.SHA1()
            hash.update(data: Array("blob \(size)\0".utf8))
            function = .sha1(hash)
        case .unknown: function = .none
        }
    }

    /// Adds bytes.
    @unsafe mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch function {
        case .sha256(var hash):
            function = .none
            unsafe hash.update(bufferPointer: bytes)
            function = .sha256(hash)
        case .sha1(var hash):
            function = .none
            unsafe hash.update(bufferPointer: bytes)
            function = .sha1(hash)
        case .none: break
        }
    }

    /// True where the bytes so far are those of the name; true for names that are no hash.
    var matches: Bool {
        switch function {
        case .sha256(let hash): Self.text(hash.finalize()) == expected
        case .sha1(let hash): Self.text(hash.finalize()) == expected
        case .none: true
        }
    }

    private static func text(_ digest: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
