// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import VLLMTypes

/// An engine in a process of its own, which is started again when it dies.
///
/// A trap in the engine, or a kill, ends the requests that run with an error; the process with the front end lives. One
/// thread starts the engine and reads what it says, another writes commands to it.
final class EngineProcess: EngineClient {
    /// What happens to the engine, told in order from one thread.
    enum Event: Sendable {
        case progress(done: Int, total: Int)
        case note(LoadNote)
        case step(StepOutput)
        /// It is gone, and a new one is being started.
        case died(String)
        /// The new one takes requests.
        case restarted
    }

    /// How long to wait before the next start: short at first, for a server without an engine serves nobody.
    private static let pauses: [Duration] = [
        .zero, .milliseconds(500), .seconds(1), .seconds(5), .seconds(15),
    ]
    /// A process that served longer than this died of something new.
    private static let stableLifetime = Duration.seconds(10)

    /// What a process that was told to end gets to do so: to end its step and to write what it began.
    private static let patience = Duration.seconds(10) + BackgroundWork.patience

    private let path: String?
    private let letters = Mailbox<EngineCommand>()
    private let ready = OneShot<Result<ModelInfo, RequestError>>()
    private let ended = OneShot<Void>()
    private let state: Mutex<State>

    private struct State {
        var options: EngineOptions
        var socket: FrameSocket?
        var child: pid_t?
        var isStopping = false
    }

    private init(path: String?, options: EngineOptions) {
        self.path = path
        state = Mutex(State(options: options))
    }

    /// Starts the process and returns when its engine is ready.
    ///
    /// - Parameter path: the checkpoint's folder; nil for the one that is part of the program.
    static func start(
        path: String?, options: EngineOptions, handle: @escaping @Sendable (Event) -> Void
    ) async throws -> (EngineProcess, ModelInfo) {
        let process = EngineProcess(path: path, options: options)
        guard OSThread.start({ process.supervise(handle) }), OSThread.start({ process.write() }) else {
            throw RequestError(nil, "The system started no thread.", kind: .engineFailure)
        }
        return (process, try await process.ready.value.get())
    }

    var processID: Int32? { state.withLock { $0.child } }

    func send(_ command: EngineCommand) {
        // What ends by command is not started again.
        if case .stop = command { state.withLock { $0.isStopping = true } }
        letters.send(command)
    }

    func shutdown() async {
        send(.stop)
        let impatience = Task {
            try await Task.sleep(for: Self.patience)
            if let child = processID { kill(child, SIGKILL) }
        }
        await ended.value
        impatience.cancel()
    }

    // MARK: Threads

    private func write() {
        while true {
            let commands = letters.drain(waiting: true)
            let (socket, isStopping) = state.withLock { ($0.socket, $0.isStopping) }
            // Without an engine nothing is lost: requests that it had are told, new ones are refused.
            _ = socket?.write(EngineOrder.commands(commands))
            if isStopping { return }
        }
    }

    private func supervise(_ handle: (Event) -> Void) {
        var attempt = 0
        var isFirst = true
        while true {
            let start = ContinuousClock.now
            guard let end = runOnce(handle, isFirst: isFirst), !state.withLock({ $0.isStopping }) else {
                break
            }
            if isFirst, !end.wasReady {
                ready.resolve(.failure(RequestError(nil, end.reason, kind: .engineFailure)))
                break
            }
            isFirst = false
            handle(.died(end.reason))
            attempt = ContinuousClock.now - start > Self.stableLifetime ? 0 : attempt + 1
            pause(Self.pauses[min(attempt, Self.pauses.count - 1)])
        }
        ended.resolve(())
    }

    /// Starts the process and listens to it until it is gone; nil where it should not start any more.
    private func runOnce(_ handle: (Event) -> Void, isFirst: Bool) -> (wasReady: Bool, reason: String)? {
        guard let (socket, peer) = FrameSocket.pair() else { return (false, "The system gave no socket.") }
        guard let child = ChildProcess(descriptor: peer) else {
            return (false, "The engine's process did not start.")
        }
        let options: EngineOptions? = state.withLock { state in
            (state.socket, state.child) = (socket, child.id)
            return state.isStopping ? nil : state.options
        }
        guard let options else {
            _ = child.end(after: .zero)
            return nil
        }
        _ = socket.write(EngineOrder.load(options, path: path))
        var wasReady = false
        var reason: String?
        reading: while true {
            switch try? socket.read(EngineReport.self) {
            case .progress(let done, let total): handle(.progress(done: done, total: total))
            case .note(let note): handle(.note(note))
            case .ready(let info):
                wasReady = true
                becomeReady(info, handle, isFirst: isFirst)
            case .failed(let message): reason = message
            case .step(let step):
                if let failure = step.failure { reason = failure } else { handle(.step(step)) }
            case nil: break reading
            }
        }
        state.withLock { ($0.socket, $0.child) = (nil, nil) }
        let status = child.end(after: .seconds(1))
        return (wasReady, reason ?? "The engine's process ended (\(status)).")
    }

    private func becomeReady(_ info: ModelInfo, _ handle: (Event) -> Void, isFirst: Bool) {
        // A later process gets the same pool and length, so that what was promised at the start stays true.
        state.withLock { state in
            state.options.numBlocksOverride = info.numBlocks
            state.options.maxModelLen = info.maxModelLen
        }
        if isFirst { ready.resolve(.success(info)) } else { handle(.restarted) }
    }

    private func pause(_ duration: Duration) {
        usleep(UInt32(duration.seconds * 1e6))
    }
}
