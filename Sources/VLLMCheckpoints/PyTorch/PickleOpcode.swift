// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The operations of a pickle that are done, by their names in Python's `pickletools`.
///
/// They make numbers, texts, tuples, lists and dictionaries, and call what `PyTorchGlobal` lists. Those that are left
/// out run code of a class, reach outside the file, or write what PyTorch never does.
enum PickleOpcode: UInt8 {
    case mark = 0x28  // (
    case emptyTuple = 0x29  // )
    case stop = 0x2e  // .
    case pop = 0x30  // 0
    case popMark = 0x31  // 1
    case duplicate = 0x32  // 2
    case bytes = 0x42  // B
    case shortBytes = 0x43  // C
    case float = 0x47  // G
    case integer = 0x4a  // J
    case byte = 0x4b  // K
    case halfWord = 0x4d  // M
    case none = 0x4e  // N
    case persistentID = 0x51  // Q
    case reduce = 0x52  // R
    case string = 0x54  // T
    case shortString = 0x55  // U
    case text = 0x58  // X
    case emptyList = 0x5d  // ]
    case append = 0x61  // a
    case build = 0x62  // b
    case global = 0x63  // c
    case dictionary = 0x64  // d
    case appends = 0x65  // e
    case get = 0x68  // h
    case longGet = 0x6a  // j
    case list = 0x6c  // l
    case put = 0x71  // q
    case longPut = 0x72  // r
    case setItem = 0x73  // s
    case tuple = 0x74  // t
    case setItems = 0x75  // u
    case emptyDictionary = 0x7d  // }
    case proto = 0x80
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case newTrue = 0x88
    case newFalse = 0x89
    case long1 = 0x8a
    case long4 = 0x8b
    case shortText = 0x8c
    case longText = 0x8d
    case longBytes = 0x8e
    case stackGlobal = 0x93
    case memoize = 0x94
    case frame = 0x95

    /// Names of the operations that are not done, for messages.
    private static let others: [UInt8: String] = [
        0x46: "FLOAT", 0x49: "INT", 0x4c: "LONG", 0x50: "PERSID", 0x53: "STRING", 0x56: "UNICODE",
        0x67: "GET", 0x69: "INST", 0x6f: "OBJ", 0x70: "PUT", 0x81: "NEWOBJ", 0x82: "EXT1", 0x83: "EXT2",
        0x84: "EXT4", 0x8f: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX",
        0x96: "BYTEARRAY8", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
    ]

    /// What messages call a byte that stands for no operation that is done.
    static func nameOfOther(_ byte: UInt8) -> String {
        let number = "0x" + String(byte, radix: 16)
        return others[byte].map { "\($0) (\(number))" } ?? number
    }
}
