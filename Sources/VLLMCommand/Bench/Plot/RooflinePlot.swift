// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Draws kernels by operations a byte and rate, under the roofs of memory and arithmetic (the roofline model, Williams,
/// Waterman and Patterson, CACM 52(4), 2009), as an SVG image with logarithmic axes.
package struct RooflinePlot: Sendable {
    /// A bound: what instructions can do, or what a kind of memory can bring.
    package struct Roof: Sendable {
        /// What stands beside it.
        package let name: String
        /// Operations or bytes a second.
        package let rate: Double

        package init(name: String, rate: Double) { (self.name, self.rate) = (name, rate) }
    }

    /// A kernel at one size.
    package struct Point: Sendable {
        /// The kernel, which has a colour and a mark of its own.
        package let name: String
        /// What stands beside the point where there is room.
        package let label: String
        package let operationsPerByte: Double
        package let operationsPerSecond: Double

        package init(name: String, label: String, operationsPerByte: Double, operationsPerSecond: Double) {
            (self.name, self.label) = (name, label)
            self.operationsPerByte = operationsPerByte
            self.operationsPerSecond = operationsPerSecond
        }

        fileprivate var isDrawable: Bool {
            [operationsPerByte, operationsPerSecond].allSatisfy { $0.isFinite && $0 > 0 }
        }
    }

    private let title: String
    private let ceilings: [Roof]
    private let slopes: [Roof]
    private let points: [Point]
    /// Operations a byte.
    private let across: LogarithmicAxis
    /// Billions of operations a second.
    private let up: LogarithmicAxis

    /// The rectangle of the curves within the image.
    private static let (left, top, width, height) = (70.0, 50.0, 860.0, 560.0)
    private static let legendWidth = 170.0
    private static let slopeLabelWidth = 160.0

    /// Prepares a plot; what is not finite and above 0 is left out.
    ///
    /// - Parameters:
    ///   - ceilings: rates of instructions.
    ///   - slopes: rates of memory.
    package init(title: String, ceilings: [Roof], slopes: [Roof], points: [Point]) {
        self.title = title
        self.ceilings = ceilings.filter { $0.rate.isFinite && $0.rate > 0 }
        self.slopes = slopes.filter { $0.rate.isFinite && $0.rate > 0 }
        self.points = points.filter(\.isDrawable)
        let intensities = self.points.map { min(max($0.operationsPerByte, 1e-3), 1e6) }
        let rates = self.points.map(\.operationsPerSecond) + self.ceilings.map(\.rate)
        let billions = rates.map { min(max($0 / 1e9, 1e-3), 1e9) }
        across = LogarithmicAxis(
            least: intensities.min() ?? 1, most: intensities.max() ?? 1000, start: Self.left,
            length: Self.width)
        up = LogarithmicAxis(
            least: billions.min() ?? 1, most: billions.max() ?? 1000, start: Self.top + Self.height,
            length: -Self.height)
    }

    /// The image's text.
    package var svg: String {
        let middle = Self.left + Self.width / 2
        var elements = [SVG.text(title, x: middle, y: 28, anchor: "middle")]
        elements += grid + ceilings.map(ceiling).joined() + slopes.flatMap(slope) + marks
        return SVG.image(
            width: Int(Self.left + Self.width + Self.legendWidth), height: Int(Self.top + Self.height + 60),
            elements)
    }

    private var grid: [String] {
        let (right, bottom) = (Self.left + Self.width, Self.top + Self.height)
        var elements: [String] = []
        for (value, label) in across.ticks {
            let x = across.position(value)
            elements.append(SVG.line(x, Self.top, x, bottom, value > across.least ? SVG.gridColor : "black"))
            if let label { elements.append(SVG.text(label, x: x, y: bottom + 19, anchor: "middle")) }
        }
        for (value, label) in up.ticks {
            let y = up.position(value)
            elements.append(SVG.line(Self.left, y, right, y, value > up.least ? SVG.gridColor : "black"))
            if let label { elements.append(SVG.text(label, x: Self.left - 8, y: y + 4, anchor: "end")) }
        }
        elements.append(
            SVG.text("operations a byte", x: Self.left + Self.width / 2, y: bottom + 42, anchor: "middle"))
        elements.append(SVG.text("billion operations/s", x: Self.left, y: Self.top - 10, anchor: "middle"))
        return elements
    }

    private func ceiling(_ roof: Roof) -> [String] {
        let (y, right) = (up.position(roof.rate / 1e9), Self.left + Self.width)
        // It begins where the steepest slope meets it.
        let fastest = slopes.map(\.rate).max() ?? 0
        let meeting = fastest > 0 ? across.position(roof.rate / fastest) : Self.left
        return [
            SVG.line(min(max(meeting, Self.left), right), y, right, y, "black", width: 2),
            SVG.text(
                "\(roof.name), \(Self.billions(roof.rate))", x: right + 8, y: y + 4, anchor: "start", size: 11
            ),
        ]
    }

    private func slope(_ roof: Roof) -> [String] {
        // Operations a second are operations a byte times bytes a second, up to the highest ceiling.
        let highest = min(ceilings.map { $0.rate / 1e9 }.max() ?? up.most, up.most)
        let rate = roof.rate / 1e9
        let begin = max(across.least, up.least / rate)
        let end = min(across.most, highest / rate)
        guard begin < end else { return [] }
        let (x1, y1) = (across.position(begin), up.position(begin * rate))
        let (x2, y2) = (across.position(end), up.position(end * rate))
        let angle = atan2(y2 - y1, x2 - x1) * 180 / .pi
        // Near the lower end, above the line.
        let (x, y) = (x1 + Self.slopeLabelWidth / 2, y1 + (y2 - y1) / (x2 - x1) * Self.slopeLabelWidth / 2)
        return [
            SVG.line(x1, y1, x2, y2, "black", width: 2),
            "<g transform=\"rotate(\(SVG.number(angle)) \(SVG.number(x)) \(SVG.number(y)))\">"
                + SVG.text(
                    "\(roof.name), \(Self.billions(roof.rate))B/s", x: x, y: y - 6, anchor: "middle", size: 11
                )
                + "</g>",
        ]
    }

    private static func billions(_ rate: Double) -> String {
        "\(Quantity.fixed(rate / 1e9, digits: rate < 1e11 ? 1 : 0)) G"
    }

    /// The points, their labels and the legend.
    private var marks: [String] {
        var names: [String] = []
        for point in points where !names.contains(point.name) { names.append(point.name) }
        let places = points.map { point in
            (
                x: across.position(clamped(point.operationsPerByte, across)),
                y: up.position(clamped(point.operationsPerSecond / 1e9, up))
            )
        }
        var elements: [String] = []
        for (point, place) in zip(points, places) {
            let title =
                "\(point.name) \(point.label): \(Self.billions(point.operationsPerSecond))OP/s, "
                + "\(Quantity.fixed(point.operationsPerByte, digits: 2)) operations a byte"
            elements.append(mark(names.firstIndex(of: point.name) ?? 0, place.x, place.y, title: title))
        }
        elements += labels(names, places)
        for (index, name) in names.enumerated() {
            let lines = Double(names.count - index - 1)
            let (x, y) = (Self.left + Self.width + 16, Self.top + Self.height - 16 * lines)
            elements.append(mark(index, x, y, title: name))
            elements.append(SVG.text(name, x: x + 10, y: y + 4, anchor: "start", size: 11))
        }
        return elements
    }

    private func clamped(_ value: Double, _ axis: LogarithmicAxis) -> Double {
        min(max(value, axis.least), axis.most)
    }

    private func mark(_ index: Int, _ x: Double, _ y: Double, title: String) -> String {
        let shapes = SVG.Mark.allCases
        return SVG.mark(
            shapes[index / SVG.colors.count % shapes.count], x: x, y: y,
            SVG.colors[index % SVG.colors.count], title: title)
    }

    /// Labels where there is room, for each kernel's fastest size first, then for its second, and so on.
    private func labels(_ names: [String], _ places: [(x: Double, y: Double)]) -> [String] {
        var layout = LabelLayout(
            left: Self.left, top: Self.top, right: Self.left + Self.width, bottom: Self.top + Self.height)
        for roof in slopes {
            let y = up.position(clamped(across.least * roof.rate / 1e9, up))
            layout.occupy(x: Self.left, y: y - 100, width: 110, height: 100)
        }
        for place in places { layout.occupy(x: place.x - 3, y: place.y - 3, width: 6, height: 6) }
        let queues = names.map { name in
            points.indices.filter { points[$0].name == name }.sorted {
                points[$0].operationsPerSecond > points[$1].operationsPerSecond
            }
        }
        var elements: [String] = []
        for turn in 0..<(queues.map(\.count).max() ?? 0) {
            for (index, queue) in queues.enumerated() where turn < queue.count {
                let point = queue[turn]
                let color = SVG.colors[index % SVG.colors.count]
                guard let spot = layout.place(points[point].label, at: places[point]) else { continue }
                elements.append(
                    SVG.text(
                        points[point].label, x: spot.x, y: spot.y, anchor: "start",
                        size: LabelLayout.fontSize, color: color))
            }
        }
        return elements
    }
}
