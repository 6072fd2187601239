// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What the operations of a pickle do to its stack.
extension PickleMachine {
    /// Does an operation; `start` is its place in the file.
    mutating func execute(_ opcode: PickleOpcode, at start: Int) throws(CheckpointError) {
        switch opcode {
        case .proto: try checkProtocol(at: start)
        case .frame: _ = try checkFrame()
        case .mark: marks.append(stack.count)
        case .stop: break
        case .pop: if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
        case .popMark: _ = try popToMark()
        case .duplicate: stack.append(try top())
        case .get: try recall(UInt32(try number(UInt8.self)), at: start)
        case .longGet: try recall(try number(UInt32.self), at: start)
        case .put: memo[UInt32(try number(UInt8.self))] = try top()
        case .longPut: memo[try number(UInt32.self)] = try top()
        case .memoize: memo[UInt32(memo.count)] = try top()
        case .global, .stackGlobal, .persistentID, .reduce, .build: try call(opcode, at: start)
        case .append, .appends, .setItem, .setItems: try extend(opcode, at: start)
        default: stack.append(try value(opcode))
        }
    }

    private mutating func checkProtocol(at start: Int) throws(CheckpointError) {
        let version = try number(UInt8.self)
        guard version <= 5 else { throw fail("has a pickle of the unknown protocol \(version)", at: start) }
    }

    private mutating func checkFrame() throws(CheckpointError) {
        let count = try number(UInt64.self)
        guard count <= UInt64(range.upperBound - position) else {
            throw fail("announces a frame of \(count) bytes", at: position, "but the pickle ends before")
        }
    }

    private mutating func recall(_ index: UInt32, at start: Int) throws(CheckpointError) {
        guard let value = memo[index] else {
            throw fail("has a pickle that asks for the value \(index)", at: start, "which it has not noted")
        }
        stack.append(value)
    }

    /// A value that an operation makes of bytes or of what is on the stack.
    private mutating func value(_ opcode: PickleOpcode) throws(CheckpointError) -> PickleValue {
        switch opcode {
        case .none: return .none
        case .newTrue: return .bool(true)
        case .newFalse: return .bool(false)
        case .integer: return .integer(Int(try number(Int32.self)))
        case .byte: return .integer(Int(try number(UInt8.self)))
        case .halfWord: return .integer(Int(try number(UInt16.self)))
        case .long1: return long(try take(try number(UInt8.self)))
        case .long4: return long(try take(try number(Int32.self)))
        case .float: return .float(Double(bitPattern: try number(UInt64.self).byteSwapped))
        case .text, .bytes: return .text(try take(try number(UInt32.self)))
        case .string: return .text(try take(try number(Int32.self)))
        case .shortText, .shortBytes, .shortString: return .text(try take(try number(UInt8.self)))
        case .longText, .longBytes: return .text(try take(try number(UInt64.self)))
        case .emptyTuple: return .tuple(objects.add(sequence: []))
        case .tuple1: return .tuple(objects.add(sequence: try pop(1)))
        case .tuple2: return .tuple(objects.add(sequence: try pop(2)))
        case .tuple3: return .tuple(objects.add(sequence: try pop(3)))
        case .tuple: return .tuple(objects.add(sequence: try popToMark()))
        case .emptyList: return .list(objects.add(sequence: []))
        case .list: return .list(objects.add(sequence: try popToMark()))
        case .emptyDictionary: return .dictionary(objects.addDictionary())
        case .dictionary:
            let index = objects.addDictionary()
            try set(try popToMark(), inDictionary: index)
            return .dictionary(index)
        default: preconditionFailure("\(opcode) makes no value")
        }
    }

    /// A whole number in two's complement, of up to 64 bits or kept as its bytes.
    private func long(_ text: PickleText) -> PickleValue {
        guard text.count <= 8 else { return .long(text) }
        let bytes = bytes(text)
        var number = bytes.last.map { $0 >= 128 ? -1 : 0 } ?? 0
        for byte in bytes.reversed() { number = number << 8 | Int(byte) }
        return .integer(number)
    }

    private mutating func extend(_ opcode: PickleOpcode, at start: Int) throws(CheckpointError) {
        let values: [PickleValue] =
            switch opcode {
            case .append: try pop(1)
            case .setItem: try pop(2)
            default: try popToMark()
            }
        switch (opcode, try top()) {
        case (.append, .list(let index)), (.appends, .list(let index)):
            objects.append(values, toSequence: index)
        case (.setItem, .dictionary(let index)), (.setItems, .dictionary(let index)):
            try set(values, inDictionary: index)
        case (_, let other):
            throw fail("has a pickle that adds members to \(other.kindName)", at: start)
        }
    }

    private mutating func set(_ values: [PickleValue], inDictionary index: Int) throws(CheckpointError) {
        guard values.count % 2 == 0 else {
            throw fail("has a pickle with a key that has no value", at: position)
        }
        for pair in stride(from: 0, to: values.count, by: 2) {
            objects.set(values[pair], values[pair + 1], inDictionary: index)
        }
    }

    // MARK: Calls

    private mutating func call(_ opcode: PickleOpcode, at start: Int) throws(CheckpointError) {
        switch opcode {
        case .global:
            let module = try line()
            stack.append(try global(module, try line(), at: start))
        case .stackGlobal:
            let names = try pop(2)
            guard let module = text(names[0]), let name = text(names[1]) else {
                throw fail("has a pickle that names a global by \(names[1].kindName)", at: start)
            }
            stack.append(try global(module, name, at: start))
        case .persistentID: stack.append(try storage(try pop(), at: start))
        case .reduce:
            let arguments = try pop()
            let function = try pop()
            guard case .global(let global) = function, case .tuple(let index) = arguments else {
                throw fail("has a pickle that calls \(function.kindName)", at: start)
            }
            stack.append(try result(of: global, objects.sequences[index], at: start))
        default:
            // The state of a dictionary is what Python code attached to it, such as `_metadata`.
            _ = try pop()
            let target = try top()
            guard case .dictionary = target else {
                throw fail("has a pickle that sets the state of \(target.kindName)", at: start)
            }
        }
    }

    private func global(_ module: String, _ name: String, at start: Int) throws(CheckpointError)
        -> PickleValue
    {
        guard let global = PyTorchGlobal(module: module, name: name) else {
            throw fail(
                "asks for \(module.prefix(200)).\(name.prefix(200))", at: start,
                "which is not needed to rebuild tensors and was not run")
        }
        return .global(global)
    }
}
