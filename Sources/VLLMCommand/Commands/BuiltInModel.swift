// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMAssets
import VLLMCheckpoints

/// The checkpoint that is part of the program.
enum BuiltInModel {
    /// The name it is served under.
    static var name: String {
        guard let name = unsafe vllm_builtin_model_name() else { return "built-in" }
        return unsafe String(cString: name)
    }

    /// Its files.
    static var source: CheckpointSource {
        var count = 0
        let list = unsafe UnsafeBufferPointer(start: vllm_builtin_model_files(&count), count: count)
        var files: [String: FileBytes] = [:]
        for index in 0..<count {
            guard let name = unsafe list[index].name, let bytes = unsafe list[index].bytes else { continue }
            let size = unsafe list[index].size
            unsafe files[String(cString: name)] = FileBytes(embeddedAt: UInt(bitPattern: bytes), count: size)
        }
        return .embedded(name: name, files: files)
    }
}
