// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A macro with the variables it can see.
final class Macro {
    let definition: MacroDefinition
    let scope: Scope?

    init(_ definition: MacroDefinition, scope: Scope?) {
        self.definition = definition
        self.scope = scope
    }
}
