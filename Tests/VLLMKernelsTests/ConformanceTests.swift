// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMCPU
import VLLMConformance

@Suite struct ConformanceTests {
    @Test(arguments: CPUBackend.availableInstructionSets, ConformanceOperation.allCases)
    func everyAnswerIsWithinRoundingOfDoublePrecision(set: String, operation: ConformanceOperation) throws {
        for group in operation.groups {
            let backend = try CPUBackend(.init(numThreads: 2, instructionSet: set))
            let report = group.check(on: backend)
            #expect(report.numCases == group.cases.count && report.numCases > 0)
            for failure in report.failures { Issue.record("\(failure.name): \(failure.reason)") }
        }
    }

    @Test(arguments: Fault.allCases)
    func aFaultIsReportedByTheCasesOfItsOperation(fault: Fault) throws {
        let reports = try fault.operation.groups.map { try $0.check(on: FaultyBackend(fault)) }
        let failures = reports.flatMap(\.failures)
        #expect(!failures.isEmpty)
        for failure in failures {
            #expect(failure.name.hasPrefix(fault.operation.rawValue) && !failure.reason.isEmpty)
        }
    }

    @Test func casesAreChosenByTheirName() throws {
        let groups = ConformanceOperation.linear.groups.compactMap { $0.filtered(by: "int8 gated 26×50") }
        #expect(groups.map(\.name) == ["linear int8 gated"])
        #expect(groups.flatMap(\.cases).allSatisfy { $0.name.hasPrefix("26×50×256") })
        let report = try groups[0].check(on: FaultyBackend(.linear))
        #expect(report.failures.count == report.numCases)
        #expect(report.failures[0].name.hasPrefix("linear int8 gated 26×50×256"))
    }
}
