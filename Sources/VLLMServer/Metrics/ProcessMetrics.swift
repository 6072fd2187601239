// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What Prometheus' client libraries tell of a process, read from /proc.
struct ProcessMetrics {
    /// Bytes of memory that are resident.
    var residentBytes: Double
    /// Bytes of address space.
    var virtualBytes: Double
    /// Seconds of processor time, of all threads.
    var cpuSeconds: Double

    /// Reads the process's own; nil where there is no /proc.
    init?() {
        guard let text = Self.read("/proc/self/statm") else { return nil }
        let fields = text.split(separator: " ").compactMap { Double($0) }
        guard fields.count >= 2 else { return nil }
        let page = Double(sysconf(CInt(_SC_PAGESIZE)))
        virtualBytes = fields[0] * page
        residentBytes = fields[1] * page
        // Behind the command's name in parentheses: user and system time are the fields 14 and 15.
        let times = Self.read("/proc/self/stat")?.split(separator: ")").last?.split(separator: " ") ?? []
        let ticks = times.count > 12 ? (Double(times[11]) ?? 0) + (Double(times[12]) ?? 0) : 0
        cpuSeconds = ticks / Double(sysconf(CInt(_SC_CLK_TCK)))
    }

    /// A small file's text.
    private static func read(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = unsafe bytes.withUnsafeMutableBytes {
            unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
        }
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    func write(into writer: inout PrometheusWriter) {
        writer.gauge("process_virtual_memory_bytes", "Bytes of address space.", virtualBytes)
        writer.gauge("process_resident_memory_bytes", "Bytes of memory that are resident.", residentBytes)
        writer.counter("process_cpu_seconds", "Seconds of processor time.", cpuSeconds)
    }
}
