// swift-vllm
// SPDX-License-Identifier: Apache-2.0

public import VLLMJSON

/// Asks for a plug-in by the name under which it was registered.
///
/// A plain value, so that it reaches an engine in another process: the code is found there under the same name.
public struct PlugInCall: Sendable, Hashable {
    /// The name it was registered under.
    public var name: String
    /// What it is told; it checks the names and ranges itself.
    public var arguments: JSONObject

    /// Creates a call.
    public init(_ name: String, _ arguments: JSONObject = JSONObject()) {
        self.name = name
        self.arguments = arguments
    }
}
