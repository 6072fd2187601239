// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCheckpoints
import VLLMEngine
import VLLMJSON
import VLLMServer

/// What the program can do, as tables that the documentation holds and that nobody writes by hand.
enum ReferenceTable: String, CaseIterable {
    case models, flags, routes, metrics

    /// The table in Markdown, under a heading.
    var markdown: String {
        let bar = "|" + String(repeating: "---|", count: header.count)
        let head = "| " + header.joined(separator: " | ") + " |\n\(bar)\n"
        return "## \(rawValue.prefix(1).uppercased())\(rawValue.dropFirst())\n\n" + head
            + rows.map { "| " + $0.map(Self.escaped).joined(separator: " | ") + " |\n" }.joined()
    }

    /// The table as lines with tabs.
    var text: String {
        ([header] + rows).map { $0.joined(separator: "\t") + "\n" }.joined()
    }

    private var header: [String] {
        switch self {
        case .models: ["architecture", "random checkpoints", "trained weights", "weights and cache"]
        case .flags: ["flag", "what becomes of it"]
        case .routes: ["path", "methods"]
        case .metrics: ["metric", "type", "what it tells"]
        }
    }

    private var rows: [[String]] {
        switch self {
        case .models: models
        case .flags:
            FlagTable.flags(of: .serve).map { ["`\($0.names.joined(separator: "`, `"))`", Self.fate($0)] }
        case .routes: APIServer.routes.map { ["`\($0.path)`", $0.methods.joined(separator: ", ")] }
        case .metrics: APIServer.metrics.map { ["`\($0.name)`", $0.type, $0.help] }
        }
    }

    /// Each architecture with what proves it: the fixtures that are compared with the reference in every test run, and the
    /// models that were run with their trained weights, which tells more.
    private var models: [[String]] {
        let builtIn = try? BuiltInModel.source.object("config.json")
        let names = builtIn?["architectures"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let types = "float32, float16, bfloat16"
        let added = ModelLoader.addedArchitectures.map { names in
            [Self.joined(names), "of a plug-in", "of a plug-in", types]
        }
        let rows = ModelLoader.provenArchitectures.map { architecture in
            let own = architecture.names.contains { names.contains($0) } ? ["the built-in model"] : []
            let trained = own + architecture.trained
            return [
                Self.joined(architecture.names),
                architecture.fixtures.isEmpty ? "none yet" : architecture.fixtures.joined(separator: ", "),
                trained.isEmpty ? "none yet" : trained.joined(separator: ", "),
                architecture.runsInFloat16 ? types : "float32, bfloat16",
            ]
        }
        return (added + rows).sorted { $0[0] < $1[0] }
    }

    private static func joined(_ names: [String]) -> String {
        names.map { "`\($0)`" }.joined(separator: ", ")
    }

    private static func fate(_ flag: FlagEntry) -> String {
        switch flag.support {
        case .built: "built"
        case .satisfied(let reason): "accepted without effect: \(reason)"
        case .neutral(let values, let missing):
            (values.isEmpty
                ? "accepted without a value only" : "accepted as \(values.joined(separator: ", ")) only")
                + ": \(missing) is missing"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
