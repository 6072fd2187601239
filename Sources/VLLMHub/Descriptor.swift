// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An open file or folder; it is closed with its last owner.
final class Descriptor: Sendable {
    /// The system's number.
    let number: CInt

    /// Takes over a number.
    init(_ number: CInt) { self.number = number }

    deinit { close(number) }
}
