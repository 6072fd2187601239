// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Writes sizes, counts and rates for people.
package enum Quantity {
    /// Bytes in binary units with three digits: `1.50 GiB`.
    package static func bytes(_ count: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(count)
        var unit = 0
        while value >= 1000, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0
            ? "\(count) B" : "\(fixed(value, digits: value < 10 ? 2 : value < 100 ? 1 : 0)) \(units[unit])"
    }

    /// A number with commas between thousands: `1,048,576`.
    package static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }

    /// A count with the name of what is counted: `1 token`, `2,048 tokens`.
    package static func count(_ number: Int, _ name: String) -> String {
        "\(grouped(number)) \(name)\(number == 1 ? "" : "s")"
    }

    /// A number with that many digits behind the point, at most 6.
    package static func fixed(_ value: Double, digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        let scale = (0..<min(max(digits, 0), 6)).reduce(1) { product, _ in product * 10 }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard scale > 1 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % scale + scale).dropFirst()
        return "\(sign)\(scaled / scale).\(fraction)"
    }

    /// A duration with a unit that suits it: `12 ms`, `1.50 s`, `2 min 5 s`.
    package static func duration(_ duration: Duration) -> String {
        let (whole, attoseconds) = duration.components
        let seconds = Double(whole) + Double(attoseconds) * 1e-18
        if seconds < 0.0995 { return "\(fixed(seconds * 1000, digits: seconds < 0.00995 ? 1 : 0)) ms" }
        if seconds < 99.5 { return "\(fixed(seconds, digits: seconds < 9.95 ? 2 : 1)) s" }
        return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
    }
}
