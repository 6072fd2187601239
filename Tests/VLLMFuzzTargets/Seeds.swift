// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import VLLMCheckpoints
import VLLMJSON

/// Where a target's first inputs come from; paths are the repository's.
enum Seeds: Sendable {
    /// Each file that a shell's pattern finds.
    case files(String)
    /// Each text under a key, anywhere in a JSON file.
    case texts(String, key: String)
    /// What a function makes.
    case made(@Sendable () -> [[UInt8]])

    /// Gathers the inputs.
    func inputs() throws -> [[UInt8]] {
        switch self {
        case .files(let pattern):
            return try Self.paths(pattern).compactMap { try FileBytes(mapping: $0)?.bytes }
        case .texts(let path, let key):
            guard let file = try FileBytes(mapping: path) else { return [] }
            return Self.texts(in: try JSONParser.parse(file.bytes), key: key).map { Array($0.utf8) }
        case .made(let make): return make()
        }
    }

    /// Finds the files of a shell's pattern; none where nothing matches.
    private static func paths(_ pattern: String) -> [String] {
        var found = unsafe glob_t()
        defer { unsafe globfree(&found) }
        guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
        return unsafe UnsafeBufferPointer(start: found.gl_pathv, count: Int(found.gl_pathc))
            .compactMap { unsafe $0.map { unsafe String(cString: $0) } }
    }

    /// Collects the texts under a key, at every depth.
    private static func texts(in value: JSONValue, key: String) -> [String] {
        let below = value.arrayValue ?? value.objectValue.map { $0.map(\.value) } ?? []
        return (value[key]?.stringValue.map { [$0] } ?? []) + below.flatMap { texts(in: $0, key: key) }
    }
}

extension FuzzTarget {
    /// Writes the seeds that are not too long as numbered files; returns how many.
    func writeSeeds(to folder: String) throws -> Int {
        let inputs = try seeds.flatMap { try $0.inputs() }.filter { $0.count <= maximumLength }
        for (index, input) in inputs.enumerated() {
            let path = "\(folder)/\(index)"
            guard let file = unsafe fopen(path, "w") else {
                throw CheckpointError(path, "cannot be written.")
            }
            let count = unsafe fwrite(input, 1, input.count, file)
            guard unsafe fclose(file) == 0, count == input.count else {
                throw CheckpointError(path, "cannot be written.")
            }
        }
        return inputs.count
    }
}
