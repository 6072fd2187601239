// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// Times the backend's operations over a grid of sizes.
package final class KernelBenchmark {
    private let backend: CPUBackend
    private let peaks: KernelPeaks
    /// Seconds that one measurement takes about.
    private let patience: Double
    /// What has been measured, by name and shape.
    private var measurements: [String: KernelMeasurement] = [:]

    private var probe: BandwidthProbe?

    /// Parts of memory that are read before a kernel, and again behind it.
    private static let probedParts = 6
    private static let fewestRuns = 3
    private static let mostRuns = 2000

    package init(_ backend: CPUBackend, _ peaks: KernelPeaks, patience: Double = 0.04) {
        self.backend = backend
        self.peaks = peaks
        self.patience = patience
    }

    /// Times the wanted sizes of a series.
    ///
    /// - Parameters:
    ///   - isWanted: tells by name and shape what to run.
    ///   - report: is given each measurement as it is made.
    package func run(
        _ series: KernelSeries, isWanted: (_ name: String, _ shape: String) -> Bool,
        report: (KernelMeasurement) -> Void
    ) throws(DeviceError) {
        let memory = BenchmarkMemory(backend)
        for index in series.sizes.indices where isWanted(series.name, series.sizes[index].shape) {
            report(try measure(series, index, memory))
        }
    }

    /// The measurement of one size, made now or earlier.
    func measurement(_ series: KernelSeries, _ index: Int) throws(DeviceError) -> KernelMeasurement {
        if let known = measurements["\(series.name) \(series.sizes[index].shape)"] { return known }
        return try measure(series, index, BenchmarkMemory(backend))
    }

    private func measure(
        _ series: KernelSeries, _ index: Int, _ memory: BenchmarkMemory
    ) throws(DeviceError) -> KernelMeasurement {
        let size = series.sizes[index]
        let work = try series.prepare(index, memory)
        let before = try bandwidth(size)
        let seconds = median(work)
        let after = try bandwidth(size)
        let rate = before.flatMap { before in after.map { max(before, $0) } }
        let (limit, isBoundByBytes) = peaks.limit(size, memory: rate)
        let plain = size.plainShape.flatMap { measurements["\(series.name) \($0)"] }
        let measurement = KernelMeasurement(
            name: series.name, size: size, seconds: seconds, limit: limit, isBoundByBytes: isBoundByBytes,
            memoryBandwidth: rate,
            cost: plain.map { seconds / $0.seconds })
        measurements["\(series.name) \(size.shape)"] = measurement
        return measurement
    }

    /// Bytes read from memory a second just now, for what comes from there.
    private func bandwidth(_ size: KernelSize) throws(DeviceError) -> Double? {
        guard size.source == .memory else { return nil }
        if probe == nil { probe = try BandwidthProbe(backend, threads: backend.numThreads) }
        return probe?.rate(parts: Self.probedParts)
    }

    /// The median time of some runs; the first counts only where it is as long as all should be.
    private func median(_ work: KernelSeries.Work) -> Double {
        let clock = ContinuousClock()
        func run() -> Double {
            let start = clock.now
            work()
            return (clock.now - start) / .seconds(1)
        }
        let first = run()
        var times = first > patience ? [first] : []
        var total = times.reduce(0, +)
        while times.count < Self.fewestRuns || total < patience, times.count < Self.mostRuns {
            times.append(run())
            total += times[times.count - 1]
        }
        return times.sorted()[times.count / 2]
    }
}
