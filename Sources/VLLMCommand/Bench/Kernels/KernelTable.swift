// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMCPU

/// Lays peaks, kernels and steps out in lines.
package enum KernelTable {
    /// The head of the table of kernels.
    static let head = row("kernel", "size", "time", "rate", "share", "× plain")

    /// The peaks of one thread and of all.
    static func lines(_ single: KernelPeaks, _ all: KernelPeaks) -> String {
        func line(_ name: String, _ value: (KernelPeaks) -> Double?, _ unit: String) -> String {
            row(name, "", billions(value(single) ?? 0, unit), billions(value(all) ?? 0, unit), "", "")
        }
        let operations = KernelPeak.allCases.map { peak in
            line("\(peak.rawValue) multiply-add", { $0.operations[peak] }, peak.unit)
        }
        let reads = KernelSource.allCases.map { source in
            line("read from \(source.rawValue)", { $0.bandwidths[source] }, "GB/s")
        }
        return row("peak", "", "one thread", "all", "", "") + (operations + reads).joined()
    }

    /// One kernel at one size.
    package static func line(_ measurement: KernelMeasurement) -> String {
        let size = measurement.size
        let rate =
            measurement.isBoundByBytes
            ? billions(size.bytes / measurement.seconds, "GB/s")
            : billions(size.operations / measurement.seconds, size.peak.unit)
        return row(
            measurement.name, size.shape, time(measurement.seconds), rate,
            "\(Quantity.fixed(measurement.share * 100, digits: 1)) %",
            measurement.cost.map { Quantity.fixed($0, digits: 2) } ?? "",
            note: size.target.map { "  target \(time($0)): \(measurement.seconds <= $0 ? "met" : "missed")" }
                ?? "")
    }

    /// What a step is made of.
    static func lines(_ step: KernelStep, model: String) -> String {
        func share(_ seconds: Double) -> String {
            "\(Quantity.fixed(seconds / step.total * 100, digits: 1)) %"
        }
        let title =
            "\nA \(step.format) step of \(model), \(step.sequences) sequences of \(step.context) tokens: \(time(step.total)), of it\n"
        let parts = step.parts.map { row("  \($0.name)", "", time($0.seconds), "", share($0.seconds), "") }
        let beside = step.parts.filter(\.isBeside).map(\.name).joined(separator: " + ")
        let verdict =
            "  \(beside): \(share(step.shareBeside * step.total)) (target: under \(share(KernelStep.targetBeside * step.total)))\n"
        return title + parts.joined() + verdict
    }

    private static func time(_ seconds: Double) -> String {
        seconds < 1e-3
            ? "\(Quantity.fixed(seconds * 1e6, digits: 1)) µs"
            : "\(Quantity.fixed(seconds * 1e3, digits: 3)) ms"
    }

    private static func billions(_ value: Double, _ unit: String) -> String {
        "\(Quantity.fixed(value / 1e9, digits: 1)) \(unit)"
    }

    private static func row(
        _ name: String, _ shape: String, _ time: String, _ rate: String, _ share: String, _ cost: String,
        note: String = ""
    ) -> String {
        let line =
            name.leftAligned(18) + shape.leftAligned(28) + time.rightAligned(13) + rate.rightAligned(16)
            + share.rightAligned(9) + cost.rightAligned(9) + note
        return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }
}
