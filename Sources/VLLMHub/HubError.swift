// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a model could not be fetched, in one sentence.
package struct HubError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for callers that react to it.
    package enum Kind: Sendable, Hashable {
        /// A setting or a name is not what it should be.
        case configuration
        /// The network may not be used, and the cache does not hold the model.
        case offline
        /// The hub refuses the token, or refuses without one.
        case unauthorized
        /// The licence of the repository has to be accepted first.
        case gated
        /// There is no such repository, or the token cannot see it.
        case repositoryNotFound
        /// The repository has no such revision.
        case revisionNotFound
        /// The repository lacks a file.
        case fileNotFound
        /// The hub asks to wait for longer than a program should.
        case rateLimited
        /// The hub cannot be reached, or breaks off again and again.
        case network
        /// The hub answers something that is not an answer.
        case response
        /// The bytes that came are not those that were announced.
        case checksum
        /// The file system has too little room.
        case diskSpace
        /// The cache folder cannot be used.
        case cache
        /// The task was cancelled; what had come can be resumed.
        case cancelled
    }

    /// What went wrong.
    package let kind: Kind
    /// One sentence that says what is wrong.
    package let message: String

    /// Creates an error.
    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The message.
    package var description: String { message }

    /// The error of a cancelled task.
    static let cancelled = HubError(.cancelled, "The download was cancelled; it resumes where it stopped.")

    /// An error of the file system.
    static func system(_ verb: String, _ path: String, _ code: CInt) -> HubError {
        let text = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        let isFull = code == ENOSPC || code == EDQUOT
        return HubError(isFull ? .diskSpace : .cache, "Cannot \(verb) \(path): \(text).")
    }
}
