// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What tells one state of a file from another without reading it.
package struct FileStamp: Sendable, Hashable {
    /// Bytes.
    package let size: Int
    /// When its contents were last written, in nanoseconds since 1970; programs can set it back.
    package let modified: Int
    /// When anything of it last changed, in nanoseconds since 1970; programs cannot set it.
    package let changed: Int
    /// The file's number on its file system.
    package let inode: UInt

    /// Looks at a file, links followed; nil where there is none.
    package init?(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        size = Int(status.st_size)
        modified = Self.nanoseconds(status.st_mtim)
        changed = Self.nanoseconds(status.st_ctim)
        inode = UInt(status.st_ino)
    }

    /// True where a path is that of a folder, links followed.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func nanoseconds(_ time: timespec) -> Int {
        Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
    }
}
