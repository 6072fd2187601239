// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// How far a download is, all files together.
package struct HubProgress: Sendable, Hashable, CustomStringConvertible {
    /// Bytes that are here, those of earlier attempts included.
    package var receivedBytes = 0
    /// Bytes of all wanted files.
    package var totalBytes = 0
    /// Files that are complete.
    package var completedFiles = 0
    /// Files that are wanted.
    package var totalFiles = 0

    /// Creates progress.
    package init(receivedBytes: Int = 0, totalBytes: Int = 0, completedFiles: Int = 0, totalFiles: Int = 0) {
        self.receivedBytes = receivedBytes
        self.totalBytes = totalBytes
        self.completedFiles = completedFiles
        self.totalFiles = totalFiles
    }

    /// The share that is here, in 0...1.
    package var fraction: Double {
        totalBytes > 0 ? min(1, max(0, Double(receivedBytes) / Double(totalBytes))) : 1
    }

    /// Files, bytes and share in one line.
    package var description: String {
        let bytes = "\(DiskSpace.text(receivedBytes)) of \(DiskSpace.text(totalBytes))"
        return "\(completedFiles) of \(totalFiles) files, \(bytes) (\(Int(fraction * 100))%)"
    }
}
