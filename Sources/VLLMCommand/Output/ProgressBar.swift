// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Draws how far a piece of work is, as one line of text.
///
/// A value that knows no terminal: `update` gives the line to draw, or nil where too little changed to draw again.
package struct ProgressBar: Sendable {
    /// What is counted.
    package enum Unit: Sendable {
        case bytes
        case items(String)
    }

    private let title: String
    private let unit: Unit
    private let start: ContinuousClock.Instant
    private var lastShare = -1

    /// Starts a bar.
    package init(_ title: String, unit: Unit, start: ContinuousClock.Instant) {
        self.title = title
        self.unit = unit
        self.start = start
    }

    /// The line for a state, or nil where the share in thousandths is the one that was drawn last.
    package mutating func update(done: Int, total: Int, now: ContinuousClock.Instant) -> String? {
        let done = min(max(done, 0), max(total, 0))
        let share = total > 0 ? Int(Double(done) / Double(total) * 1000) : 1000
        guard share != lastShare else { return nil }
        lastShare = share
        let percent = String(repeating: " ", count: 3 - min(String(share / 10).count, 3)) + "\(share / 10)%"
        return "\(title) \(percent) \(bar(share)) \(amount(done, total)) \(rate(done, now))"
    }

    /// One sentence on the finished work.
    package func summary(total: Int, now: ContinuousClock.Instant) -> String {
        "\(title): \(amount(total)) in \(Quantity.duration(now - start)) (\(rate(total, now)))"
    }

    private func bar(_ share: Int) -> String {
        let width = 24
        let filled = share * width / 1000
        return "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: width - filled)
            + "]"
    }

    private func amount(_ done: Int, _ total: Int) -> String {
        switch unit {
        case .bytes: "\(Quantity.bytes(done)) of \(Quantity.bytes(total))"
        case .items: "\(done) of \(amount(total))"
        }
    }

    private func amount(_ total: Int) -> String {
        switch unit {
        case .bytes: Quantity.bytes(total)
        case .items(let name): "\(total) \(name)"
        }
    }

    private func rate(_ done: Int, _ now: ContinuousClock.Instant) -> String {
        let (whole, attoseconds) = (now - start).components
        let perSecond = Double(done) / max(Double(whole) + Double(attoseconds) * 1e-18, 1e-6)
        switch unit {
        case .bytes: return "\(Quantity.bytes(Int(perSecond)))/s"
        case .items: return "\(Quantity.fixed(perSecond, digits: perSecond < 10 ? 2 : 0))/s"
        }
    }
}
