// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Puts special tokens around the tokens of a text; made from a `PostProcessorDefinition`.
struct PostProcessor: Sendable {
    private let templates: [[TemplatePiece]]

    /// Compiles a definition; `id` gives the ids of the tokens that it names.
    init(_ definition: PostProcessorDefinition?, id: (String) -> Int32?) throws(TokenizerError) {
        var templates: [[TemplatePiece]] = []
        if let definition { try Self.collect(definition, id: id, into: &templates) }
        self.templates = templates
        // Not less than one: a template without the text still leaves its own tokens to the next.
        let factors = templates.map { template in
            max(1, template.count { piece in if case .text = piece { true } else { false } })
        }
        try TextGrowth.check(factors, context: "post_processor")
    }

    private static func collect(
        _ definition: PostProcessorDefinition, id: (String) -> Int32?, into templates: inout [[TemplatePiece]]
    ) throws(TokenizerError) {
        switch definition {
        case .none: break
        case .template(let pieces):
            var resolved: [TemplatePiece] = []
            for piece in pieces {
                guard case .named(let name) = piece else {
                    resolved.append(piece)
                    continue
                }
                guard let id = id(name) else {
                    throw TokenizerError(
                        "post_processor", "a token is not in the vocabulary", found: name.debugDescription)
                }
                resolved.append(.tokens([id]))
            }
            templates.append(resolved)
        case .sequence(let definitions):
            for definition in definitions { try collect(definition, id: id, into: &templates) }
        }
    }

    /// Returns the tokens with what each template puts around them, one after the other.
    func process(_ ids: [Int32]) -> [Int32] {
        var result = ids
        for template in templates {
            var output: [Int32] = []
            output.reserveCapacity(result.count + template.count)
            for piece in template {
                switch piece {
                case .text: output.append(contentsOf: result)
                case .tokens(let tokens): output.append(contentsOf: tokens)
                case .named: break
                }
            }
            result = output
        }
        return result
    }
}
