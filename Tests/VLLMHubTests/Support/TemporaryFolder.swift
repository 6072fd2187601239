// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder that is removed with its owner.
final class TemporaryFolder: Sendable {
    /// Its path.
    let path: String

    /// Makes a folder.
    init() throws {
        var template = Array("/tmp/vllm-hub-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw FileError(code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// Why a test's own file could not be made.
    struct FileError: Error { let code: CInt }

    /// Writes a file in the folder, and makes the folders above it.
    func write(_ bytes: [UInt8], to name: String) throws {
        makeFolders(above: name)
        let file = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard file >= 0 else { throw FileError(code: errno) }
        defer { close(file) }
        guard unsafe Glibc.write(file, bytes, bytes.count) == bytes.count else {
            throw FileError(code: errno)
        }
    }

    /// Makes a symbolic link in the folder, and the folders above it.
    func link(_ name: String, to target: String) throws {
        makeFolders(above: name)
        guard unsafe symlink(target, "\(path)/\(name)") == 0 else { throw FileError(code: errno) }
    }

    /// The bytes of a file, links followed; nil where there is none.
    func read(_ name: String) -> [UInt8]? {
        let file = unsafe open("\(path)/\(name)", O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = unsafe Glibc.read(file, &buffer, buffer.count), count > 0 {
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// Removes a file or a link.
    func remove(_ name: String) { unsafe unlink("\(path)/\(name)") }

    /// The target of a link.
    func target(of name: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("\(path)/\(name)", &buffer, buffer.count)
        return count < 0
            ? nil : String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names in a folder, sorted; none where it is not there.
    func names(in name: String) -> [String] { Self.names(at: "\(path)/\(name)") }

    private static func names(at path: String) -> [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let text = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if text != ".", text != ".." { names.append(text) }
        }
        return names.sorted()
    }

    private func makeFolders(above name: String) {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/\(part)"
            unsafe mkdir(folder, 0o755)
        }
    }

    private static func remove(_ path: String) {
        let names = Self.names(at: path)
        for name in names where unsafe unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
        unsafe rmdir(path)
    }
}
