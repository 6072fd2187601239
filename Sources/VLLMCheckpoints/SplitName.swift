// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The names of files that together are one, such as `…-00002-of-00003.safetensors`.
enum SplitName {
    /// More parts than any model has.
    private static let maximumParts = 4096
    /// The length of `-00002-of-00003`.
    private static let length = 6 + 4 + 5

    /// The names of all parts where a path is that of one; else nil.
    ///
    /// - Parameter suffix: how the names end, in lower case.
    static func parts(of path: String, suffix: String) -> [String]? {
        let ending = path.suffix(length + suffix.count)
        guard ending.utf8.count == length + suffix.utf8.count, ending.lowercased().hasSuffix(suffix) else {
            return nil
        }
        let words = ending.dropLast(suffix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard words.count == 4, words[0].isEmpty, words[2] == "of", let number = Int(words[1]),
            let count = Int(words[3]), words[1].count == 5, words[3].count == 5,
            (1...maximumParts).contains(count), (1...count).contains(number)
        else { return nil }
        let start = path.dropLast(length + suffix.count)
        let end = path.suffix(suffix.count)
        return (1...count).map { "\(start)-\(digits($0))-of-\(digits(count))\(end)" }
    }

    /// A number of a part's name.
    static func digits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}

extension CheckpointError {
    /// The error of weights of which parts are not there.
    ///
    /// - Parameters:
    ///   - missing: their names; at least one.
    ///   - count: how many parts there should be.
    ///   - path: what messages call a part.
    static func missing(
        _ missing: [String], of count: Int, path: (String) -> String = { $0 }
    ) -> CheckpointError {
        let others = missing.dropFirst()
        let shown = others.prefix(8).map { $0.split(separator: "/").last ?? "" }.joined(separator: ", ")
        let more = others.count > 8 ? " and \(others.count - 8) more" : ""
        let rest = others.isEmpty ? "" : ", and so \(others.count == 1 ? "is" : "are") \(shown)\(more)"
        return CheckpointError(
            missing.first.map(path) ?? "",
            "is not there\(rest): the weights are in \(count) files, and all are needed. Put the missing ones beside the others, or fetch the model anew with 'vllm download'."
        )
    }
}
