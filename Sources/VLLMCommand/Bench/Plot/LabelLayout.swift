// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Finds room for small labels beside points, so that none lies over another or over a point.
struct LabelLayout {
    private struct Box {
        let (left, top, right, bottom): (Double, Double, Double, Double)

        func overlaps(_ other: Box) -> Bool {
            left < other.right && other.left < right && top < other.bottom && other.top < bottom
        }
    }

    static let fontSize = 9
    private static let characterWidth = 5.6
    private static let lineHeight = 10.0

    private let frame: Box
    private var taken: [Box] = []

    init(left: Double, top: Double, right: Double, bottom: Double) {
        frame = Box(left: left, top: top, right: right, bottom: bottom)
    }

    /// Keeps labels away from a rectangle.
    mutating func occupy(x: Double, y: Double, width: Double, height: Double) {
        taken.append(Box(left: x, top: y, right: x + width, bottom: y + height))
    }

    /// Where a label's text begins, on its base line; nil where there is no room on any side of the point.
    mutating func place(_ label: String, at point: (x: Double, y: Double)) -> (x: Double, y: Double)? {
        let width = Double(label.count) * Self.characterWidth
        let half = Self.lineHeight / 2
        let corners = [
            (point.x + 5, point.y - half), (point.x - 5 - width, point.y - half),
            (point.x - width / 2, point.y - 5 - Self.lineHeight), (point.x - width / 2, point.y + 5),
        ]
        for (x, y) in corners {
            let box = Box(left: x, top: y, right: x + width, bottom: y + Self.lineHeight)
            guard box.left >= frame.left, box.right <= frame.right, box.top >= frame.top,
                box.bottom <= frame.bottom, !taken.contains(where: box.overlaps)
            else { continue }
            taken.append(box)
            return (x, y + Self.lineHeight - 2)
        }
        return nil
    }
}
