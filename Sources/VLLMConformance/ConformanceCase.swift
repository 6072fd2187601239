// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// One operation at one size, with operands of its own and what must come of them.
package struct ConformanceCase: Sendable {
    /// What distinguishes it within its group.
    package let name: String
    private let run: @Sendable (any Backend, inout Comparison) throws(DeviceError) -> Void

    package init(
        _ name: String, _ run: @escaping @Sendable (any Backend, inout Comparison) throws(DeviceError) -> Void
    ) {
        self.name = name
        self.run = run
    }

    /// Runs the case; an error of the device is a difference too.
    package func check(on backend: any Backend) -> Comparison {
        var comparison = Comparison()
        do throws(DeviceError) {
            try run(backend, &comparison)
        } catch {
            comparison.require(false, "the backend failed: \(error.message)")
        }
        comparison.require(comparison.count > 0, "nothing was compared")
        return comparison
    }
}

/// Cases that are reported in one line.
package struct ConformanceGroup: Sendable {
    package let operation: ConformanceOperation
    /// The operation and what the cases have in common, such as `linear bf16 gated`.
    package let name: String
    package let cases: [ConformanceCase]

    init(_ operation: ConformanceOperation, _ detail: String, _ cases: [ConformanceCase]) {
        self.operation = operation
        name = "\(operation.rawValue) \(detail)"
        self.cases = cases
    }

    /// The cases whose name, behind the group's, has a text in it; nil where none has.
    package func filtered(by text: String?) -> ConformanceGroup? {
        guard let text else { return self }
        let kept = cases.filter { "\(name) \($0.name)".contains(text) }
        return kept.isEmpty ? nil : ConformanceGroup(operation, name, kept: kept)
    }

    private init(_ operation: ConformanceOperation, _ name: String, kept: [ConformanceCase]) {
        (self.operation, self.name, cases) = (operation, name, kept)
    }

    /// Runs all cases on one backend, which should be new: operands stay in its memory.
    package func check(on backend: any Backend) -> ConformanceReport {
        var report = ConformanceReport(group: name, numCases: cases.count)
        for item in cases {
            let comparison = item.check(on: backend)
            report.largestShare = max(report.largestShare, comparison.largestShare)
            if let mismatch = comparison.mismatch {
                report.failures.append(.init(name: "\(name) \(item.name)", reason: mismatch))
            }
        }
        return report
    }
}

/// What came of a group of cases.
package struct ConformanceReport: Sendable {
    /// A case that differs.
    package struct Failure: Sendable {
        /// The group's name and the case's.
        package let name: String
        /// The first difference, in a sentence.
        package let reason: String
    }

    package let group: String
    package let numCases: Int
    package fileprivate(set) var failures: [Failure] = []
    /// The largest share of a tolerance that an error took.
    package fileprivate(set) var largestShare = 0.0
}
