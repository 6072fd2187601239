// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import CVLLMSystem
import Synchronization
package import VLLMTensors

extension CPUBackend {
    package func pack(_ description: WeightDescription) throws(DeviceError) -> PackedWeight {
        guard !description.parts.isEmpty else { throw DeviceError("a weight has no parts.") }
        try Self.check(description)
        let map = PackedRows(description.parts, description.arrangement)
        let (numPanels, panelBytes) = Self.panels(description, map, KernelFormat(description.format))
        let address = try allocateWeights(numPanels * panelBytes)
        try pack(description, map, panels: 0..<numPanels, at: address)
        return PackedWeight(description, at: address, sizeInBytes: numPanels * panelBytes)
    }

    package func packedBytes(of description: WeightDescription, _ body: (RawSpan) throws -> Void) throws {
        try Self.check(description)
        let map = PackedRows(description.parts, description.arrangement)
        let (numPanels, panelBytes) = Self.panels(description, map, KernelFormat(description.format))
        let step = Swift.max(1, Self.pieceSize / Swift.max(panelBytes, 1))
        let size = Swift.min(step, numPanels) * panelBytes
        guard let memory = unsafe vllm_memory_map(size) else {
            throw DeviceError("the system gave no \(size >> 20) MiB of memory.")
        }
        defer { unsafe vllm_memory_unmap(memory, size) }
        for start in Swift.stride(from: 0, to: numPanels, by: step) {
            let panels = start..<Swift.min(start + step, numPanels)
            try pack(description, map, panels: panels, at: UInt(bitPattern: memory))
            try unsafe body(UnsafeRawBufferPointer(start: memory, count: panels.count * panelBytes).bytes)
        }
    }

    /// Bytes that are packed at a time where they are not kept.
    private static let pieceSize = 32 << 20

    /// Packs some panels to an address, each of whose bytes is written or zero already.
    private func pack(
        _ description: WeightDescription, _ map: PackedRows, panels: Range<Int>, at address: UInt
    ) throws(DeviceError) {
        let k = description.inputs
        let panel = Int(VLLM_PANEL)
        let format = KernelFormat(description.format)
        let panelBytes = format.panelBytes(inputs: k)
        let grain = 16
        let broken = Atomic<Int>(.max)
        pool.run(chunks: (panels.count + grain - 1) / grain) { chunk, _ in
            let rounding = format.isInteger ? PanelRounding(kernels, format, inputs: k) : nil
            let first = panels.lowerBound + chunk * grain
            for index in first..<Swift.min(panels.upperBound, first + grain) {
                let rows = unsafe (0..<panel).map { row in
                    unsafe map.address(of: index * panel + row).flatMap {
                        unsafe UnsafeRawPointer(bitPattern: $0)
                    }
                }
                let part = map.part(ofPanel: index)
                let limit = format.limit(of: part.dtype)
                // What is packed next is brought into the caches by this.
                for row in 0..<panel {
                    guard let numbers = unsafe rows[row] else { continue }
                    let column = unsafe vllm_first_beyond(
                        numbers, part.dtype.kernelType, part.columnStride, Int32(k), limit)
                    if column >= 0 { broken.min((index * panel + row) * k + Int(column), ordering: .relaxed) }
                }
                let target = unsafe UnsafeMutableRawPointer(
                    bitPattern: address + UInt((index - panels.lowerBound) * panelBytes))
                if let rounding {
                    unsafe rounding.pack(rows, part, into: target)
                } else {
                    unsafe vllm_pack_panel(
                        target, format.dtype, rows, part.dtype.kernelType, part.columnStride, Int32(k))
                }
            }
        }
        let place = broken.load(ordering: .relaxed)
        if place != .max { throw DeviceError(map.element(inRow: place / k, column: place % k)) }
    }

