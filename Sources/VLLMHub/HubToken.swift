// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints

/// A hub access token; no description of it, and of what contains it, shows the secret.
package struct HubToken: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The secret.
    let secret: String

    /// Takes a token without the white space around it; nil where nothing is left.
    ///
    /// A token with other characters than visible ASCII is an error, because it would break a header.
    package init?(_ text: String) throws(HubError) {
        let bytes = Array(text.utf8)
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return nil }
        guard bytes[first...last].allSatisfy({ (0x21...0x7E).contains($0) }), last - first < 4096 else {
            throw HubError(.configuration, "The hub token has characters that no token has.")
        }
        secret = String(decoding: bytes[first...last], as: UTF8.self)
    }

    /// Reads the file that `hf auth login` writes; nil where there is none.
    package init?(file path: String) throws(HubError) {
        let file: FileBytes?
        do {
            file = try FileBytes(mapping: path)
        } catch {
            throw HubError(.configuration, "The token file cannot be used: \(error)")
        }
        guard let file, file.count > 0 else { return nil }
        guard file.count <= 4096 else {
            throw HubError(.configuration, "The token file \(path) has \(file.count) bytes: it is no token.")
        }
        try self.init(String(decoding: file.bytes, as: UTF8.self))
    }

    /// A placeholder.
    package var description: String { "<token>" }

    /// Nothing.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
