// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import VLLMCheckpoints
import VLLMJSON

/// Rewrites a command line in the forms that users of vLLM know into the one form that the parser of arguments takes.
///
/// `-` and `_` are alike in flags, values follow after a space or a `=`, lists take all values up to the next flag,
/// numbers have suffixes, `--model X` becomes the positional, and flags that are not built are accepted or refused as
/// the table says. The result has every flag as `--flag=value` or as a switch, once, by its long name.
package struct ArgumentNormalizer {
    /// A command line that the parser takes, and what the user should hear about it.
    package struct Result: Sendable, Hashable {
        /// Arguments after the command's name.
        package var arguments: [String] = []
        /// Flags that were accepted without effect, a sentence each.
        package var notes: [String] = []
        /// What looks like a mistake, a sentence each.
        package var warnings: [String] = []
    }

    private let flags: [String: FlagEntry]
    private let names: [String]
    private var rest: ArraySlice<String>
    private var result = Result()
    private var positionals: [String] = []
    private var output: [String] = []
    private var model: String?
    /// Path of the file with further flags.
    private var config: String?
    /// Flags that have been taken, by their long names.
    private var taken: Set<String> = []

    /// Rewrites the arguments after a command's name.
    ///
    /// - Parameter read: reads the file that `--config` names.
    package static func normalize(
        _ arguments: [String], for command: FlagTable.Command,
        read: (String) throws(UsageError) -> ConfigFile = { path throws(UsageError) in
            try ConfigFile(path: path)
        }
    ) throws(UsageError) -> Result {
        var normalizer = ArgumentNormalizer(arguments, flags: FlagTable.flags(of: command))
        return try normalizer.run(read)
    }

    private init(_ arguments: [String], flags table: [FlagEntry]) {
        var flags: [String: FlagEntry] = [:]
        for flag in table {
            for name in flag.names where flags[name] == nil { flags[name] = flag }
        }
        self.flags = flags
        names = table.flatMap(\.names)
        rest = arguments[...]
    }

    private mutating func run(_ read: (String) throws(UsageError) -> ConfigFile) throws(UsageError) -> Result
    {
        try takeAll()
        if let config { try take(try read(config)) }
        try checkSwallowedModel()
        try placeModel()
        result.arguments = output + (positionals.isEmpty ? [] : ["--"] + positionals)
        return result
    }

    private mutating func takeAll() throws(UsageError) {
        while let argument = rest.popFirst() {
            if argument == "--" {
                positionals += rest
                rest = []
            } else if argument.hasPrefix("-"), argument != "-" {
                try take(argument)
            } else {
                positionals.append(argument)
            }
        }
    }

    /// Takes the flags of a file, but for those that the command line has.
    private mutating func take(_ file: ConfigFile) throws(UsageError) {
        if !positionals.isEmpty { taken.insert("--model") }
        let given = taken
        for entry in file.entries {
            let spelled = FlagSpelling("--\(entry.key)")
            guard let (flag, _) = find(spelled), flag.name != "--config" else {
                throw UsageError("'\(file.name)', line \(entry.line): \(unknown(spelled.name).message)")
            }
            guard !given.contains(flag.name) else { continue }
            do throws(UsageError) {
                switch flag.value {
                case .boolean: rest = ["--\(entry.key)=\(entry.values[0])"]
                case .repeated: rest = entry.values.map { "--\(entry.key)=\($0)" }[...]
                case .list: try use(entry.values, of: flag, spelled)
                case .integer, .text: rest = ["--\(entry.key)=\(entry.values.joined(separator: " "))"]
                }
                try takeAll()
            } catch {
                throw UsageError("'\(file.name)', line \(entry.line): \(error.message)")
            }
        }
    }

    /// A list takes all values up to the next flag, a model behind it too; that is hardly meant.
    private func checkSwallowedModel() throws(UsageError) {
        guard positionals.isEmpty, model == nil else { return }
        for flag in flags.values where flag.value == .list {
            guard
                let last = output.last(where: { $0.hasPrefix("\(flag.name)=") })?.dropFirst(
                    flag.name.count + 1),
                Self.isCheckpoint(String(last))
            else { continue }
            throw UsageError(
                "\(flag.name) took '\(last)' as one of its values, and no model is left: put the model first, or give it as --model."
            )
        }
    }

    private static func isCheckpoint(_ path: String) -> Bool {
        guard !path.isEmpty, !path.utf8.contains(0) else { return false }
        return unsafe access("\(path)/config.json", F_OK) == 0
    }

    /// The model becomes the positional.
    private mutating func placeModel() throws(UsageError) {
        guard let model else { return }
        if let other = positionals.first, other != model {
            throw UsageError(
                "the model is given twice, as '\(other)' and as --model '\(model)': give one of them.")
        }
        if positionals.isEmpty { positionals = [model] }
    }

    /// Takes one flag with its values.
    private mutating func take(_ argument: String) throws(UsageError) {
        let spelled = FlagSpelling(argument)
        guard let (flag, spelling) = find(spelled) else { throw unknown(spelled.name) }
        taken.insert(flag.name)
        switch flag.value {
        case .boolean: try takeSwitch(flag, spelling)
        case .list: try takeList(flag, spelling)
        case .integer, .text, .repeated: try takeValue(flag, spelling)
        }
    }

    /// The flag that is meant: as spelled, as the negation of a switch, or a short one with its value attached.
    private func find(_ spelled: FlagSpelling) -> (FlagEntry, FlagSpelling)? {
        if let flag = flags[spelled.name] { return (flag, spelled) }
        if let positive = spelled.positive, let flag = flags[positive.name], flag.value == .boolean {
            return (flag, positive)
        }
        if let attached = spelled.attached, let flag = flags[attached.name], flag.value == .integer {
            return (flag, attached)
        }
        return nil
    }

    private func unknown(_ name: String) -> UsageError {
        guard let near = Suggestion.nearest(to: name, among: names) else {
            return UsageError("there is no flag \(name).")
        }
        return UsageError("there is no flag \(name); did you mean \(near)?")
    }
}

