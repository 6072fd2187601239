// swift-vllm
// SPDX-License-Identifier: Apache-2.0

extension JSONObject {
    /// The place of a key in `entries`.
    func position(of key: String) -> Int? {
        if table.isEmpty {
            for index in entries.indices where StringBytes.equal(entries[index].key, key) { return index }
            return nil
        }
        let mask = table.count - 1
        var slot = Int(truncatingIfNeeded: StringBytes.hash(key)) & mask
        while true {
            let stored = table[slot]
            if stored == 0 { return nil }
            if StringBytes.equal(entries[Int(stored) - 1].key, key) { return Int(stored) - 1 }
            slot = (slot + 1) & mask
        }
    }

    /// Puts an entry whose key is not in the table into it.
    mutating func insertIntoTable(_ index: Int) {
        let mask = table.count - 1
        var slot = Int(truncatingIfNeeded: StringBytes.hash(entries[index].key)) & mask
        while table[slot] != 0 { slot = (slot + 1) & mask }
        table[slot] = UInt32(index + 1)
    }

    /// Makes a table at most half full from the entries and merges those with equal keys.
    mutating func rebuildTable() {
        var capacity = 32
        while capacity < entries.count * 2 + 2 { capacity *= 2 }
        table = [UInt32](repeating: 0, count: capacity)
        var kept = 0
        for index in entries.indices {
            if let earlier = claimSlot(for: index, keptAs: kept) {
                entries[earlier].value = entries[index].value
                continue
            }
            if kept != index { entries[kept] = entries[index] }
            kept += 1
        }
        if kept < entries.count { entries.removeLast(entries.count - kept) }
        if entries.count <= Self.scanLimit { table = [] }
    }

    /// Records an entry in the table under its final place, or returns the place of an equal key.
    private mutating func claimSlot(for index: Int, keptAs kept: Int) -> Int? {
        let mask = table.count - 1
        var slot = Int(truncatingIfNeeded: StringBytes.hash(entries[index].key)) & mask
        while true {
            let stored = table[slot]
            if stored == 0 {
                table[slot] = UInt32(kept + 1)
                return nil
            }
            if StringBytes.equal(entries[Int(stored) - 1].key, entries[index].key) {
                return Int(stored) - 1
            }
            slot = (slot + 1) & mask
        }
    }

    /// Merges equal keys of a small object by comparing all pairs.
    mutating func mergeFew() {
        var index = 1
        while index < entries.count {
            let key = entries[index].key
            guard let earlier = (0..<index).first(where: { StringBytes.equal(entries[$0].key, key) }) else {
                index += 1
                continue
            }
            entries[earlier].value = entries[index].value
            entries.remove(at: index)
        }
    }
}
