// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
package import VLLMCheckpoints

/// The process of an engine, started by `EngineProcess`: loads what it is told, computes until the other end is gone.
package enum EngineChild {
    /// The command-line argument under which a program should call `run`.
    package static let argument = "engine-process"
    /// Where the socket to the other process is.
    static let descriptor: Int32 = 3

    /// Runs the engine; returns the status to end the process with.
    ///
    /// - Parameter embedded: the files that are part of this program, where it is told to load those.
    package static func run(embedded: CheckpointSource?) async -> Int32 {
        // Signals meant for the server reach its whole group; the server decides when this process ends.
        signal(SIGINT, SIG_IGN)
        signal(SIGTERM, SIG_IGN)
        let socket = FrameSocket(descriptor: descriptor)
        guard case .load(let options, let path) = try? socket.read(EngineOrder.self) else { return 2 }
        let engine: EngineThread
        do {
            guard let source = try path.flatMap(CheckpointSource.init(path:)) ?? embedded else {
                throw CheckpointError(options.model, "is not part of this program.")
            }
            let progress = ProgressReport(socket)
            let (started, info) = try await EngineThread.start(
                build: {
                    try ModelLoader.build(
                        source, options, note: { _ = socket.write(EngineReport.note($0)) },
                        progress: progress.tell)
                },
                publish: { step in
                    let isSent = socket.write(EngineReport.step(step))
                    // An engine that failed computes no more: the other process starts a new one.
                    if !isSent || step.failure != nil { _exit(1) }
                })
            engine = started
            guard socket.write(EngineReport.ready(info)) else { return 1 }
        } catch {
            return socket.write(EngineReport.failed("\(error)")) ? 0 : 1
        }
        while case .commands(let commands) = try? socket.read(EngineOrder.self) {
            for command in commands {
                guard case .stop = command else {
                    engine.send(command)
                    continue
                }
                await engine.shutdown()
                return 0
            }
        }
        // The other process is gone, and what runs is for nobody.
        _exit(1)
    }
}

/// Tells how far loading is, a hundred times at most.
private final class ProgressReport: Sendable {
    private let socket: FrameSocket
    private let last = Mutex(-1)

    init(_ socket: FrameSocket) { self.socket = socket }

    func tell(done: Int, total: Int) {
        let percent = total > 0 ? done * 100 / total : 100
        last.withLock { last in
            guard percent > last else { return }
            last = percent
            _ = socket.write(EngineReport.progress(done: done, total: total))
        }
    }
}
