// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The form that `torch.save` wrote before version 1.6.
extension PyTorchFile {
    /// What the first pickle of the old form holds.
    private static let magic: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
    private static let version = 1001

    /// The tensors of a file of pickles: a number, a version, properties of the system, the object, the storages' keys;
    /// behind them the storages, each with its number of elements in front.
    func legacy() throws(CheckpointError) -> [String: StoredTensor] {
        var position = 0
        func next() throws(CheckpointError) -> (PickleMachine, PickleValue) {
            let end = position + min(file.count - position, PickleMachine.maximumSize)
            var machine = PickleMachine(file, position..<end, path: path)
            let (value, place) = try machine.run()
            position = place
            return (machine, value)
        }
        let (numbers, magic) = try next()
        guard case .long(let long) = magic, numbers.bytes(long) == Self.magic else {
            throw fail("is a pickle that torch.save did not write")
        }
        guard case .integer(Self.version) = try next().1 else {
            throw fail("is of another version than \(Self.version), the only one of its form")
        }
        let (system, properties) = try next()
        guard case .bool(true) = system.members(of: properties)["little_endian"] else {
            throw fail("does not say that its numbers are little-endian; only such are read")
        }
        var (machine, value) = try next()
        let tensors = try machine.tensors(in: value)
        let storages = Dictionary(
            machine.objects.storages.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        (machine, value) = try next()
        guard case .list(let list) = value else { throw fail("has no list of its storages") }
        let keys = machine.objects.sequences[list].map { machine.text($0) }
        let places = try places(of: keys, storages, from: position)
        return try stored(tensors) { (storage: PyTorchStorage) throws(CheckpointError) in
            guard let range = places[storage.key] else {
                throw fail("has no storage '\(storage.key.prefix(100))', which its pickle names")
            }
            return range
        }
    }

    private func places(
        of keys: [String?], _ storages: [String: PyTorchStorage], from start: Int
    ) throws(CheckpointError) -> [String: Range<Int>] {
        var places: [String: Range<Int>] = [:]
        var position = start
        for key in keys {
            guard let key, let storage = storages[key] else {
                throw fail("has a storage that no tensor names")
            }
            guard let count = file.littleEndian(Int64.self, at: position), count == storage.count,
                let range = range(from: position + 8, storage)
            else {
                throw fail(
                    "has a storage at byte \(position) that is cut, or is not of \(storage.count) elements")
            }
            places[key] = range
            position = range.upperBound
        }
        return places
    }

    private func range(from start: Int, _ storage: PyTorchStorage) -> Range<Int>? {
        let (bytes, overflow) = storage.count.multipliedReportingOverflow(by: storage.elementSize)
        guard !overflow, bytes <= file.count - start else { return nil }
        return start..<start + bytes
    }
}
