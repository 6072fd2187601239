// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import VLLMJSON

/// `vllm manual`: the manual page, for packages.
struct ManualCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "manual", abstract: "Prints the manual page as roff.", shouldDisplay: false)

    func run(in context: CommandContext) async throws {
        Terminal.print(ManualPage.text(of: try Self.commands()))
    }

    /// What the parser knows of all commands.
    private static func commands() throws -> JSONValue {
        do {
            _ = try Program.Root.parseAsRoot(["--experimental-dump-help"])
            return .null
        } catch {
            return try JSONParser.parse(Array(Program.Root.fullMessage(for: error).utf8))["command"] ?? .null
        }
    }
}

/// Writes a manual page of what the parser of arguments tells of the commands.
private enum ManualPage {
    static func text(of root: JSONValue) -> String {
        var lines = [
            ".TH VLLM 1 \"\" \"swift-vllm \(Version.number)\"", ".SH NAME",
            "vllm \\- \(sentence(root["abstract"]))", ".SH SYNOPSIS", ".B vllm", ".I command", "[options]",
            ".SH COMMANDS",
        ]
        for command in commands(below: root, words: []) {
            lines += [".SS vllm \(command.words)", sentence(command.value["abstract"])]
            if let discussion = command.value["discussion"]?.stringValue {
                lines += [".PP", ".nf", escaped(discussion), ".fi"]
            }
            for argument in command.value["arguments"]?.arrayValue ?? [] { lines += option(argument) }
        }
        lines += [
            ".SH EXIT STATUS", "0: all went well; 2: the command line is wrong; 1: anything else.",
            ".SH ENVIRONMENT", "VLLM_API_KEY, VLLM_LOGGING_LEVEL, HF_HOME, HF_HUB_CACHE.",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// The commands that do something, with their words.
    private static func commands(below command: JSONValue, words: [String]) -> [(
        words: String, value: JSONValue
    )] {
        (command["subcommands"]?.arrayValue ?? []).flatMap { child -> [(words: String, value: JSONValue)] in
            guard child["shouldDisplay"] != .bool(false), let name = child["commandName"]?.stringValue,
                name != "help"
            else { return [] }
            let all = words + [name]
            let nested = commands(below: child, words: all)
            return nested.isEmpty ? [(all.joined(separator: " "), child)] : nested
        }
    }

    private static func option(_ argument: JSONValue) -> [String] {
        guard argument["shouldDisplay"] != .bool(false) else { return [] }
        let names = (argument["names"]?.arrayValue ?? []).compactMap { name -> String? in
            name["name"]?.stringValue.map { (name["kind"]?.stringValue == "long" ? "--" : "-") + $0 }
        }
        let value = argument["valueName"]?.stringValue ?? "value"
        var head = names.isEmpty ? "<\(value)>" : names.joined(separator: ", ")
        if argument["kind"]?.stringValue == "option" { head += " <\(value)>" }
        var text = sentence(argument["abstract"])
        if let standard = argument["defaultValue"]?.stringValue { text += " (default: \(escaped(standard)))" }
        return [".TP", ".B \(escaped(head))", text]
    }

    private static func sentence(_ value: JSONValue?) -> String { escaped(value?.stringValue ?? "") }

    /// Text in which roff finds no commands.
    private static func escaped(_ text: String) -> String {
        let plain = text.flatMap { $0 == "\\" ? "\\e" : $0 == "-" ? "\\-" : String($0) }
        return String(plain).split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&\($0)" : String($0) }.joined(separator: "\n")
    }
}
