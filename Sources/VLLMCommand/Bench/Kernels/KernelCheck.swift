// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCPU
import VLLMConformance
import VLLMTensors

/// `vllm bench kernels --check`: the conformance suite on every instruction set, one line a group of cases.
struct KernelCheck {
    let instructionSets: [String]
    let threads: Int?
    /// Text in the name of a case; nil runs all.
    let filter: String?

    /// Cases that differ.
    struct Failed: Error, CustomStringConvertible {
        let count: Int
        let total: Int
        let first: String

        var description: String {
            "\(Quantity.grouped(count)) of \(Quantity.count(total, "case")) \(count == 1 ? "differs" : "differ"), the first is \(first)."
        }
    }

    func run() throws {
        let groups = ConformanceOperation.allCases.flatMap(\.groups).compactMap { $0.filtered(by: filter) }
        guard !groups.isEmpty else {
            throw UsageError("--filter: no case has '\(filter ?? "")' in its name.")
        }
        let progress = ProgressDisplay("Checking", unit: .items("groups"))
        defer { progress.clear() }
        var (failures, numCases, first) = (0, 0, "")
        for (number, name) in instructionSets.enumerated() {
            for (index, group) in groups.enumerated() {
                progress.update(
                    done: number * groups.count + index, total: instructionSets.count * groups.count)
                // A backend of its own: operands take memory as long as it lives.
                let backend = try CPUBackend(.init(numThreads: threads, instructionSet: name))
                let report = group.check(on: backend)
                progress.clear()
                Terminal.print(Self.lines(report, instructionSet: name))
                failures += report.failures.count
                numCases += report.numCases
                if first.isEmpty, let failure = report.failures.first {
                    first = "\(failure.name) with \(name)"
                }
            }
        }
        guard failures == 0 else { throw Failed(count: failures, total: numCases, first: first) }
        Terminal.print("\(Quantity.count(numCases, "case")), none differs.\n")
    }

    private static func lines(_ report: ConformanceReport, instructionSet: String) -> String {
        let share = Quantity.fixed(report.largestShare * 100, digits: 1)
        let outcome =
            report.failures.isEmpty
            ? (report.largestShare > 0 ? "ok, errors up to \(share) % of what rounding allows" : "ok, exact")
            : "\(report.failures.count) DIFFER"
        let line =
            instructionSet.leftAligned(13) + report.group.leftAligned(30)
            + "\(report.numCases)".rightAligned(5) + " cases  \(outcome)\n"
        return report.failures.reduce(line) { $0 + "    \($1.name): \($1.reason)\n" }
    }
}
