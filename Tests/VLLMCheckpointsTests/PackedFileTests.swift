// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import Testing
import VLLMCheckpoints

/// Files of packed weights: whole or refused with a reason, whatever happened to them.
@Suite struct PackedFileTests {
    private static let key = PackedCacheKey(packing: "test-1", identity: ["model.safetensors: 1 bytes"])
    /// Three entries over three blocks of checksums, one with a size that is padded.
    private static let entries: [(name: String, size: Int)] = [
        ("a.q_proj+a.k_proj 2x3 stacked bfloat16", 70_000), ("b \"quoted\"", 33), ("c", 64 * 1024),
    ]

    private static func content(_ index: Int) -> [UInt8] {
        (0..<entries[index].size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ index) }
    }

    /// Writes the entries, in parts of uneven sizes.
    @discardableResult
    private static func write(to path: String, replacing seen: FileStamp? = nil) throws -> Int? {
        try PackedFileWriter.write(entries, key: key, to: path, replacing: seen) { index, write in
            let content = content(index)
            let middle = content.count / 3
            unsafe try write(content.span.bytes.extracting(0..<middle))
            unsafe try write(content.span.bytes.extracting(middle..<content.count))
        }
    }

    /// Checks a file as an engine does.
    private static func verified(_ file: FileBytes, key: PackedCacheKey = key) throws -> PackedFile {
        let packed = try PackedFile(file, key: key)
        try packed.verify { chunks, body in (0..<chunks).forEach(body) }
        return packed
    }

    private static func expectEntries(_ file: PackedFile) {
        for (index, entry) in entries.enumerated() {
            guard let address = file.address(of: entry.name, size: entry.size) else {
                Issue.record("\(entry.name) is missing")
                continue
            }
            #expect(address % 64 == 0)
            let start = Int(address - file.file.address)
            let found = file.file.withBytes { bytes in
                (start..<start + entry.size).map {
                    unsafe bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self)
                }
            }
            #expect(found == content(index))
        }
    }

    @Test("what was written is read, by its name and size alone")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/deep/er/x.safetensors"
        #expect(try PackedFile(path, key: Self.key) == nil)
        let size = try Self.write(to: path)
        let file = try #require(try FileBytes(mapping: path))
        #expect(size == file.count)
        let packed = try Self.verified(file)
        Self.expectEntries(packed)
        #expect(packed.address(of: "c", size: 64 * 1024 + 1) == nil)
        #expect(packed.address(of: "checksums", size: 20) == nil)
        #expect(packed.address(of: "d", size: 1) == nil)
        #expect(try SafetensorsFile.tensors(of: file, path: path).count == 4)
    }

    @Test("another key is refused, and the message says what differs")
    func keys() throws {
        let folder = try TemporaryFolder()
        try Self.write(to: folder.path + "/x")
        let file = try #require(try FileBytes(mapping: folder.path + "/x"))
        func message(_ key: PackedCacheKey) -> String? {
            #expect(throws: CheckpointError.self) { try PackedFile(file, key: key) }?.message
        }
        let packing = message(PackedCacheKey(packing: "test-2", identity: Array(Self.key.lines.dropFirst())))
        #expect(packing?.contains("packed in another way") == true)
        let changed = message(PackedCacheKey(packing: "test-1", identity: ["model.safetensors: 2 bytes"]))
        #expect(changed?.contains("other files") == true && changed?.contains("model.safetensors") == true)
        #expect(message(PackedCacheKey(packing: "test-1", identity: []))?.contains("more files") == true)
    }

    @Test("a file that was cut is refused, at any length")
    func truncated() throws {
        let folder = try TemporaryFolder()
        try Self.write(to: folder.path + "/x")
        let bytes = try folder.read("x")
        var lengths = Array(0..<4200) + Array(bytes.count - 200..<bytes.count)
        lengths += stride(from: 4200, to: bytes.count, by: 997)
        for length in lengths {
            #expect(throws: CheckpointError.self, "\(length)") {
                try Self.verified(FileBytes(Array(bytes[..<length]), name: "x"))
            }
        }
        #expect(throws: CheckpointError.self) { try Self.verified(FileBytes(bytes + [0], name: "x")) }
    }

    @Test("any flipped bit is noticed, in header, data, padding and checksums")
    func flipped() throws {
        let folder = try TemporaryFolder()
        try Self.write(to: folder.path + "/x")
        let bytes = try folder.read("x")
        let checksums = bytes.count - 5 * 4
        let places =
            Array(0..<4096) + Array(checksums..<bytes.count) + stride(from: 4096, to: checksums, by: 61)
        for place in places {
            var damaged = bytes
            damaged[place] ^= 1 << (place % 8)
            #expect(throws: CheckpointError.self, "\(place)") {
                try Self.verified(FileBytes(damaged, name: "x"))
            }
        }
    }

    @Test("files of another version or of another kind are refused by their names")
    func foreign() throws {
        let folder = try TemporaryFolder()
        try Self.write(to: folder.path + "/x")
        let bytes = try folder.read("x")
        func message(replacing old: String, with new: String) throws -> String? {
            let at = try #require(bytes.firstRange(of: Array(old.utf8)))
            var changed = bytes
            changed.replaceSubrange(at, with: Array(new.utf8))
            return #expect(throws: CheckpointError.self) {
                try Self.verified(FileBytes(changed, name: "x"))
            }?.message
        }
        let version = try message(replacing: "\"version\":\"1\"", with: "\"version\":\"7\"")
        #expect(version?.contains("version 7") == true)
        let format = try message(replacing: "packed weights", with: "packed lunches")
        #expect(format?.contains("no file of packed weights") == true)
    }

    /// The header's checksum made right again, as nobody's accident would: what the header says is still not believed.
    @Test("headers that lie under right checksums are read or refused without a trap")
    func lying() throws {
        let folder = try TemporaryFolder()
        try Self.write(to: folder.path + "/x")
        let bytes = try folder.read("x")
        let checksums = bytes.count - 5 * 4
        var random = SystemRandomNumberGenerator()
        func put(_ value: UInt32, _ at: Int, _ bytes: inout [UInt8]) {
            for byte in 0..<4 { bytes[at + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(byte))) }
        }
        for _ in 0..<5000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let digits = (8..<900).filter { changed[$0] >= 48 && changed[$0] <= 57 }
                let at = try #require(digits.randomElement(using: &random))
                changed[at] = UInt8.random(in: 48...57, using: &random)
            }
            unsafe put(CRC32C.checksum(of: changed.span.bytes.extracting(0..<4096)), checksums, &changed)
            let own = unsafe CRC32C.checksum(of: changed.span.bytes.extracting(checksums..<bytes.count - 4))
            put(own, bytes.count - 4, &changed)
            let file = FileBytes(changed, name: "x")
            guard let packed = try? Self.verified(file) else { continue }
            for entry in Self.entries {
                guard let address = packed.address(of: entry.name, size: entry.size) else { continue }
                #expect(address % 64 == 0 && address >= file.address)
                #expect(address + UInt(entry.size) <= file.address + UInt(file.count))
            }
        }
    }

    @Test("of many who write at once one does, and the file is whole")
    func concurrentWriters() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x"
        let written = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 { group.addTask { try Self.write(to: path) != nil } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(written == 1)
        #expect(folder.names == ["x"])
        Self.expectEntries(try Self.verified(try #require(try FileBytes(mapping: path))))
    }

    @Test("a file is left to the process that has it locked, and a dead one's rest is written over")
    func locks() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x"
        try folder.write(Array(repeating: 7, count: 500_000), to: "x.partial")
        let other = unsafe open(path + ".partial", O_RDWR | O_CLOEXEC)
        #expect(other >= 0 && flock(other, LOCK_EX | LOCK_NB) == 0)
        #expect(try Self.write(to: path) == nil)
        #expect(folder.names == ["x.partial"])
        close(other)
        #expect(try Self.write(to: path) != nil)
        #expect(folder.names == ["x"])
        Self.expectEntries(try Self.verified(try #require(try FileBytes(mapping: path))))
    }

    @Test("a file that somebody else wrote meanwhile stays, one that was found wanting is replaced")
    func replacing() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x"
        try folder.write([1, 2, 3], to: "x")
        #expect(try Self.write(to: path) == nil)
        #expect(try folder.read("x") == [1, 2, 3])
        #expect(try Self.write(to: path, replacing: FileStamp(path)) != nil)
        Self.expectEntries(try Self.verified(try #require(try FileBytes(mapping: path))))
    }

    @Test("a writer that is told to give up does so wherever it is, also within an entry, and leaves nothing")
    func cancelled() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x"
        let large = [UInt8](repeating: 1, count: 65 << 20)
        let entries = [("a", 100), ("b", large.count), ("c", 100)]
        // Once for a, its padding, the two windows of b, c and its padding.
        for limit in 0..<7 {
            var asked = 0
            func isCancelled() -> Bool {
                asked += 1
                return asked > limit
            }
            func write() throws -> Int? {
                try PackedFileWriter.write(
                    entries, key: Self.key, to: path, replacing: nil, isCancelled: isCancelled
                ) { index, write in
                    unsafe try write(large.span.bytes.extracting(0..<entries[index].1))
                }
            }
            guard limit < 6 else {
                #expect(try write() == FileBytes(mapping: path)?.count)
                break
            }
            #expect(throws: CancellationError.self) { try write() }
            #expect(asked == limit + 1 && folder.names.isEmpty)
        }
        #expect(folder.names == ["x"])
    }

    @Test("where nothing can be written an error says so and nothing is left")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        try folder.write([], to: "file")
        let error = #expect(throws: CheckpointError.self) { try Self.write(to: folder.path + "/file/x") }
        #expect(error?.message.contains("cannot be") == true)
        #expect(throws: CheckpointError.self) { try Self.write(to: "/proc/vllm/x") }
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try PackedFileWriter.write(
                Self.entries, key: Self.key, to: folder.path + "/x", replacing: nil
            ) { _, _ in throw Stop() }
        }
        #expect(folder.names == ["file"])
    }
}
