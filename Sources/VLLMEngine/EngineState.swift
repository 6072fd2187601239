// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Whether an engine takes requests.
public enum EngineState: Sendable, Hashable {
    case running
    /// It died of this, and another is being started.
    case restarting(String)
    /// It died of this, and stays so.
    case dead(String)
}
