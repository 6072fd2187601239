// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTypes

/// The sequences of a scheduler, each in a slot that it keeps for life.
struct SequenceTable: Sendable {
    private var sequences: [ScheduledSequence] = []
    private var slots: [SequenceID: Int] = [:]
    private var vacantSlots: [Int] = []

    /// Sequences that have not ended.
    var count: Int { slots.count }

    /// The slots of all sequences that have not ended, in no order.
    var allSlots: some Collection<Int> { slots.values }

    /// The slot of a sequence that has not ended.
    func slot(of id: SequenceID) -> Int? { slots[id] }

    /// The sequence in a slot.
    subscript(slot: Int) -> ScheduledSequence {
        _read { yield sequences[slot] }
        _modify { yield &sequences[slot] }
    }

    /// Adds a sequence, whose id nobody else has, and returns its slot.
    mutating func insert(_ sequence: ScheduledSequence) -> Int {
        let id = sequence.request.id
        precondition(slots[id] == nil, "sequence \(id) is there already")
        let slot = vacantSlots.popLast() ?? sequences.count
        if slot == sequences.count { sequences.append(sequence) } else { sequences[slot] = sequence }
        slots[id] = slot
        return slot
    }

    /// Makes a sequence ended: it cannot be found by its id any more.
    mutating func end(_ slot: Int) {
        slots[sequences[slot].request.id] = nil
        sequences[slot].status = .ended
    }

    /// Lets a slot be used again, to which nothing refers any more.
    mutating func vacate(_ slot: Int) {
        sequences[slot].clear()
        vacantSlots.append(slot)
    }
}
