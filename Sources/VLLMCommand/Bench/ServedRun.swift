// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import VLLMEngine
import VLLMJSON

/// One start of this program's server on a free port of the loopback interface, timed.
struct ServedRun {
    /// From the process's start until the server says which models it has.
    private(set) var untilReady = Duration.zero
    /// From the process's start until a request sent then has its first token.
    private(set) var untilFirstToken = Duration.zero
    /// Bytes of memory of all its processes when it is ready; shared files count once for each.
    private(set) var residentBytes = 0

    private static let patience = Duration.seconds(600)

    /// Starts `vllm serve` with further arguments, asks for one token, and ends it.
    init(_ arguments: [String], apiKey: String? = nil) throws {
        var ends: (Int32, Int32) = (-1, -1)
        let code = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            unsafe pipe(bytes.assumingMemoryBound(to: Int32.self).baseAddress)
        }
        guard code == 0 else { throw ClientError("The system gave no pipe.") }
        let (reading, writing) = ends
        for descriptor in [reading, writing] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        defer { close(reading) }
        let start = ContinuousClock.now
        let words = ["serve"] + arguments + ["--host", "127.0.0.1", "--port", "0"]
        let process = ChildProcess(
            arguments: words, descriptors: [(writing, STDOUT_FILENO), (writing, STDERR_FILENO)])
        close(writing)
        guard let process else { throw ClientError("The system started no process.") }
        defer {
            kill(process.id, SIGTERM)
            process.end(after: .seconds(10))
        }
        let url = try ServerURL(Self.address(from: reading))
        while try !Self.isReady(url, apiKey) {
            guard ContinuousClock.now - start < Self.patience else {
                throw ClientError("The server did not become ready.")
            }
            usleep(2000)
        }
        untilReady = ContinuousClock.now - start
        residentBytes = Self.family(of: process.id).reduce(0) { $0 + Self.resident($1) }
        try Self.askForOneToken(url, apiKey)
        untilFirstToken = ContinuousClock.now - start
    }

    /// The address in the line with which the server says that it listens.
    private static func address(from descriptor: Int32) throws(ClientError) -> String {
        var log: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(descriptor, &bytes, bytes.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0, log.count < 1 << 20 else {
                let text = String(decoding: log.suffix(2000), as: UTF8.self)
                throw ClientError("The server did not start:\n\(text)")
            }
            log += bytes.prefix(count)
            let text = String(decoding: log, as: UTF8.self)
            guard let range = text.firstRange(of: "server on http://") else { continue }
            let rest = text[range.upperBound...]
            if let end = rest.firstIndex(where: { $0.isWhitespace }) { return "http://\(rest[..<end])/v1" }
        }
    }

    private static func isReady(_ url: ServerURL, _ apiKey: String?) throws -> Bool {
        var connection = try HTTPConnection(to: url)
        try connection.send("GET", "/models", apiKey: apiKey)
        let answer = try connection.receiveAll()
        guard connection.status != 401 else {
            throw ClientError("The server wants a key: \(String(decoding: answer, as: UTF8.self))")
        }
        return connection.status == 200
    }

    private static func askForOneToken(_ url: ServerURL, _ apiKey: String?) throws {
        var connection = try HTTPConnection(to: url)
        let body: JSONValue = ["prompt": [1], "max_tokens": 1, "ignore_eos": true, "temperature": 0]
        try connection.send("POST", "/completions", apiKey: apiKey, body: JSONWriter().bytes(body))
        let answer = try connection.receiveAll()
        guard connection.status == 200 else {
            throw ClientError(
                "The server answered \(connection.status): \(String(decoding: answer, as: UTF8.self))")
        }
    }

    /// A process and those that it started.
    private static func family(of id: pid_t) -> [pid_t] {
        // Each thread has the list of those that it started.
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")) ?? []
        let children = threads.flatMap { thread in
            text(of: "/proc/\(id)/task/\(thread)/children").split(separator: " ").compactMap { pid_t($0) }
        }
        return [id] + children.flatMap(family)
    }

    private static func resident(_ id: pid_t) -> Int {
        let status = text(of: "/proc/\(id)/status")
        for line in status.split(separator: "\n") where line.hasPrefix("VmRSS:") {
            let kibibytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
            return (kibibytes.flatMap { Int($0) } ?? 0) << 10
        }
        return 0
    }

    /// What a file of the system says; nothing where it is gone.
    private static func text(of path: String) -> String {
        let bytes = try? InputFile.bytes(of: path, flag: path)
        return String(decoding: bytes ?? [], as: UTF8.self)
    }
}
