// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMEngine
import VLLMJSON
import VLLMLayers

/// What `vllm inspect` says of tensors that do not fit what the model asks for.
enum TensorReport {
    /// Tensors of one kind that are named; of the others only their number is said.
    private static let limit = 10

    private static func kinds(
        _ survey: TensorSurvey
    ) -> [(key: String, what: String, findings: [TensorSurvey.Finding])] {
        [
            ("missing", "missing", survey.missing), ("misshapen", "of another shape", survey.misshapen),
            ("unused", "of no use to the model", survey.unused),
        ]
    }

    /// Lines behind those of the model; empty where all fit.
    static func text(_ survey: TensorSurvey) -> String {
        var lines: [String] = []
        for (_, what, findings) in kinds(survey) where !findings.isEmpty {
            lines.append("  \(count(findings)) \(findings.count == 1 ? "is" : "are") \(what):")
            lines += findings.prefix(limit).map { "    \(line($0))" }
            if findings.count > limit { lines.append("    and \(findings.count - limit) more") }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// One sentence for the end of the command.
    static func summary(_ survey: TensorSurvey) -> String {
        let parts = kinds(survey).filter { !$0.findings.isEmpty }.map { "\(count($0.findings)) \($0.what)" }
        let reasons = parts + (survey.failure.map { [$0] } ?? [])
        let text = "cannot be loaded: \(reasons.joined(separator: ", "))"
        return text.hasSuffix(".") ? text : text + "."
    }

    private static func count(_ findings: [TensorSurvey.Finding]) -> String {
        "\(Quantity.grouped(findings.count)) tensor\(findings.count == 1 ? "" : "s")"
    }

    private static func line(_ finding: TensorSurvey.Finding) -> String {
        switch (finding.found, finding.wanted) {
        case (let found?, let wanted?): "\(finding.name) \(found), should be \(wanted)"
        case (nil, let wanted?): "\(finding.name), should be \(wanted)"
        case (let found, nil): "\(finding.name) \(found ?? [])"
        }
    }

    /// The same in JSON.
    static func json(_ survey: TensorSurvey) -> JSONValue {
        func shape(_ extents: [Int]?) -> JSONValue {
            extents.map { .array($0.map { .integer($0) }) } ?? .null
        }
        var object: JSONObject = [:]
        for (key, _, findings) in kinds(survey) {
            let first = findings.prefix(limit).map { finding -> JSONValue in
                [
                    "name": .string(finding.name), "found": shape(finding.found),
                    "wanted": shape(finding.wanted),
                ]
            }
            object[key] = ["count": .integer(findings.count), "first": .array(first)]
        }
        object["error"] = survey.failure.map { .string($0) } ?? .null
        return .object(object)
    }
}
