// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The room on a file system.
enum DiskSpace {
    /// Bytes that the user may fill on the file system of a folder; nil where it does not say.
    static func available(at folder: String) -> Int? {
        var status = statvfs()
        guard unsafe statvfs(folder, &status) == 0, status.f_frsize > 0 else { return nil }
        return Int(exactly: status.f_bavail)?.multipliedReportingOverflow(by: Int(status.f_frsize))
            .partialValue
    }

    /// A number of bytes for people, in powers of ten as the hub writes them.
    static func text(_ bytes: Int) -> String {
        let units: [(size: Int, name: String)] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")]
        guard let unit = units.first(where: { bytes >= $0.size }) else { return "\(bytes) bytes" }
        let tenths = (bytes / (unit.size / 100) + 5) / 10
        return "\(tenths / 10).\(tenths % 10) \(unit.name)"
    }
}
