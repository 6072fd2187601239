// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import VLLMJSON

extension Checkpoint {
    /// What tells these weights from any others without reading them all, a line a file; nil where they are not files.
    ///
    /// A file of the hub's cache is a link to contents that bear their own hash as a name, which is taken at its word
    /// unless they were written to since. Of any other file it is the size, the two times (the second of which no program can set, so that a file put in
    /// another's place with its times shows), and a checksum of the header.
    package var identity: [String]? {
        var lines: [String] = []
        for file in files {
            guard let stamp = file.stamp else { return nil }
            let name = file.name.split(separator: "/").last ?? ""
            if let blob = Self.blobName(file.name) {
                lines.append("\(name): \(stamp.size) bytes, modified \(stamp.modified), blob \(blob)")
            } else {
                lines.append(
                    "\(name): \(stamp.size) bytes, modified \(stamp.modified), changed \(stamp.changed), header \(headerChecksum(file))"
                )
            }
        }
        if !overrides.isEmpty { lines.append("configuration: \(overridesText)") }
        return files.isEmpty ? nil : lines.sorted()
    }

    /// True while the files are those that were opened.
    package var isUnchanged: Bool { files.allSatisfy { $0.stamp != nil && FileStamp($0.name) == $0.stamp } }

    /// The hash that a file of the hub's cache is called by: SHA-256 (large files) or git's SHA-1.
    private static func blobName(_ path: String) -> Substring? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink(path, &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        let target = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let parts = target.split(separator: "/").suffix(2)
        guard parts.count == 2, parts.first == "blobs", let name = parts.last,
            name.utf8.count == 64 || name.utf8.count == 40, name.allSatisfy(\.isHexDigit)
        else { return nil }
        return name
    }

    /// The checksum of what a file holds besides tensors: of a safetensors file its header.
    private func headerChecksum(_ file: FileBytes) -> UInt32 {
        let places = ranges(in: file) + [file.count..<file.count]
        return file.withBytes { bytes in
            var checksum: UInt32 = 0
            var end = 0
            for place in places {
                if place.lowerBound > end {
                    checksum = CRC32C.checksum(of: bytes.extracting(end..<place.lowerBound), after: checksum)
                }
                end = max(end, place.upperBound)
            }
            return checksum
        }
    }
}
