// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import Glibc

/// This program once more, in a process of its own.
package struct ChildProcess: Sendable {
    /// Its process id.
    package let id: pid_t

    /// Starts it as the process of an engine, with a socket; nil where the system starts no process. The descriptor is
    /// taken over.
    init?(descriptor: Int32) {
        defer { close(descriptor) }
        self.init(
            arguments: [EngineChild.argument],
            descriptors: [
                (from: STDERR_FILENO, to: STDOUT_FILENO), (from: descriptor, to: EngineChild.descriptor),
            ])
    }

    /// Starts it with arguments; nil where the system starts no process.
    ///
    /// - Parameter descriptors: what of this process's becomes what of its, in order; its standard input is empty.
    package init?(arguments words: [String], descriptors: [(from: Int32, to: Int32)]) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (from, to) in descriptors { unsafe posix_spawn_file_actions_adddup2(&actions, from, to) }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Threads of a pool may block signals, and a child inherits that.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] =
            unsafe (["vllm"] + words).map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
        var id: pid_t = 0
        // The file that runs, even if another has its name by now.
        guard unsafe posix_spawn(&id, "/proc/self/exe", &actions, &attributes, &arguments, environ) == 0
        else {
            return nil
        }
        self.id = id
    }

    /// Waits for its end, ends it where that takes too long, and tells how it ended.
    @discardableResult
    package func end(after timeout: Duration) -> String {
        var status: Int32 = 0
        let deadline = ContinuousClock.now + timeout
        while ContinuousClock.now < deadline {
            if unsafe waitpid(id, &status, WNOHANG) == id { return Self.describe(status) }
            usleep(10_000)
        }
        kill(id, SIGKILL)
        while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
        return Self.describe(status)
    }

    private static func describe(_ status: Int32) -> String {
        let signal = status & 0x7f
        return signal == 0 ? "status \(status >> 8 & 0xff)" : "signal \(signal)"
    }
}
