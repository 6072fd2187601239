// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What the system says of its errors.
enum SystemError {
    /// The text of an `errno`.
    static func text(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
