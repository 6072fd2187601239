// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing
import VLLMCheckpoints

/// A GGUF file of `Tests/Fixtures/gguf`, kept as what makes it of a checkpoint of `Tests/Fixtures/models`.
///
/// `Scripts/fixtures/gguf_models.py` says how.
struct GGUFDelta {
    private let name: String
    private let bytes: [UInt8]
    /// The checkpoint's safetensors files, one behind the other.
    private let source: [UInt8]

    init(_ name: String) throws {
        self.name = name
        bytes = try #require(try FileBytes(mapping: ModelFixture.folder("gguf/\(name).delta"))).bytes
        let folder = ModelFixture.folder("models/\(name)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        source = try files.filter { $0.hasSuffix(".safetensors") }.sorted().flatMap {
            try #require(try FileBytes(mapping: "\(folder)/\($0)")).bytes
        }
    }

    /// The file, byte for byte as it was written.
    func file() throws -> FileBytes {
        var file: [UInt8] = []
        var place = 0
        func number() throws -> Int {
            try #require(place + 4 <= bytes.count)
            defer { place += 4 }
            let bits = bytes[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return Int(Int32(bitPattern: bits))
        }
        while place < bytes.count {
            let (length, start) = (try number(), try number())
            let isOwn = start < 0
            let range = isOwn ? place..<place + length : start..<start + length
            try #require(range.upperBound <= (isOwn ? bytes : source).count)
            file += (isOwn ? bytes : source)[range]
            if isOwn { place += length }
        }
        return FileBytes(file, name: "\(name).gguf")
    }
}
