// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Elements of an SVG image, as text.
enum SVG {
    /// Colours that people tell apart whatever their eyes are like (Okabe and Ito).
    static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999"]
    /// The lines of a grid.
    static let gridColor = "#e0e0e0"

    /// An image of elements on white.
    static func image(width: Int, height: Int, _ elements: [String]) -> String {
        let head = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\""
                + " viewBox=\"0 0 \(width) \(height)\" font-family=\"sans-serif\" font-size=\"12\">",
            "<rect width=\"\(width)\" height=\"\(height)\" fill=\"white\"/>",
        ]
        return (head + elements).joined(separator: "\n") + "\n</svg>\n"
    }

    static func number(_ value: Double) -> String { Quantity.fixed(value, digits: 1) }

    static func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String, width: Int = 1
    ) -> String {
        "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\""
            + " stroke=\"\(color)\" stroke-width=\"\(width)\"/>"
    }

    /// A text whose start, middle or end stands at a point.
    static func text(
        _ text: String, x: Double, y: Double, anchor: String, size: Int? = nil, color: String? = nil
    ) -> String {
        let style =
            (size.map { " font-size=\"\($0)\"" } ?? "") + (color.map { " fill=\"\($0)\"" } ?? "")
        return
            "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\"\(style)>\(escaped(text))</text>"
    }

    /// The form of a point.
    enum Mark: CaseIterable {
        case circle
        case square
        case triangle
    }

    /// A point, with a title that browsers show where it is pointed at.
    static func mark(_ mark: Mark, x: Double, y: Double, _ color: String, title: String) -> String {
        let points: [(Double, Double)] =
            switch mark {
            case .circle: []
            case .square: [(-3, -3), (3, -3), (3, 3), (-3, 3)]
            case .triangle: [(-3.5, 3), (0, -3.5), (3.5, 3)]
            }
        let style = "fill=\"\(color)\" fill-opacity=\"0.7\"><title>\(escaped(title))</title>"
        guard !points.isEmpty else {
            return "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"3\" \(style)</circle>"
        }
        let corners = points.map { "\(number(x + $0.0)),\(number(y + $0.1))" }.joined(separator: " ")
        return "<polygon points=\"\(corners)\" \(style)</polygon>"
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
