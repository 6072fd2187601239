// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What calls of `torch._utils` give, as data.
extension PickleMachine {
    /// The storage that a persistent id stands for: ("storage", class, key, device, elements), and in old files None.
    mutating func storage(_ id: PickleValue, at start: Int) throws(CheckpointError) -> PickleValue {
        guard case .tuple(let index) = id else {
            throw fail("names a storage by \(id.kindName)", at: start)
        }
        let parts = objects.sequences[index]
        guard (5...6).contains(parts.count), text(parts[0]) == "storage",
            case .global(.storage(let typeName)) = parts[1], let key = text(parts[2]),
            case .integer(let count) = parts[4], count >= 0
        else { throw fail("has a storage of an unknown form", at: start) }
        if parts.count == 6, case .none = parts[5] {
        } else if parts.count == 6 {
            throw fail("has a storage that is a part of another", at: start, "as only old PyTorch wrote it")
        }
        return .storage(objects.add(PyTorchStorage(key: key, typeName: typeName, count: count)))
    }

    /// What a call gives.
    mutating func result(
        of function: PyTorchGlobal, _ arguments: [PickleValue], at start: Int
    ) throws(CheckpointError) -> PickleValue {
        switch function {
        case .rebuildTensor where arguments.count == 4,
            .rebuildTensorV2 where (6...7).contains(arguments.count),
            .rebuildTensorV3 where (7...8).contains(arguments.count):
            return .tensor(objects.add(try tensor(function, arguments, at: start)))
        case .rebuildParameter where arguments.count == 3,
            .rebuildParameterWithState where arguments.count == 4:
            guard case .tensor = arguments[0] else { break }
            return arguments[0]
        case .orderedDictionary:
            if let dictionary = try orderedDictionary(arguments, at: start) { return dictionary }
        case .size where arguments.count == 1:
            switch arguments[0] {
            case .tuple(let index), .list(let index): return .tuple(index)
            default: break
            }
        // The device says where the tensors were, not where they go.
        case .device: return .none
        default: break
        }
        throw fail("calls \(function.name) with arguments that it does not take", at: start)
    }

    /// storage, offset, size, stride, requires_grad, hooks, and from the third version on dtype; then metadata.
    private func tensor(
        _ function: PyTorchGlobal, _ arguments: [PickleValue], at start: Int
    ) throws(CheckpointError) -> PyTorchTensor {
        guard case .storage(let index) = arguments[0], case .integer(let offset) = arguments[1], offset >= 0,
            let shape = integers(arguments[2]), let strides = integers(arguments[3])
        else { throw fail("rebuilds a tensor of an unknown form", at: start) }
        let storage = objects.storages[index]
        var typeName = storage.typeName
        if function == .rebuildTensorV3, case .global(.dtype(let name)) = arguments[6] { typeName = name }
        guard let typeName else { throw fail("rebuilds a tensor of an unknown dtype", at: start) }
        if arguments.count == (function == .rebuildTensorV3 ? 8 : 7) {
            try checkMetadata(arguments[arguments.count - 1], at: start)
        }
        return PyTorchTensor(
            storage: storage, typeName: typeName, offset: offset, shape: shape, strides: strides)
    }

    /// What is said of a tensor besides changes its values: that they are negated, or conjugated.
    private func checkMetadata(_ value: PickleValue, at start: Int) throws(CheckpointError) {
        switch value {
        case .none: return
        case .dictionary(let index) where objects.dictionaries[index].isEmpty: return
        default: throw fail("rebuilds a tensor with metadata", at: start, "which is not supported")
        }
    }

    private func integers(_ value: PickleValue) -> [Int]? {
        guard case .tuple(let index) = value, objects.sequences[index].count <= 8 else { return nil }
        var numbers: [Int] = []
        for case .integer(let number) in objects.sequences[index] { numbers.append(number) }
        return numbers.count == objects.sequences[index].count ? numbers : nil
    }

    /// An ordered dictionary, empty or of a list of pairs; nil where the arguments are others.
    private mutating func orderedDictionary(
        _ arguments: [PickleValue], at start: Int
    ) throws(CheckpointError) -> PickleValue? {
        let index = objects.addDictionary()
        guard let list = arguments.first else { return .dictionary(index) }
        guard arguments.count == 1, case .list(let pairs) = list else { return nil }
        for pair in objects.sequences[pairs] {
            switch pair {
            case .tuple(let parts), .list(let parts):
                guard objects.sequences[parts].count == 2 else { return nil }
                objects.set(objects.sequences[parts][0], objects.sequences[parts][1], inDictionary: index)
            default: return nil
            }
        }
        return .dictionary(index)
    }
}
