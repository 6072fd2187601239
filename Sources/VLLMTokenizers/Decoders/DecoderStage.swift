// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// One step of decoding: tokens in, tokens out.
enum DecoderStage: Sendable {
    case byteLevel
    case byteFallback
    case fuse
    case metaspace(replacement: [UInt8], dropsFirst: Bool)
    case replace(TextReplacement)
    case strip(content: [UInt8], start: Int, stop: Int)
    case leadingSpaces
    case wordPiece(prefix: [UInt8], cleanup: Bool)
    case bytePairEncoding(suffix: [UInt8])

    /// Returns the steps of a definition.
    static func stages(of definition: DecoderDefinition) throws(TokenizerError) -> [DecoderStage] {
        switch definition {
        case .byteLevel: return [.byteLevel]
        case .byteFallback: return [.byteFallback]
        case .fuse: return [.fuse]
        case .metaspace(let replacement, let prepend):
            return [.metaspace(replacement: Array(String(replacement).utf8), dropsFirst: prepend != .never)]
        case .replace(let pattern, let content):
            return [.replace(try TextReplacement(pattern, content: content, context: "decoder"))]
        case .strip(let content, let start, let stop):
            return [.strip(content: Array(String(content).utf8), start: start, stop: stop)]
        case .leadingSpaces: return [.leadingSpaces]
        case .wordPiece(let prefix, let cleanup):
            return [.wordPiece(prefix: Array(prefix.utf8), cleanup: cleanup)]
        case .bytePairEncoding(let suffix):
            return [.bytePairEncoding(suffix: Array(suffix.utf8))]
        case .sequence(let definitions):
            var stages: [DecoderStage] = []
            for definition in definitions { stages += try Self.stages(of: definition) }
            return stages
        }
    }

    /// Whether the step makes one token of all.
    var joins: Bool {
        switch self {
        case .byteLevel, .fuse: true
        default: false
        }
    }
}
