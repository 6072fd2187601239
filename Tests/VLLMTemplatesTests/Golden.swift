// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing
import VLLMJSON
import VLLMTemplates

/// What jinja2 makes of a template: a text or an error.
enum Golden: Equatable, CustomStringConvertible {
    case output(String)
    case error(kind: String, message: String)

    init(_ json: JSONValue) {
        if let output = json["output"]?.stringValue {
            self = .output(output)
        } else {
            self = .error(kind: json["error"]?.stringValue ?? "", message: json["message"]?.stringValue ?? "")
        }
    }

    /// Renders a template as the golden was made.
    init(rendering source: String, _ context: JSONObject, now: TemplateDate) {
        do throws(TemplateError) {
            self = .output(try Template(source).render(context, now: now))
        } catch {
            self = .error(kind: Self.name(error.kind), message: error.message)
        }
    }

    private static func name(_ kind: TemplateError.Kind) -> String {
        switch kind {
        case .syntax: "syntax"
        case .raised: "raised"
        case .undefined: "undefined"
        case .security: "security"
        case .runtime, .limit: "runtime"
        }
    }

    /// Whether both are the same text, byte by byte, or the same kind of error.
    ///
    /// The message is compared where the template gives it. Python's own messages are not imitated.
    func agrees(with other: Golden) -> Bool {
        switch (self, other) {
        case (.output(let a), .output(let b)): Array(a.utf8) == Array(b.utf8)
        case (.error("raised", let a), .error("raised", let b)): a == b
        case (.error(let a, _), .error(let b, _)): a == b
        default: false
        }
    }

    var description: String {
        switch self {
        case .output(let text): text.debugDescription
        case .error(let kind, let message): "\(kind) error: \(message)"
        }
    }
}

/// The files beside the tests and those outside the repository.
enum Fixture {
    static let folder = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Fixtures/"

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    static func json(_ name: String) throws -> JSONValue {
        try JSONParser.parse(try bytes(folder + name))
    }

    static func text(_ name: String) throws -> String {
        String(decoding: try bytes(folder + name), as: UTF8.self)
    }

    /// The names of a folder's files with an ending, without it.
    static func names(_ subfolder: String, suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder + subfolder)
            .filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
    }

    /// The file with random templates, from the environment.
    static var randomCases: String? { ProcessInfo.processInfo.environment["VLLM_TEMPLATE_CASES"] }

    /// The folder with templates published with models, from the environment.
    static var publishedTemplates: String? {
        ProcessInfo.processInfo.environment["VLLM_TEST_DATA"].map { $0 + "/templates/" }
    }

    /// The present as the goldens saw it.
    static func now(_ fixture: JSONValue) -> TemplateDate {
        TemplateDate(secondsSinceEpoch: fixture["provenance"]?["now"]?.intValue ?? 0)
    }
}
