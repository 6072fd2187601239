// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a name or an attribute that does not exist evaluates to.
final class Undefined {
    /// Where the value was looked for.
    enum Reason {
        case variable(String)
        case attribute(owner: String, name: String)
        case element(owner: String, key: String)
        case unsafe(owner: String, name: String)
        case hint(String)
    }

    let reason: Reason

    init(_ reason: Reason) {
        self.reason = reason
    }

    /// The error of using the value for anything but a test, a loop or the output.
    var error: TemplateError {
        switch reason {
        case .variable(let name):
            TemplateError(kind: .undefined, message: "'\(name)' is undefined")
        case .attribute(let owner, let name):
            TemplateError(kind: .undefined, message: "'\(owner)' has no attribute '\(name)'")
        case .element(let owner, let key):
            TemplateError(kind: .undefined, message: "\(owner) has no element \(key)")
        case .unsafe(let owner, let name):
            TemplateError(
                kind: .security, message: "access to attribute '\(name)' of '\(owner)' object is unsafe.")
        case .hint(let message):
            TemplateError(kind: .undefined, message: message)
        }
    }
}
