// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMSystem
import Glibc

/// A file that is being written beside its place, locked; removed with its owner unless it was published.
struct PartialFile: ~Copyable {
    private let path: String
    private let partial: String
    private let descriptor: Int32
    private var count = 0
    private var flushed = 0
    private var isPublished = false

    /// Bytes that are written before the disk is asked to begin.
    static let window = 64 << 20
    /// How often the file that was locked may turn out to be another than the named one, as it always is where a file
    /// system numbers its files anew.
    private static let lockAttempts = 16

    /// Makes or takes over the partial file, and the folder where it is missing; nil while another process writes it.
    static func attempt(_ path: String) throws(CheckpointError) -> PartialFile? {
        try makeFolder(of: path)
        guard let descriptor = try lock(path + ".partial") else { return nil }
        return try PartialFile(path, descriptor)
    }

    private init(_ path: String, _ descriptor: Int32) throws(CheckpointError) {
        (self.path, self.descriptor) = (path, descriptor)
        partial = path + ".partial"
        guard ftruncate(descriptor, 0) == 0 else { throw Self.error(partial, "written") }
    }

    private static func lock(_ partial: String) throws(CheckpointError) -> Int32? {
        for _ in 0..<lockAttempts {
            let descriptor = unsafe open(
                partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
            guard descriptor >= 0 else { throw error(partial, "written") }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                close(descriptor)
                if code == EWOULDBLOCK { return nil }
                throw error(partial, "locked", code)
            }
            // Whoever had the lock may have given the file its name, or removed it.
            var own = stat()
            var named = stat()
            if unsafe fstat(descriptor, &own) == 0, unsafe stat(partial, &named) == 0,
                own.st_ino == named.st_ino, own.st_dev == named.st_dev
            {
                return descriptor
            }
            close(descriptor)
        }
        throw CheckpointError(partial, "cannot be locked: what has this name is another file each time.")
    }

    deinit {
        if !isPublished { unsafe unlink(partial) }
        close(descriptor)
    }

    /// Takes the room for so many bytes, so that a full disk is noticed before anything is written.
    func reserve(_ size: Int) throws(CheckpointError) {
        var limit = rlimit()
        // Beyond this limit the system would end the process.
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0,
            limit.rlim_cur < UInt(size)
        {
            throw Self.error(partial, "written", EFBIG)
        }
        let code = vllm_file_reserve(descriptor, UInt64(size))
        if code != 0 { throw Self.error(partial, "written", code) }
    }

    /// Appends bytes; waits until the disk has all but about the last two windows.
    mutating func write(_ bytes: RawSpan) throws(CheckpointError) {
        var start = 0
        while start < bytes.byteCount {
            let added = unsafe bytes.extracting(start..<bytes.byteCount).withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if added < 0, errno == EINTR { continue }
            guard added > 0 else { throw Self.error(partial, "written", added < 0 ? errno : ENOSPC) }
            start += added
            count += added
            if count - flushed >= Self.window {
                vllm_file_flush(descriptor, UInt64(flushed), UInt64(count - flushed))
                flushed = count
            }
        }
    }

    /// Waits for the disk, and gives the file its name.
    mutating func publish() throws(CheckpointError) {
        guard fsync(descriptor) == 0 else { throw Self.error(partial, "written") }
        guard unsafe rename(partial, path) == 0 else { throw Self.error(path, "written") }
        isPublished = true
        let folder = unsafe open(FilePath.parent(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private static func makeFolder(of path: String) throws(CheckpointError) {
        let folder = FilePath.parent(of: path)
        var status = stat()
        if unsafe stat(folder, &status) == 0 { return }
        if folder != path, folder != "." { try makeFolder(of: folder) }
        guard unsafe mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw error(folder, "made") }
    }

    private static func error(_ path: String, _ what: String, _ code: Int32 = errno) -> CheckpointError {
        CheckpointError(path, "cannot be \(what): \(SystemError.text(code)).")
    }
}