extension ArgumentNormalizer {
    private mutating func takeSwitch(_ flag: FlagEntry, _ spelling: FlagSpelling) throws(UsageError) {
        var isOn = spelling.isPositive
        if let value = spelling.value {
            guard let said = Self.truth(of: value) else {
                throw UsageError("\(flag.name) is a switch and takes no value, got '\(value)'.")
            }
            isOn = isOn == said
        }
        guard case .built = flag.support else {
            return try judge(flag, ["\(isOn)"], shown: isOn ? flag.name : "--no-\(flag.name.dropFirst(2))")
        }
        put(isOn ? flag.name : "--no-\(flag.name.dropFirst(2))", for: flag)
    }

    private mutating func takeValue(_ flag: FlagEntry, _ spelling: FlagSpelling) throws(UsageError) {
        if let value = spelling.value { return try use([value], of: flag, spelling) }
        try use([try nextValue(of: flag)], of: flag, spelling)
    }

    private mutating func takeList(_ flag: FlagEntry, _ spelling: FlagSpelling) throws(UsageError) {
        var values = spelling.value.map { [$0] } ?? []
        if spelling.value == nil {
            while let next = rest.first, !isFlag(next) {
                values.append(next)
                rest.removeFirst()
            }
        }
        guard !values.isEmpty else { throw UsageError("\(flag.name) needs at least one value.") }
        try use(values, of: flag, spelling)
    }

    private mutating func use(_ values: [String], of flag: FlagEntry, _ spelling: FlagSpelling)
        throws(UsageError)
    {
        guard case .built = flag.support else {
            return try judge(
                flag, values, shown: "\(flag.name)\(spelling.path) \(values.joined(separator: " "))")
        }
        if flag.isObject, !spelling.path.isEmpty {
            return try put(values.last ?? "", under: spelling.path, of: flag)
        }
        guard spelling.path.isEmpty else { throw unknown(spelling.name + spelling.path) }
        guard !values.contains("") else { throw UsageError("\(flag.name) should not be empty.") }
        switch flag.name {
        case "--model":
            model = values.last
            return
        case "--config":
            config = values.last
            return
        default: break
        }
        var values = values
        if flag.value == .integer { values = [try integer(values.last ?? "", of: flag)] }
        switch flag.value {
        case .repeated: output += values.map { "\(flag.name)=\($0)" }
        case .list:
            remove(flag, replacement: nil)
            output += values.map { "\(flag.name)=\($0)" }
        case .boolean, .integer, .text: put("\(flag.name)=\(values.last ?? "")", for: flag)
        }
    }

