// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A blob on its way: `blobs/<name>.incomplete`, which becomes `blobs/<name>` once it is whole and right.
final class IncompleteFile: Sendable {
    private struct State {
        var offset = 0
        var digest: BlobDigest
    }

    private let cache: RepositoryCache
    private let name: BlobName
    private let size: Int
    private let descriptor: Descriptor
    private let state: Mutex<State>

    private var partialName: String { "\(name).incomplete" }
    private var path: String { "\(cache.blobs.path)/\(partialName)" }

    /// Opens what an earlier attempt left, and hashes it; needs the blob's lock.
    static func open(_ name: BlobName, size: Int, in cache: RepositoryCache) async throws(HubError)
        -> IncompleteFile
    {
        let file = try IncompleteFile(name, size: size, in: cache)
        do {
            // Gigabytes may be here already: they are read on a thread that may block.
            try await NIOThreadPool.singleton.runIfActive { try file.readPrefix() }
        } catch {
            throw error as? HubError ?? .cancelled
        }
        return file
    }

    private init(_ name: BlobName, size: Int, in cache: RepositoryCache) throws(HubError) {
        self.cache = cache
        self.name = name
        self.size = size
        if cache.blobs.entry("\(name).incomplete", followsLinks: false) == .other {
            cache.blobs.remove("\(name).incomplete")
        }
        descriptor = try cache.blobs.openFile("\(name).incomplete")
        state = Mutex(State(digest: BlobDigest(of: name, size: size)))
    }

    /// Bytes that are here.
    var offset: Int { state.withLock { $0.offset } }

    /// True once all bytes are here.
    var isComplete: Bool { offset == size }

    /// True where the bytes are those of the name.
    var matchesName: Bool { state.withLock { $0.digest.matches } }

    /// Adds bytes; more than the blob has are an error of the server's.
    func append(_ buffer: ByteBuffer) throws(HubError) {
        try state.withLock { state throws(HubError) in
            guard buffer.readableBytes <= size - state.offset else {
                throw HubError(.response, "\(path) was announced with \(size) bytes, but more come.")
            }
            let code = unsafe buffer.withUnsafeReadableBytes { bytes -> CInt in
                unsafe Self.write(bytes, to: descriptor.number, at: state.offset)
            }
            guard code == 0 else { throw HubError.system("write", path, code) }
            unsafe buffer.withUnsafeReadableBytes { unsafe state.digest.update($0) }
            state.offset += buffer.readableBytes
        }
    }

    /// Forgets all bytes; returns how many they were.
    func reset() throws(HubError) -> Int {
        try state.withLock { state throws(HubError) in
            guard ftruncate(descriptor.number, 0) == 0 else { throw .system("empty", path, errno) }
            defer { state = State(digest: BlobDigest(of: name, size: size)) }
            return state.offset
        }
    }

    /// Removes the file, whose bytes are of no use.
    func discard() { cache.blobs.remove(partialName) }

    /// Gives the file its final name, after its bytes are on the disk.
    func publish() async throws(HubError) {
        do {
            try await NIOThreadPool.singleton.runIfActive { [self] in
                guard fsync(descriptor.number) == 0 else { throw HubError.system("write", path, errno) }
                try cache.blobs.move(partialName, to: cache.blobs, as: name.description)
                cache.blobs.synchronize()
            }
        } catch {
            throw error as? HubError ?? .cancelled
        }
    }

    private func readPrefix() throws(HubError) {
        try state.withLock { state throws(HubError) in
            var status = stat()
            guard unsafe fstat(descriptor.number, &status) == 0 else { throw .system("read", path, errno) }
            guard status.st_size <= size else {
                guard ftruncate(descriptor.number, 0) == 0 else { throw .system("empty", path, errno) }
                return
            }
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            while true {
                let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                    unsafe pread(descriptor.number, bytes.baseAddress, bytes.count, off_t(state.offset))
                }
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw .system("read", path, errno) }
                if count == 0 { return }
                unsafe buffer.withUnsafeBytes {
                    unsafe state.digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count]))
                }
                state.offset += count
            }
        }
    }

    /// Writes all bytes; returns the system's error, or 0.
    @unsafe private static func write(_ bytes: UnsafeRawBufferPointer, to number: CInt, at offset: Int)
        -> CInt
    {
        var written = 0
        while written < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = unsafe pwrite(number, rest.baseAddress, rest.count, off_t(offset + written))
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return count == 0 ? EIO : errno }
            written += count
        }
        return 0
    }
}
