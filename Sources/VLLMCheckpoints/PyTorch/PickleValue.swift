// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A value that a pickle makes; what has parts is an index into `PickleObjects`, so that values may share parts, or
/// contain themselves, without being copied or followed.
enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    /// A whole number that 64 bits do not hold, as its little-endian bytes.
    case long(PickleText)
    case float(Double)
    case text(PickleText)
    case global(PyTorchGlobal)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case storage(Int)
    case tensor(Int)

    /// What messages call it.
    var kindName: String {
        switch self {
        case .none: "None"
        case .bool: "a bool"
        case .integer, .long: "an int"
        case .float: "a float"
        case .text: "a str"
        case .global(let global): global.name
        case .tuple: "a tuple"
        case .list: "a list"
        case .dictionary: "a dict"
        case .storage: "a storage"
        case .tensor: "a tensor"
        }
    }
}

/// The place of a text's bytes, counted from the start of its pickle.
struct PickleText: Hashable {
    let start: UInt32
    let count: UInt32
}

/// What a pickle has made that has parts.
struct PickleObjects {
    /// The parts of tuples and lists.
    private(set) var sequences: [[PickleValue]] = []
    /// The members of dictionaries, in the order in which they were set.
    private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    private(set) var storages: [PyTorchStorage] = []
    private(set) var tensors: [PyTorchTensor] = []
    /// Objects and their parts.
    private(set) var count = 0

    mutating func add(sequence: [PickleValue]) -> Int {
        count += 1 + sequence.count
        sequences.append(sequence)
        return sequences.count - 1
    }

    mutating func append(_ values: some Collection<PickleValue>, toSequence index: Int) {
        count += values.count
        sequences[index].append(contentsOf: values)
    }

    mutating func addDictionary() -> Int {
        count += 1
        dictionaries.append([])
        return dictionaries.count - 1
    }

    mutating func set(_ key: PickleValue, _ value: PickleValue, inDictionary index: Int) {
        count += 2
        dictionaries[index].append((key, value))
    }

    mutating func add(_ storage: PyTorchStorage) -> Int {
        count += 1
        storages.append(storage)
        return storages.count - 1
    }

    mutating func add(_ tensor: PyTorchTensor) -> Int {
        count += 1
        tensors.append(tensor)
        return tensors.count - 1
    }
}
