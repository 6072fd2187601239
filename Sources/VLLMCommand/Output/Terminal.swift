// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The process's standard streams.
package enum Terminal {
    /// True where standard error is a terminal, so that progress may be drawn.
    static var drawsProgress: Bool { isatty(STDERR_FILENO) == 1 }

    /// True where a person types on standard input.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Writes a text to standard output at once.
    ///
    /// Where that fails, the process ends, for what it goes on to do would be for nobody: quietly where the reader is
    /// gone, with a sentence where the disk is full or there is no output.
    @discardableResult
    static func print(_ text: String) -> Bool {
        guard !write(text, to: STDOUT_FILENO) else { return true }
        let code = errno
        guard code != EPIPE else { exit(Program.ExitStatus.success) }
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "no reason is known"
        printError("vllm: error: standard output cannot be written: \(reason).\n")
        exit(Program.ExitStatus.failure)
    }

    /// Writes a text to standard error at once.
    @discardableResult
    static func printError(_ text: String) -> Bool { write(text, to: STDERR_FILENO) }

    /// Makes a closed pipe an error of the write rather than the end of the process.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while unsafe !rest.isEmpty {
                let written = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return false }
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
            return true
        }
    }
}
