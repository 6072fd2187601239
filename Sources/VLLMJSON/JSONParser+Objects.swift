// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Says why a text is no JSON object, behind the text's name in a sentence.
public struct JSONObjectError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public let description: String
}

extension JSONParser {
    /// The longest text that messages repeat, in scalars: a character may have any number of them.
    private static let longestShown = 200

    /// What is wrong with a text that is something else, with its beginning.
    private static func noObject(_ text: String) -> String {
        let start = String(text.unicodeScalars.prefix(longestShown))
        let isWhole = start.unicodeScalars.count == text.unicodeScalars.count
        return "should be a JSON object, is '\(start)\(isWhole ? "" : "…")'"
    }

    /// Reads a text that a user wrote, which should be an object.
    public static func object(_ text: String) throws(JSONObjectError) -> JSONObject {
        let value: JSONValue
        do throws(JSONError) {
            value = try parse(text)
        } catch {
            throw JSONObjectError(
                description: error.kind == .syntax ? "\(noObject(text)): \(error)" : error.verdict)
        }
        guard let object = value.objectValue else {
            throw JSONObjectError(description: noObject(text))
        }
        return object
    }
}
