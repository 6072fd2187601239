// swift-vllm
// SPDX-License-Identifier: Apache-2.0

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
    private let axis: LogarithmicAxis

    /// The rectangle of the curves within the image.
    private static let (left, top, width, height) = (70.0, 50.0, 640.0, 360.0)
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
        axis = LogarithmicAxis(least: least, most: most, start: Self.left, length: Self.width)
    }

    /// The image's text.
    package var svg: String {
        let (width, height) = (Int(Self.left + Self.width + 130), Int(Self.top + Self.height + 60))
        var lines = [SVG.text(title, x: Self.left + Self.width / 2, y: 28, anchor: "middle")]
        lines += verticalAxis + horizontalAxis
        for (index, one) in series.enumerated() { lines += curve(one, index) }
        return SVG.image(width: width, height: height, lines)
    }

    private var verticalAxis: [String] {
        var lines: [String] = []
        for percent in stride(from: 0, through: 100, by: 10) {
            let y = Self.y(Double(percent) / 100)
            lines.append(
                SVG.line(Self.left, y, Self.left + Self.width, y, percent == 0 ? "black" : SVG.gridColor))
            lines.append(SVG.text("\(percent) %", x: Self.left - 8, y: y + 4, anchor: "end"))
        }
        lines.append(SVG.line(Self.left, Self.top, Self.left, Self.top + Self.height, "black"))
        return lines
    }

    private var horizontalAxis: [String] {
        var lines: [String] = []
        let bottom = Self.top + Self.height
        for (value, label) in axis.ticks {
            let x = axis.position(value)
            if value > axis.least { lines.append(SVG.line(x, Self.top, x, bottom, SVG.gridColor)) }
            lines.append(SVG.line(x, bottom, x, bottom + 5, "black"))
            if let label { lines.append(SVG.text(label, x: x, y: bottom + 19, anchor: "middle")) }
        }
        lines.append(
            SVG.text("milliseconds", x: Self.left + Self.width / 2, y: bottom + 42, anchor: "middle"))
        return lines
    }

    private func curve(_ series: Series, _ index: Int) -> [String] {
        let color = SVG.colors[index % SVG.colors.count]
        let count = series.values.count
        let step = max(1, count / Self.pointLimit)
        var points = ["\(SVG.number(axis.position(series.values[0]))),\(SVG.number(Self.y(0)))"]
        for place in Array(stride(from: 0, to: count, by: step)) + [count - 1] {
            let share = Double(place + 1) / Double(count)
            points.append("\(SVG.number(axis.position(series.values[place]))),\(SVG.number(Self.y(share)))")
        }
        let x = Self.left + Self.width + 16
        let y = Self.top + 12 + 20 * Double(index)
        return [
            "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\""
                + " points=\"\(points.joined(separator: " "))\"/>",
            SVG.line(x, y, x + 24, y, color, width: 2),
            SVG.text(series.name, x: x + 32, y: y + 4, anchor: "start"),
        ]
    }

    private static func y(_ share: Double) -> Double { top + (1 - share) * height }
}
