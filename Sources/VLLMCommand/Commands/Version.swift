// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The program's version.
package enum Version {
    /// The number, by semantic versioning.
    package static let number = "0.1.0"
}
