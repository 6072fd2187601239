// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The name of a GGUF file, which says whether it is a part, and mostly how its weights are quantized.
struct GGUFName: Hashable {
    /// The name of each part, of one where the file is whole.
    let parts: [String]

    /// The name of the file, or of the first part, without its folder.
    var file: Substring { (parts.first ?? "").split(separator: "/").last ?? "" }

    private static let suffix = ".gguf"

    /// Takes a path apart; parts are called `…-00002-of-00003.gguf`.
    init(path: String) {
        parts = SplitName.parts(of: path, suffix: Self.suffix) ?? [path]
    }

    /// True for files that are called as GGUF files are.
    static func isGGUF(_ path: String) -> Bool { path.lowercased().hasSuffix(suffix) }

    /// How many folders it is in.
    var depth: Int { parts.first?.count { $0 == "/" } ?? 0 }

    /// True where a quantization, such as `Q4_K_M`, stands in the file's own name, between dashes or dots, or is that of
    /// its folder.
    func names(quantization: String) -> Bool {
        let folder = (parts.first ?? "").split(separator: "/").dropLast().last ?? ""
        if folder.lowercased() == quantization.lowercased() { return true }
        let words = "-\(file.dropLast(Self.suffix.count))-".lowercased().replacing(".", with: "-")
        return words.contains("-\(quantization.lowercased())-")
    }
}
