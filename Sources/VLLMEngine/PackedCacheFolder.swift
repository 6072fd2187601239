// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import VLLMCheckpoints

/// Where packed weights are kept, and under which names.
package enum PackedCacheFolder {
    /// The folder that an option means: "auto" is `$VLLM_CACHE_ROOT/packed` where that is set, else the folder
    /// `swift-vllm/packed` beside the hub's cache.
    package static func resolve(_ option: String, environment: [String: String]) -> String {
        guard option == "auto" else { return option }
        if let root = environment.nonEmpty("VLLM_CACHE_ROOT") { return "\(root)/packed" }
        let parent = HubCache(environment: environment).parent
        return "\(parent == "/" ? "" : parent)/swift-vllm/packed"
    }

    /// The name of the file of a model that is packed in one way: the same for all states of its files, so that a newer
    /// one takes the place of the older.
    static func fileName(ofModelIn folder: String, packing: String) -> String {
        let path = canonical(folder)
        let parts = path.split(separator: "/")
        // The hub's cache has a folder a commit, in one that names the model wherever the cache is.
        if parts.count >= 3, parts[parts.count - 2] == "snapshots",
            parts[parts.count - 3].hasPrefix("models--")
        {
            return "\(plain(parts[parts.count - 3].dropFirst(8))).\(plain(packing)).safetensors"
        }
        let checksum = unsafe CRC32C.checksum(of: Array(path.utf8).span.bytes)
        return "\(plain(parts.last ?? "model"))-\(String(checksum, radix: 16)).\(plain(packing)).safetensors"
    }

    private static func canonical(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    /// A text as a part of a file's name.
    private static func plain(_ text: some StringProtocol) -> String {
        let kept = text.utf8.prefix(80).map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = byte < 128 && (character.isLetter || character.isNumber)
            return isPlain || "_-.".utf8.contains(byte) ? byte : UInt8(ascii: "-")
        }
        return String(decoding: kept, as: UTF8.self)
    }
}

extension EngineOptions {
    /// The same with the folder of packed weights as a path.
    func withPackedCache(_ environment: [String: String]) -> EngineOptions {
        var options = self
        options.packedCache = packedCache.map { PackedCacheFolder.resolve($0, environment: environment) }
        return options
    }
}