    /// Puts a member of a flag's object beside those that are there.
    private mutating func put(_ text: String, under path: String, of flag: FlagEntry) throws(UsageError) {
        let keys = path.split(separator: ".", omittingEmptySubsequences: false).dropFirst().map(String.init)
        guard !keys.contains(""), keys.count <= 16 else {
            throw UsageError("\(flag.name)\(path) should name members between dots.")
        }
        let start = "\(flag.name)="
        let earlier = output.last { $0.hasPrefix(start) }?.dropFirst(start.count)
        let object = earlier.flatMap { (try? JSONParser.parse(String($0)))?.objectValue } ?? [:]
        let value = (try? JSONParser.parse(text)) ?? .string(text)
        let whole = JSONValue.object(Self.setting(value, under: keys[...], in: object))
        output.removeAll { $0.hasPrefix(start) }
        output.append(start + JSONWriter().string(whole))
    }

    private static func setting(
        _ value: JSONValue, under keys: ArraySlice<String>, in object: JSONObject
    ) -> JSONObject {
        guard let key = keys.first else { return object }
        var object = object
        let rest = keys.dropFirst()
        object[key] =
            rest.isEmpty
            ? value : .object(setting(value, under: rest, in: object[key]?.objectValue ?? [:]))
        return object
    }

    /// Puts a flag that counts once.
    private mutating func put(_ argument: String, for flag: FlagEntry) {
        remove(flag, replacement: argument)
        output.append(argument)
    }

    /// Drops what an earlier flag of the same name said, for the last one holds.
    private mutating func remove(_ flag: FlagEntry, replacement: String?) {
        let negation = "--no-\(flag.name.dropFirst(2))"
        let earlier = output.filter { $0 == flag.name || $0 == negation || $0.hasPrefix("\(flag.name)=") }
        guard !earlier.isEmpty else { return }
        output.removeAll { earlier.contains($0) }
        if earlier.last != replacement {
            result.warnings.append("\(flag.name) is given more than once; the last one holds.")
        }
    }

    /// Accepts or refuses a flag that is not built.
    private mutating func judge(_ flag: FlagEntry, _ values: [String], shown: String) throws(UsageError) {
        switch flag.support {
        case .built: break
        case .satisfied(let reason): result.notes.append("\(shown) changes nothing: \(reason).")
        case .neutral(let neutral, let missing):
            let accepted = neutral + (flag.value == .boolean ? [] : ["", "none", "null"])
            for value in values where !accepted.contains(where: { Self.isSame($0, value) }) {
                throw UsageError(
                    "\(shown) is not supported: \(missing) is missing; \(Self.advice(flag, neutral)).")
            }
            result.notes.append("\(shown) is what happens anyway.")
        }
    }

    private static func advice(_ flag: FlagEntry, _ neutral: [String]) -> String {
        guard flag.value != .boolean, !neutral.isEmpty else { return "leave the flag out" }
        return "leave the flag out or give \(neutral.joined(separator: " or "))"
    }

    private static func isSame(_ neutral: String, _ value: String) -> Bool {
        if neutral.lowercased() == value.lowercased() { return true }
        guard let left = Double(neutral), let right = Double(value) else { return false }
        return left == right
    }

    private func integer(_ text: String, of flag: FlagEntry) throws(UsageError) -> String {
        if flag.name == "--max-model-len", text.lowercased() == "auto" { return "-1" }
        guard let value = ScaledInteger.parse(text) else {
            throw UsageError("\(flag.name) should be a whole number such as 4096, 4k or 2M, is '\(text)'.")
        }
        return "\(value)"
    }

    private mutating func nextValue(of flag: FlagEntry) throws(UsageError) -> String {
        guard let next = rest.first, !isFlag(next) else { throw UsageError("\(flag.name) needs a value.") }
        rest.removeFirst()
        return next
    }

    /// True where an argument is a flag and not a value such as `-1`, `-` or `- a point of a list`.
    private func isFlag(_ argument: String) -> Bool {
        guard argument.hasPrefix("-"), argument != "-" else { return false }
        if argument == "--" || find(FlagSpelling(argument)) != nil { return true }
        guard argument.hasPrefix("--") else { return false }
        return !argument.contains(" ")
    }

    private static func truth(of text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1", "yes", "on": true
        case "false", "0", "no", "off": false
        default: nil
        }
    }
}
