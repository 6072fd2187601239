// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// One question to the hub.
struct HubRequest: Sendable {
    /// What is asked for.
    enum Purpose: Sendable, Hashable {
        /// An answer of the API.
        case listing
        /// The head of a file, from the hub itself.
        case head
        /// The bytes of a file.
        case file
    }

    /// Where.
    var url: HubURL
    /// What is asked for.
    var purpose: Purpose
    /// The first byte that is wanted.
    var offset = 0
    /// The entity tag that a host gave to the bytes that are here already.
    var validator: Validator?

    /// An entity tag, which only the host that gave it knows.
    struct Validator: Sendable, Hashable {
        let origin: String
        let tag: String
    }
}
