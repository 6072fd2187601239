// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The lock of a blob that processes with the same cache share, huggingface_hub's among them; freed with its owner.
final class FileLock: Sendable {
    private let descriptor: Descriptor

    private init(_ descriptor: Descriptor) { self.descriptor = descriptor }

    /// Takes the lock; nil while somebody else has it.
    ///
    /// Where the file system has no locks, everybody has it: the hash of what was fetched still decides.
    static func attempt(_ name: String, in folder: Folder) throws(HubError) -> FileLock? {
        while true {
            let descriptor = try folder.openFile(name, mode: 0o664)
            // Users that share a cache share its locks, whatever the umask; only the file's owner can say so.
            fchmod(descriptor.number, 0o664)
            guard flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 else {
                switch errno {
                case EWOULDBLOCK, EACCES: return nil
                case EINTR: continue
                case ENOSYS, ENOLCK, EOPNOTSUPP, EINVAL: return FileLock(descriptor)
                case let code: throw .system("lock", "\(folder.path)/\(name)", code)
                }
            }
            // A file without a name any more locks nobody out.
            var status = stat()
            if unsafe fstat(descriptor.number, &status) == 0, status.st_nlink == 0 { continue }
            return FileLock(descriptor)
        }
    }

    /// Waits for the lock without holding a thread; `whileWaiting` is called before each pause, the longest of which is
    /// half a second.
    static func acquire(
        _ name: String, in folder: Folder, clock: any HubClock, whileWaiting: () -> Void
    ) async throws(HubError) -> FileLock {
        var pause = Duration.milliseconds(50)
        while true {
            if let lock = try attempt(name, in: folder) { return lock }
            whileWaiting()
            do {
                try await clock.pause(for: pause)
            } catch {
                throw .cancelled
            }
            pause = min(pause * 2, .milliseconds(500))
        }
    }
}
