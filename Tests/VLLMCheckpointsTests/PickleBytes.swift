// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Writes pickles operation by operation, so that tests can write hostile ones.
enum PickleBytes {
    static let proto: [UInt8] = [0x80, 2]
    static let mark = Array("(".utf8)
    static let stop = Array(".".utf8)

    static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

    static func text(_ text: String) -> [UInt8] {
        Array("X".utf8) + ZipBytes.number(UInt32(text.utf8.count)) + Array(text.utf8)
    }

    static func integer(_ value: Int32) -> [UInt8] { Array("J".utf8) + ZipBytes.number(value) }

    static func tuple(_ parts: [[UInt8]]) -> [UInt8] { mark + parts.joined() + Array("t".utf8) }

    /// The storage `key` of so many elements.
    static func storage(_ key: String, _ count: Int32, type: String = "FloatStorage") -> [UInt8] {
        tuple([text("storage"), global("torch", type), text(key), text("cpu"), integer(count)])
            + Array("Q".utf8)
    }

    /// A tensor over the storage "0".
    static func tensor(
        shape: [Int32], strides: [Int32], offset: Int32 = 0, count: Int32 = 4, key: String = "0",
        type: String = "FloatStorage"
    ) -> [UInt8] {
        global("torch._utils", "_rebuild_tensor_v2")
            + tuple([
                storage(key, count, type: type), integer(offset), tuple(shape.map { integer($0) }),
                tuple(strides.map { integer($0) }), [0x89],
                global("collections", "OrderedDict") + Array(")R".utf8),
            ]) + Array("R".utf8)
    }

    /// A dictionary of members by name.
    static func dictionary(_ members: [(String, [UInt8])]) -> [UInt8] {
        Array("}".utf8) + mark + members.flatMap { text($0.0) + $0.1 } + Array("u".utf8)
    }

    /// A whole pickle of one value.
    static func pickle(_ value: [UInt8]) -> [UInt8] { proto + value + stop }
}
