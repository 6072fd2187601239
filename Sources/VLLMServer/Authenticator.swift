// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// Checks the keys of clients in a time that does not tell how much of a key was right.
struct Authenticator {
    /// Paths below these ask for a key.
    private static let guarded = ["/v1", "/v2", "/inference", "/cohere"]

    private let keys: [[UInt8]]

    init(keys: [String]) { self.keys = keys.map { Array($0.utf8) } }

    /// True where no key is asked for, or the right one is given.
    func allows(_ request: Request, path: String) -> Bool {
        guard !keys.isEmpty, request.method != .options, Self.guarded.contains(where: { path.hasPrefix($0) })
        else {
            return true
        }
        guard let header = request.headers[.authorization] else { return false }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        let given = Array(parts[1].utf8)
        // Every key is compared to its end, so that the time tells nothing of them but their lengths.
        return keys.reduce(false) { Self.equal($1, given) || $0 }
    }

    private static func equal(_ key: [UInt8], _ given: [UInt8]) -> Bool {
        var difference: UInt8 = key.count == given.count ? 0 : 1
        for (index, byte) in key.enumerated() {
            difference |= byte ^ (index < given.count ? given[index] : 0)
        }
        return difference == 0
    }
}
