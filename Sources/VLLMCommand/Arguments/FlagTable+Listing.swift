// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension FlagTable {
    /// Every flag of a command that is accepted without being built, or that is refused, a line each.
    package static func listing(of command: Command) -> String {
        var lines = ["FLAGS OF VLLM THAT CHANGE NOTHING HERE, AND WHAT IS MISSING BEHIND OTHERS:"]
        for flag in flags(of: command) {
            switch flag.support {
            case .built: continue
            case .satisfied(let reason):
                lines.append("  \(flag.names.joined(separator: ", ")): accepted; \(reason)")
            case .neutral(let values, let missing):
                let accepted =
                    values.isEmpty ? "only without a value" : "only \(values.joined(separator: ", "))"
                lines.append("  \(flag.names.joined(separator: ", ")): \(accepted); \(missing) is missing")
            }
        }
        return lines.joined(separator: "\n")
    }
}