    private static func panels(
        _ description: WeightDescription, _ map: PackedRows, _ format: KernelFormat
    ) -> (count: Int, size: Int) {
        (map.numRows / Int(VLLM_PANEL), format.panelBytes(inputs: description.inputs))
    }

    package func packedSize(of description: WeightDescription) throws(DeviceError) -> Int {
        try Self.check(description)
        let map = PackedRows(description.parts, description.arrangement)
        let (count, size) = Self.panels(description, map, KernelFormat(description.format))
        return count * size
    }

    package func adopt(
        _ description: WeightDescription, at address: UInt, owner: any AnyObject & Sendable
    ) throws(DeviceError) -> PackedWeight {
        let size = try packedSize(of: description)
        keep(owner, bytes: size)
        return PackedWeight(description, at: address, sizeInBytes: size)
    }

    package func packedBytes(of weight: PackedWeight, _ body: (RawSpan) throws -> Void) rethrows {
        let bytes = unsafe UnsafeRawBufferPointer(
            start: UnsafeRawPointer(bitPattern: weight.address), count: weight.sizeInBytes)
        try body(unsafe bytes.bytes)
    }

    package func concurrently(chunks: Int, _ body: (_ chunk: Int) -> Void) {
        pool.run(chunks: chunks) { chunk, _ in body(chunk) }
    }

    /// The parts agree with each other and with what the kernels can do.
    private static func check(_ description: WeightDescription) throws(DeviceError) {
        guard let first = description.parts.first else { return }
        if case .int4(let group, _) = description.format, first.columns % group != 0 {
            throw DeviceError("a weight of \(first.columns) inputs has no whole groups of \(group).")
        }
        var end = 0
        for (part, next) in zip(description.parts, description.parts.dropFirst()) {
            end += part.rows
            let areAlike = part.dtype == next.dtype && part.columnStride == next.columnStride
            let sharesPanel = description.arrangement == .stacked && end % Int(VLLM_PANEL) != 0
            guard part.columns == next.columns, areAlike || !sharesPanel else {
                throw DeviceError(
                    "the parts of a merged weight, \(part.dtype.rawValue) and \(next.dtype.rawValue), differ in type or width."
                )
            }
        }
        if description.arrangement == .gated {
            guard description.parts.count == 2, description.parts[1].rows == first.rows else {
                throw DeviceError("a gated weight needs two parts of equal size.")
            }
        }
    }

    package func pack(
        vector parts: [TensorSource], arrangement: WeightDescription.Arrangement
    ) throws(DeviceError) -> PackedVector {
        let map = PackedRows(parts, arrangement)
        let address = try allocateWeights(map.numRows * 4)
        guard let values = unsafe UnsafeMutablePointer<Float>(bitPattern: address) else {
            throw DeviceError("the system gave no memory.")
        }
        for row in 0..<map.numRows {
            guard let (part, _) = map.source(of: row), let source = map.address(of: row) else { continue }
            let value = parts[part].dtype.element(at: source)
            guard value.isFinite else { throw DeviceError(map.element(inRow: row, column: 0)) }
            unsafe values[row] = value
        }
        return PackedVector(address: address, count: parts.reduce(0) { $0 + $1.rows })
    }

    package func pack(values: [Float]) throws(DeviceError) -> PackedVector {
        let address = try allocateWeights(values.count * 4)
        if let target = unsafe UnsafeMutableRawPointer(bitPattern: address) {
            unsafe values.withUnsafeBytes { bytes in
                guard let base = bytes.baseAddress else { return }
                unsafe target.copyMemory(from: base, byteCount: bytes.count)
            }
        }
        return PackedVector(address: address, count: values.count)
    }
}

extension PackedWeight {
    fileprivate init(_ description: WeightDescription, at address: UInt, sizeInBytes: Int) {
        self.init(
            address: address, format: description.format, outputs: description.outputs,
            inputs: description.inputs, isGated: description.arrangement == .gated, sizeInBytes: sizeInBytes)
    }
}
