// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An open folder; names are looked up in it, wherever its path leads meanwhile.
final class Folder: Sendable {
    /// What stands under a name.
    enum Entry: Sendable, Hashable {
        /// A file of that many bytes.
        case file(size: Int)
        /// A folder, a device, or something else.
        case other
    }

    /// The path, for messages.
    let path: String
    private let descriptor: Descriptor

    private init(_ number: CInt, path: String) {
        descriptor = Descriptor(number)
        self.path = path
    }

    /// Opens a folder, and makes it and those above it where they are missing.
    static func open(_ path: String) throws(HubError) -> Folder {
        if let folder = try existing(path) { return folder }
        let trimmed = path.hasSuffix("/") ? String(path.dropLast()) : path
        if let slash = trimmed.lastIndex(of: "/"), slash > trimmed.startIndex {
            _ = try open(String(trimmed[..<slash]))
        }
        guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST else {
            throw .system("make the folder", path, errno)
        }
        guard let folder = try existing(path) else { throw .system("open the folder", path, ENOENT) }
        return folder
    }

    /// Opens a folder; nil where there is none.
    static func existing(_ path: String) throws(HubError) -> Folder? {
        let number = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if number >= 0 { return Folder(number, path: path) }
        guard errno == ENOENT else { throw .system("open the folder", path, errno) }
        return nil
    }

    /// Opens a folder in this one, and makes it where it is missing.
    ///
    /// - Parameter followsLinks: whether it may be a symbolic link to a folder elsewhere.
    func subfolder(_ name: String, followsLinks: Bool = true) throws(HubError) -> Folder {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW)
        let inner = "\(path)/\(name)"
        var number = unsafe openat(descriptor.number, name, flags)
        if number < 0, errno == ENOENT {
            guard unsafe mkdirat(descriptor.number, name, 0o777) == 0 || errno == EEXIST else {
                throw .system("make the folder", inner, errno)
            }
            number = unsafe openat(descriptor.number, name, flags)
        }
        guard number >= 0 else { throw .system("open the folder", inner, errno) }
        return Folder(number, path: inner)
    }

    /// What stands under a name, symbolic links followed or not; nil where there is nothing, or links lead nowhere.
    func entry(_ name: String, followsLinks: Bool = true) -> Entry? {
        var status = stat()
        let flags = followsLinks ? 0 : AT_SYMLINK_NOFOLLOW
        guard unsafe fstatat(descriptor.number, name, &status, flags) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFREG ? .file(size: Int(status.st_size)) : .other
    }

    /// The bytes of a file; nil where there is none, it cannot be read, or it has more bytes than the limit.
    func content(of name: String, limit: Int) -> [UInt8]? {
        let number = unsafe openat(descriptor.number, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { return nil }
        let file = Descriptor(number)
        var status = stat()
        guard unsafe fstat(file.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size <= limit
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var count = 0
        while count < bytes.count {
            let added = unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                return unsafe read(file.number, rest.baseAddress, rest.count)
            }
            guard added > 0 else { return nil }
            count += added
        }
        return bytes
    }

    /// Opens a file for reading and writing, and makes it where it is missing; links are refused.
    func openFile(_ name: String, mode: mode_t = 0o666) throws(HubError) -> Descriptor {
        let number = unsafe openat(
            descriptor.number, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode)
        guard number >= 0 else { throw .system("open the file", "\(path)/\(name)", errno) }
        return Descriptor(number)
    }

    /// The target of a symbolic link; nil where there is none.
    func linkTarget(_ name: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlinkat(descriptor.number, name, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Makes a symbolic link.
    func makeLink(_ name: String, to target: String) throws(HubError) {
        guard unsafe symlinkat(target, descriptor.number, name) == 0 else {
            throw .system("make the link", "\(path)/\(name)", errno)
        }
    }

    /// Moves a name to another folder of the same file system; what stood there is replaced at once.
    func move(_ name: String, to folder: Folder, as other: String) throws(HubError) {
        guard unsafe renameat(descriptor.number, name, folder.descriptor.number, other) == 0 else {
            throw .system("write", "\(folder.path)/\(other)", errno)
        }
    }

    /// Removes a file's name, if it is there.
    func remove(_ name: String) {
        _ = unsafe unlinkat(descriptor.number, name, 0)
    }

    /// Waits until the names are on the disk; file systems that cannot are taken as they are.
    func synchronize() { fsync(descriptor.number) }
}
