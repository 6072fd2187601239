// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import VLLMCommand

/// The program as a child process with pipes, killed after a minute if it still runs then.
final class ChildProcess {
    /// What a process left behind.
    struct Outcome {
        /// Its exit code, or minus the signal that ended it.
        var status: Int32
        var output: String
        var error: String
    }

    /// Something about the process itself failed, not about what it computes.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let timeoutInSeconds = 60
    private static let starting = Mutex(())

    private let process: pid_t
    private let outputPipe: Int32
    private let errorPipe: Int32
    private var isOutputOpen = true
    private var isErrorOpen = true
    private var output: [UInt8] = []
    private var error: [UInt8] = []
    private var isReaped = false

    /// Starts the program that stands beside the running tests.
    init(_ arguments: [String], input: String = "", environment: [String] = []) throws {
        let program = try Self.program()
        let timeout = ["timeout", "-s", "KILL", "\(Self.timeoutInSeconds)"]
        let all =
            ["/usr/bin/env", "-u", "VLLM_API_KEY", "-u", "VLLM_LOGGING_LEVEL", "HF_HUB_OFFLINE=1"]
            + environment + timeout + [
                program
            ]
        // A child that is started between a pipe's making and its mark would keep the pipe open.
        let (child, inputWrite, outputRead, errorRead) = try Self.starting.withLock { _ in
            let (inputRead, inputWrite) = try Self.pipe()
            let (outputRead, outputWrite) = try Self.pipe()
            let (errorRead, errorWrite) = try Self.pipe()
            defer { for descriptor in [inputRead, outputWrite, errorWrite] { close(descriptor) } }
            let child = try Self.spawn(
                all + arguments, input: inputRead, output: outputWrite, error: errorWrite)
            return (child, inputWrite, outputRead, errorRead)
        }
        process = child
        outputPipe = outputRead
        errorPipe = errorRead
        var text = input
        _ = text.withUTF8 { unsafe write(inputWrite, $0.baseAddress, $0.count) }
        close(inputWrite)
    }

    deinit {
        if !isReaped {
            kill(process, SIGTERM)
            var status: Int32 = 0
            unsafe waitpid(process, &status, 0)
        }
        close(outputPipe)
        close(errorPipe)
    }

    /// Runs the program to its end.
    static func run(_ arguments: String..., input: String = "", environment: [String] = []) throws -> Outcome
    {
        try ChildProcess(arguments, input: input, environment: environment).wait()
    }

    /// Sends a signal.
    func send(_ signal: Int32) { kill(process, signal) }

    /// Waits for a line on standard error that holds a text, and gives it; throws if the process ends without it.
    func errorLine(with text: String) throws -> String {
        while true {
            let lines = String(decoding: error, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            // The last one may still grow.
            if let line = lines.dropLast().first(where: { $0.contains(text) }) { return String(line) }
            guard try read() else {
                throw Failure(
                    description:
                        "the program ended without '\(text)': \(String(decoding: error, as: UTF8.self))")
            }
        }
    }

    /// Waits for the end of the process.
    func wait() throws -> Outcome {
        while try read() {}
        var status: Int32 = 0
        guard unsafe waitpid(process, &status, 0) == process else {
            throw Failure(description: "no child to wait for")
        }
        isReaped = true
        let signal = status & 0x7F
        return Outcome(
            status: signal == 0 ? (status >> 8) & 0xFF : -signal,
            output: String(decoding: output, as: UTF8.self),
            error: String(decoding: error, as: UTF8.self))
    }

    /// Reads what is there on either pipe; false at the end of both.
    private func read() throws -> Bool {
        guard isOutputOpen || isErrorOpen else { return false }
        // poll passes over negative descriptors.
        var polled = [
            pollfd(fd: isOutputOpen ? outputPipe : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: isErrorOpen ? errorPipe : -1, events: Int16(POLLIN), revents: 0),
        ]
        while unsafe poll(&polled, 2, -1) < 0 {
            guard errno == EINTR else { throw Failure(description: "poll failed with \(errno)") }
        }
        if polled[0].revents != 0 { isOutputOpen = Self.drain(outputPipe, into: &output) }
        if polled[1].revents != 0 { isErrorOpen = Self.drain(errorPipe, into: &error) }
        return true
    }

    private static func drain(_ descriptor: Int32, into bytes: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return false }
        bytes += buffer[..<count]
        return true
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard unsafe Glibc.pipe(&ends) == 0 else { throw Failure(description: "no pipe: \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ arguments: [String], input: Int32, output: Int32, error: Int32
    ) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in [input, output, error].enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        defer { unsafe pointers.forEach { unsafe free($0) } }
        var process = pid_t()
        // Threads of a pool block signals, which a child would inherit.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let code = unsafe posix_spawn(&process, arguments[0], &actions, &attributes, pointers, environ)
        guard code == 0 else { throw Failure(description: "no process: \(code)") }
        return process
    }

    /// The program is built into the folder of the tests.
    private static func program() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            return unsafe readlink("/proc/self/exe", base.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard count > 0 else { throw Failure(description: "the tests' own path is not known") }
        let path = String(decoding: buffer[..<count], as: UTF8.self)
        let folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        return "\(folder)/vllm"
    }
}
