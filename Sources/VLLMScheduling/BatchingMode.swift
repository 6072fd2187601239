// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// When waiting sequences may join the running batch.
///
/// An engine batches continuously; the other mode is what that is measured against.
package enum BatchingMode: Sendable, Hashable, CaseIterable {
    /// In every step (iteration-level scheduling: Yu et al., "Orca", OSDI 2022, section 3).
    case continuous
    /// Only where nothing runs: a batch takes in all that wait and fit at that moment, and runs until the longest of
    /// them has ended. What ends before that leaves its place and its blocks empty, and computes nothing more.
    case `static`
}
