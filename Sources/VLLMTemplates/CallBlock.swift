// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A call that hands a body to a macro.
final class CallBlock: Sendable {
    let callee: Expression
    let arguments: CallArguments
    let body: MacroDefinition
    let line: Int

    init(callee: Expression, arguments: CallArguments, body: MacroDefinition, line: Int) {
        self.callee = callee
        self.arguments = arguments
        self.body = body
        self.line = line
    }
}
