// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem
import FoundationEssentials
import Testing

private enum MapError: Error { case none }

@Suite struct SystemTests {
    /// Writes files under a folder of its own and removes it afterwards.
    private func withFolder<Result>(_ files: [String: String], _ body: (String) throws -> Result) throws
        -> Result
    {
        let root = FileManager.default.temporaryDirectory.path + "/vllm-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        for (name, text) in files {
            let path = root + "/" + name
            let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
                separator: "/")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        return try body(root)
    }

    private func limits(_ files: [String: String]) throws -> vllm_limits {
        try withFolder(files) { root in
            var limits = vllm_limits()
            unsafe vllm_read_limits(root, &limits)
            return limits
        }
    }

    private static let meminfo = "MemTotal:       1000 kB\nMemFree:  10 kB\nMemAvailable:    600 kB\n"

    @Test func withoutGroupsTheMachineIsTheLimit() throws {
        let found = try limits(["proc/meminfo": Self.meminfo])
        #expect(found.cpu_quota == 0)
        #expect(found.memory_limit == 1000 * 1024 && found.memory_left == 600 * 1024)
    }

    @Test func theSmallestLimitOfTheSecondVersionAndItsAncestorsHolds() throws {
        let found = try limits([
            "proc/meminfo": Self.meminfo,
            "proc/self/cgroup": "0::/a/b\n",
            "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
            "sys/fs/cgroup/a/cpu.max": "150000 100000\n",
            "sys/fs/cgroup/a/b/memory.max": "500000\n",
            "sys/fs/cgroup/a/b/memory.current": "300000\n",
            "sys/fs/cgroup/a/b/memory.stat": "anon 1\ninactive_file 100000\n",
            "sys/fs/cgroup/a/memory.max": "max\n",
        ])
        #expect(found.cpu_quota == 1.5)
        #expect(found.memory_limit == 500_000 && found.memory_left == 300_000)
    }

    @Test func theFirstVersionIsReadWhereItsControllersAreMounted() throws {
        let found = try limits([
            "proc/meminfo": Self.meminfo,
            "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/x/y\n0::/\n",
            "sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us": "250000\n",
            "sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/memory/x/y/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "400000\n",
            "sys/fs/cgroup/memory/x/memory.usage_in_bytes": "150000\n",
            "sys/fs/cgroup/memory/x/memory.stat": "total_inactive_file 50000\n",
        ])
        #expect(found.cpu_quota == 2.5)
        #expect(found.memory_limit == 400_000 && found.memory_left == 300_000)
    }

    @Test func aPathThatIsNotMountedFallsBackToTheRoot() throws {
        let found = try limits([
            "proc/self/cgroup": "0::/kubepods/pod1\n", "sys/fs/cgroup/cpu.max": "50000 100000\n",
            "sys/fs/cgroup/memory.max": "12345\n",
        ])
        #expect(found.cpu_quota == 0.5 && found.memory_limit == 12345)
    }

    @Test(arguments: [
        "", ":", "::", "0:", "0::", "x:y", "0::/../../etc", "1:cpu:", String(repeating: "a", count: 40_000),
    ])
    func strangeFilesAreNoLimit(text: String) throws {
        let found = try limits([
            "proc/meminfo": text, "proc/self/cgroup": text, "sys/fs/cgroup/cpu.max": text,
            "sys/fs/cgroup/memory.max": text,
        ])
        #expect(found.cpu_quota == 0 && found.memory_limit == .max)
    }

    @Test func theMachineHasCoresAndMemory() {
        #expect(vllm_available_cores() >= 1)
        #expect(vllm_available_memory() > 0 && vllm_total_memory() >= vllm_available_memory())
        #expect(vllm_resident_memory() > 0 && vllm_peak_resident_memory() >= vllm_resident_memory() / 2)
        var name = [CChar](repeating: 1, count: 64)
        unsafe vllm_processor_name(&name, 64)
        #expect(name.contains(0))
        unsafe vllm_processor_name(&name, 1)
        #expect(name[0] == 0)
    }

    @Test(arguments: [0, 1, 4096, 5000, 2 << 20, (2 << 20) + 1, 5 << 20])
    func mappedMemoryIsZeroAndLargeOnesAreAligned(size: Int) throws {
        guard let address = unsafe vllm_memory_map(size) else { throw MapError.none }
        defer { unsafe vllm_memory_unmap(address, size) }
        if size >= 2 << 20 { #expect(Int(bitPattern: address) % (2 << 20) == 0) }
        guard size > 0 else { return }
        unsafe address.storeBytes(of: 7, toByteOffset: 0, as: UInt8.self)
        #expect(unsafe address.load(fromByteOffset: size - 1, as: UInt8.self) == (size == 1 ? 7 : 0))
    }

    @Test func filesAreMappedAndWhatIsNoFileIsRefused() throws {
        try withFolder(["full": "hello", "empty": ""]) { root in
            var address: UnsafeRawPointer?
            var size = 99
            #expect(unsafe vllm_file_map(root + "/full", &address, &size) == 0)
            #expect(size == 5)
            guard let mapped = unsafe address else { throw MapError.none }
            #expect(unsafe mapped.load(fromByteOffset: 4, as: UInt8.self) == UInt8(ascii: "o"))
            unsafe vllm_memory_prefetch(mapped, size)
            unsafe vllm_memory_release(mapped, size)
            #expect(unsafe mapped.load(fromByteOffset: 0, as: UInt8.self) == UInt8(ascii: "h"))
            unsafe vllm_file_unmap(mapped, size)
            #expect(unsafe vllm_file_map(root + "/empty", &address, &size) == 0)
            #expect(size == 0)
            unsafe vllm_file_unmap(address, size)
            #expect(unsafe vllm_file_map(root, &address, &size) != 0)
            #expect(unsafe vllm_file_map(root + "/missing", &address, &size) != 0)
            #expect(unsafe vllm_file_map("/dev/null", &address, &size) != 0)
        }
    }

    /// Check values: RFC 3720, appendix B.4 (as numbers; the RFC lists the bytes as sent), and the usual one of "123456789".
    @Test func checksumsAreThoseOfTheStandard() {
        let ascending = (0..<32).map { UInt8($0) }
        let cases: [([UInt8], UInt32)] = [
            ([], 0), (Array("123456789".utf8), 0xe306_9283), ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
            ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43), (ascending, 0x46dd_794e),
            (ascending.reversed(), 0x113f_db5c),
        ]
        for (bytes, checksum) in cases {
            #expect(unsafe vllm_crc32c(0, bytes, bytes.count) == checksum)
            #expect(unsafe vllm_crc32c_portable(0, bytes, bytes.count) == checksum)
        }
    }

    @Test func checksumsOfPartsAndBlocksAgree() {
        let bytes = (0..<9 * 64).map { UInt8(truncatingIfNeeded: $0 &* $0 &+ 3 &* $0) }
        for size in [0, 1, 7, 8, 9, 63, 64, 500, 576] {
            let all = unsafe vllm_crc32c_portable(0, bytes, size)
            #expect(unsafe vllm_crc32c(0, bytes, size) == all)
            for split in 0...size {
                let rest = Array(bytes[split..<size])
                #expect(unsafe vllm_crc32c(vllm_crc32c(0, bytes, split), rest, rest.count) == all)
            }
        }
        for count in 0...9 {
            var checksums = [UInt32](repeating: 1, count: count)
            unsafe vllm_crc32c_blocks(&checksums, bytes, 64, count)
            let expected = (0..<count).map { block in
                let part = Array(bytes[64 * block..<64 * block + 64])
                return unsafe vllm_crc32c(0, part, 64)
            }
            #expect(checksums == expected)
        }
    }
}
