// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A value of a YAML file.
package enum YAMLNode: Sendable {
    /// Text; `isPlain` where it stands without quotes, so that `true` may be a truth and `5` a number.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([(key: String, value: YAMLNode, line: Int)])
}

/// A YAML file that cannot be read, and where.
package struct YAMLError: Error, CustomStringConvertible {
    /// The line, from 1.
    package let line: Int
    /// What is wrong there.
    package let message: String

    /// Both.
    package var description: String { "line \(line): \(message)" }
}
