// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Keeps the entity tag of a transfer for the next attempt, if this one breaks off.
final class ValidatorMemory: Sendable {
    private let state: Mutex<HubRequest.Validator?>

    /// Starts with what an earlier attempt knew.
    init(_ value: HubRequest.Validator?) { state = Mutex(value) }

    /// The entity tag.
    var value: HubRequest.Validator? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
