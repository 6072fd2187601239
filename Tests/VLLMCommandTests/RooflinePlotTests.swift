// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCommand

@Suite("RooflinePlot")
struct RooflinePlotTests {
    private static let ceilings = [
        RooflinePlot.Roof(name: "f32", rate: 2e11), .init(name: "bf16", rate: 4e11),
    ]
    private static let slopes = [
        RooflinePlot.Roof(name: "memory", rate: 3e10), .init(name: "cache", rate: 2e11),
    ]

    private func plot(_ points: [RooflinePlot.Point]) -> String {
        RooflinePlot(title: "a < b", ceilings: Self.ceilings, slopes: Self.slopes, points: points).svg
    }

    @Test("every kernel has a mark, every roof a line and a name, every kind an entry in the legend")
    func marks() throws {
        let points = (0..<40).map { index in
            RooflinePlot.Point(
                name: "kernel \(index % 20)", label: "size \(index)",
                operationsPerByte: Double(index + 1), operationsPerSecond: Double(index + 1) * 5e9)
        }
        let svg = plot(points)
        let names = try #require(SVGText.elements(svg))
        // Circles, then squares, then triangles: seven colours each; the legend repeats the twenty kinds.
        #expect(names.count { $0 == "circle" } == 7 * 3)
        #expect(names.count { $0 == "polygon" } == 13 * 3)
        #expect(names.count { $0 == "title" } == 60)
        for name in [
            "f32, 200 G", "bf16, 400 G", "memory, 30.0 GB/s", "cache, 200 GB/s", "kernel 19", "a &lt; b",
        ] {
            #expect(svg.contains(">\(name)</text>"), "\(name)")
        }
        #expect(svg.contains("kernel 3 size 23: 120 GOP/s, 24.00 operations a byte"))
    }

    @Test("labels do not lie over one another")
    func labels() {
        let crowd = (0..<300).map { _ in
            RooflinePlot.Point(name: "k", label: "same place", operationsPerByte: 3, operationsPerSecond: 3e9)
        }
        // One on each side of the point at most.
        let svg = plot(crowd)
        #expect((1...4).contains(svg.split(separator: ">same place</text>").count - 1))
        let apart = (0..<3).map { index in
            RooflinePlot.Point(
                name: "k", label: "place \(index)", operationsPerByte: [5, 20, 1000][index],
                operationsPerSecond: [1e9, 3e10, 2e11][index])
        }
        let all = plot(apart)
        for index in 0..<3 { #expect(all.contains(">place \(index)</text>")) }
    }

    @Test("values that no axis has do no harm", arguments: [0, -1, .infinity, .nan, 1e300, 1e-300])
    func values(value: Double) {
        for (intensity, rate) in [(value, 1e9), (1, value), (value, value)] {
            let point = RooflinePlot.Point(
                name: "k", label: "l", operationsPerByte: intensity, operationsPerSecond: rate)
            let svg = plot([point])
            #expect(SVGText.elements(svg) != nil && !svg.contains("nan") && !svg.contains("inf"))
        }
        let empty = RooflinePlot(
            title: "t", ceilings: [.init(name: "f32", rate: value)],
            slopes: [.init(name: "memory", rate: value)],
            points: []
        ).svg
        #expect(SVGText.elements(empty) != nil && !empty.contains("nan") && !empty.contains("inf"))
    }
}
