// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Sends requests at their times over connections of their own, all on one thread, and records the answers.
package struct LoadGenerator {
    let address: ServerAddress
    let requests: [ServeRequest]
    /// Seconds from the start, ascending, one for each request.
    let arrivals: [Double]
    /// Most requests under way; others wait, and their time counts from where they are sent.
    let maxConcurrency: Int
    var keepsText = false

    /// A request that takes longer has failed, in seconds: vLLM's limit.
    private static let timeLimit = 6.0 * 3600
    /// Most requests that are sent before answers are looked at again.
    private static let burst = 64

    /// Sends all requests; returns when the last has been answered or has failed.
    ///
    /// - Parameters:
    ///   - encode: gives the bytes of a request.
    ///   - progress: told how many are done.
    func run(encode: (ServeRequest) -> [UInt8], progress: (Int) -> Void) -> (
        records: [RequestRecord], duration: Double
    ) {
        let start = ContinuousClock.now
        func now() -> Double { (ContinuousClock.now - start) / .seconds(1) }
        var records = [RequestRecord](repeating: RequestRecord(), count: requests.count)
        var connections: [LoadConnection] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var (next, done) = (0, 0)
        while done < requests.count {
            let first = next
            while isDue(next, at: now(), active: connections.count), next - first < Self.burst {
                connections.append(begin(next, encode: encode, now: now))
                next += 1
            }
            let isBehind = next - first == Self.burst
            let wait = isBehind ? 0 : patience(next, at: now(), active: connections.count)
            advance(connections, wait: wait, &buffer, now: now)
            done += finish(&connections, at: now(), into: &records)
            progress(done)
        }
        return (records, now())
    }

    /// Takes out the connections that are done, and gives how many they are.
    private func finish(
        _ connections: inout [LoadConnection], at time: Double, into records: inout [RequestRecord]
    ) -> Int {
        let before = connections.count
        connections.removeAll { connection in
            if time - connection.start > Self.timeLimit { connection.fail("it took too long") }
            guard connection.answer.isComplete else { return false }
            records[connection.index] = connection.answer.finished()
            return true
        }
        return before - connections.count
    }

    private func isDue(_ index: Int, at time: Double, active: Int) -> Bool {
        index < requests.count && active < maxConcurrency && arrivals[index] <= time
    }

    /// Milliseconds until there is something to do besides reading, rounded up.
    private func patience(_ next: Int, at time: Double, active: Int) -> Int32 {
        guard next < requests.count, active < maxConcurrency else { return 1000 }
        return Int32(min(max((arrivals[next] - time) * 1000, 0), 1000).rounded(.up))
    }

    private func begin(_ index: Int, encode: (ServeRequest) -> [UInt8], now: () -> Double) -> LoadConnection {
        let request = requests[index]
        let bytes = encode(request)
        let start = now()
        return LoadConnection(
            index: index, request: bytes, address: address,
            answer: ServeAnswer(promptTokens: request.promptTokens, start: start, keepsText: keepsText),
            start: start)
    }

    /// Waits until a connection can go on, and lets those go on that can.
    private func advance(
        _ connections: [LoadConnection], wait: Int32, _ buffer: inout [UInt8], now: () -> Double
    ) {
        var polled = connections.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
        let isIdle = !connections.contains { $0.answer.isComplete }
        let count = unsafe poll(&polled, nfds_t(polled.count), isIdle ? wait : 0)
        guard count > 0 else { return }
        for (connection, state) in zip(connections, polled) where state.revents != 0 {
            connection.advance(&buffer, at: now)
        }
    }
}

/// The limit on open files of this process.
enum OpenFiles {
    /// Raises the limit to what the process may have, and gives how many connections that leaves room for.
    static func raiseLimit() -> Int {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(kind, &limit) == 0 else { return 256 }
        var raised = limit
        raised.rlim_cur = raised.rlim_max
        if raised.rlim_cur != limit.rlim_cur, unsafe setrlimit(kind, &raised) == 0 { limit = raised }
        return max(1, Int(min(limit.rlim_cur, 1 << 20)) - 64)
    }
}
