// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMCPU
import VLLMJSON

/// What `vllm bench kernels` measured, as it is printed, written and drawn.
struct KernelFigures {
    let device: String
    let threads: Int
    let single: KernelPeaks
    let all: KernelPeaks
    var measurements: [KernelMeasurement] = []
    var steps: [KernelStep] = []

    var json: JSONValue {
        [
            "device": .string(device), "threads": .integer(threads),
            "peaks": ["one_thread": Self.object(single), "all_threads": Self.object(all)],
            "kernels": .array(measurements.map(Self.object)), "steps": .array(steps.map(Self.object)),
        ]
    }

    /// The roofline.
    var plot: RooflinePlot {
        RooflinePlot(
            title: "\(device), \(threads) \(threads == 1 ? "thread" : "threads")",
            ceilings: KernelPeak.allCases.compactMap { peak in
                all.operations[peak].map { .init(name: peak.rawValue, rate: $0) }
            },
            slopes: KernelSource.allCases.compactMap { source in
                all.bandwidths[source].map { .init(name: source.rawValue, rate: $0) }
            },
            points: measurements.map { measurement in
                let size = measurement.size
                return .init(
                    name: measurement.name, label: size.shape,
                    operationsPerByte: size.operations / size.bytes,
                    operationsPerSecond: size.operations / measurement.seconds)
            })
    }

    private static func object(_ peaks: KernelPeaks) -> JSONValue {
        var object: JSONObject = [
            "bytes_per_second": .number(peaks.bandwidths[.memory] ?? 0),
            "cache_bytes_per_second": .number(peaks.bandwidths[.cache] ?? 0),
        ]
        for peak in KernelPeak.allCases {
            object["\(peak.rawValue)_operations_per_second"] = .number(peaks.operations[peak] ?? 0)
        }
        return .object(object)
    }

    private static func object(_ measurement: KernelMeasurement) -> JSONValue {
        let size = measurement.size
        return [
            "name": .string(measurement.name), "size": .string(size.shape),
            "seconds": .number(measurement.seconds), "operations": .number(size.operations),
            "bytes": .number(size.bytes), "peak": .string(size.peak.rawValue),
            "source": .string(size.source.rawValue), "limit_seconds": .number(measurement.limit),
            "memory_bytes_per_second": measurement.memoryBandwidth.map { .number($0) } ?? .null,
            "share": .number(measurement.share), "cost": measurement.cost.map { .number($0) } ?? .null,
            "target_seconds": size.target.map { .number($0) } ?? .null,
        ]
    }

    private static func object(_ step: KernelStep) -> JSONValue {
        [
            "weights": .string(step.format), "sequences": .integer(step.sequences),
            "context": .integer(step.context), "seconds": .number(step.total),
            "share_beside_products_and_attention": .number(step.shareBeside),
            "parts": .array(
                step.parts.map { ["name": .string($0.name), "seconds": .number($0.seconds)] }),
        ]
    }
}
