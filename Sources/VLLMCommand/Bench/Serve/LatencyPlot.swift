// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Draws the cumulative distributions of latencies as an SVG image, over a logarithmic axis of milliseconds.
package struct LatencyPlot: Sendable {
    /// One curve.
    package struct Series: Sendable {
        /// What the legend says.
        package let name: String
        /// In milliseconds.
        package let values: [Double]

        /// Creates a curve.
        package init(name: String, values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    private let title: String
    /// Curves that have a finite value above 0, in ascending order.
    private let series: [Series]
    /// The ends of the axis, as powers of ten.
    private let low: Double
    private let high: Double

    /// The rectangle of the curves within the image.
    private static let (left, top, width, height) = (70.0, 50.0, 640.0, 360.0)
    private static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
    /// Most points of a curve.
    private static let pointLimit = 400

    /// Prepares a plot; values that are not finite are left out, and values below a microsecond count as one.
    package init(title: String, series: [Series]) {
        self.title = title
        self.series = series.compactMap { one in
            let values = one.values.filter(\.isFinite).map { min(max($0, 1e-3), 1e12) }.sorted()
            return values.isEmpty ? nil : Series(name: one.name, values: values)
        }
        let least = self.series.compactMap(\.values.first).min() ?? 1
        let most = self.series.compactMap(\.values.last).max() ?? 1000
        low = log10(least).rounded(.down)
        high = max(log10(most).rounded(.up), low + 1)
    }

    /// The image's text.
    package var svg: String {
        let (width, height) = (Int(Self.left + Self.width + 130), Int(Self.top + Self.height + 60))
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\""
                + " viewBox=\"0 0 \(width) \(height)\" font-family=\"sans-serif\" font-size=\"12\">",
            "<rect width=\"\(width)\" height=\"\(height)\" fill=\"white\"/>",
            Self.text(title, x: Self.left + Self.width / 2, y: 28, anchor: "middle"),
        ]
        lines += verticalAxis + horizontalAxis
        for (index, one) in series.enumerated() { lines += curve(one, index) }
        return lines.joined(separator: "\n") + "\n</svg>\n"
    }

    private var verticalAxis: [String] {
        var lines: [String] = []
        for percent in stride(from: 0, through: 100, by: 10) {
            let y = Self.y(Double(percent) / 100)
            lines.append(
                Self.line(Self.left, y, Self.left + Self.width, y, percent == 0 ? "black" : "#e0e0e0"))
            lines.append(Self.text("\(percent) %", x: Self.left - 8, y: y + 4, anchor: "end"))
        }
        lines.append(Self.line(Self.left, Self.top, Self.left, Self.top + Self.height, "black"))
        return lines
    }

    private var horizontalAxis: [String] {
        var lines: [String] = []
        let bottom = Self.top + Self.height
        for power in Int(low)...Int(high) {
            for digit in [1.0, 2, 5] {
                let value = digit * pow(10, Double(power))
                let x = x(value)
                guard x <= Self.left + Self.width + 0.01 else { break }
                if power > Int(low) || digit > 1 {
                    lines.append(Self.line(x, Self.top, x, bottom, "#e0e0e0"))
                }
                lines.append(Self.line(x, bottom, x, bottom + 5, "black"))
                // Between far ends only the powers of ten have room for their labels.
                guard digit == 1 || high - low <= 4 else { continue }
                lines.append(Self.text(Self.label(value), x: x, y: bottom + 19, anchor: "middle"))
            }
        }
        lines.append(
            Self.text("milliseconds", x: Self.left + Self.width / 2, y: bottom + 42, anchor: "middle"))
        return lines
    }

    private func curve(_ series: Series, _ index: Int) -> [String] {
        let color = Self.colors[index % Self.colors.count]
        let count = series.values.count
        let step = max(1, count / Self.pointLimit)
        var points = ["\(Self.number(x(series.values[0]))),\(Self.number(Self.y(0)))"]
        for place in Array(stride(from: 0, to: count, by: step)) + [count - 1] {
            let share = Double(place + 1) / Double(count)
            points.append("\(Self.number(x(series.values[place]))),\(Self.number(Self.y(share)))")
        }
        let x = Self.left + Self.width + 16
        let y = Self.top + 12 + 20 * Double(index)
        return [
            "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\""
                + " points=\"\(points.joined(separator: " "))\"/>",
            Self.line(x, y, x + 24, y, color, width: 2),
            Self.text(series.name, x: x + 32, y: y + 4, anchor: "start"),
        ]
    }

    private func x(_ value: Double) -> Double {
        Self.left + (log10(value) - low) / (high - low) * Self.width
    }

    private static func y(_ share: Double) -> Double { top + (1 - share) * height }

    private static func label(_ value: Double) -> String {
        value >= 1 ? Quantity.fixed(value, digits: 0) : "\(value)"
    }

    private static func number(_ value: Double) -> String { Quantity.fixed(value, digits: 1) }

    private static func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String, width: Int = 1
    ) -> String {
        "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\""
            + " stroke=\"\(color)\" stroke-width=\"\(width)\"/>"
    }

    private static func text(_ text: String, x: Double, y: Double, anchor: String) -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(escaped(text))</text>"
    }

    /// The text as XML may hold it.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
