// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The name of a GGUF file, which says whether it is a part, and mostly how its weights are quantized.
struct GGUFName: Hashable {
    /// The name of each part, of one where the file is whole.
    let parts: [String]

    /// The name of the file, or of the first part, without its folder.
    var file: Substring { (parts.first ?? "").split(separator: "/").last ?? "" }

    private static let suffix = ".gguf"
    /// More parts than any model has.
    private static let maximumParts = 4096

    /// Takes a path apart; parts are called `…-00002-of-00003.gguf`.
    init(path: String) {
        parts = Self.parts(of: path) ?? [path]
    }

    /// True for files that are called as GGUF files are.
    static func isGGUF(_ path: String) -> Bool { path.lowercased().hasSuffix(suffix) }

    /// A number of a part's name.
    static func digits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }

    /// True where a quantization, such as `Q4_K_M`, stands in the file's own name, between dashes or dots.
    func names(quantization: String) -> Bool {
        let words = "-\(file.dropLast(Self.suffix.count))-".lowercased().replacing(".", with: "-")
        return words.contains("-\(quantization.lowercased())-")
    }

    private static func parts(of path: String) -> [String]? {
        let ending = path.suffix(6 + 4 + 5 + suffix.count)
        guard ending.utf8.count == 20, isGGUF(path) else { return nil }
        let words = ending.dropLast(suffix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard words.count == 4, words[0].isEmpty, words[2] == "of", let number = Int(words[1]),
            let count = Int(words[3]), words[1].count == 5, words[3].count == 5,
            (1...maximumParts).contains(count), (1...count).contains(number)
        else { return nil }
        let start = path.dropLast(20)
        let end = path.suffix(suffix.count)
        return (1...count).map { "\(start)-\(digits($0))-of-\(digits(count))\(end)" }
    }
}
