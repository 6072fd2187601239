// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import CVLLMSystem
import Synchronization
package import VLLMTensors

extension CPUBackend {
    package func pack(_ description: WeightDescription) throws(DeviceError) -> PackedWeight {
        try Self.check(description)
        let runs = PanelRun.runs(of: description)
        let size = runs.last?.end ?? 0
        let address = try allocateWeights(size)
        for run in runs {
            try pack(run, panels: 0..<run.numPanels, of: description, at: address + UInt(run.offset))
        }
        return PackedWeight(description, runs, at: address, sizeInBytes: size)
    }

    package func packedBytes(of description: WeightDescription, _ body: (RawSpan) throws -> Void) throws {
        try Self.check(description)
        let runs = PanelRun.runs(of: description)
        let size = runs.map(\.panelBytes).reduce(Self.pieceSize, Swift.max)
        guard let memory = unsafe vllm_memory_map(size) else {
            throw DeviceError("the system gave no \(size >> 20) MiB of memory.")
        }
        defer { unsafe vllm_memory_unmap(memory, size) }
        var end = 0
        for run in runs {
            if run.offset > end {
                try unsafe body([UInt8](repeating: 0, count: run.offset - end).span.bytes)
            }
            let step = size / run.panelBytes
            for start in Swift.stride(from: 0, to: run.numPanels, by: step) {
                let panels = start..<Swift.min(start + step, run.numPanels)
                // Not every format fills its panels to the end.
                unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
                try pack(run, panels: panels, of: description, at: UInt(bitPattern: memory))
                try unsafe body(
                    UnsafeRawBufferPointer(start: memory, count: panels.count * run.panelBytes).bytes)
            }
            end = run.end
        }
    }

    /// Bytes that are packed at a time where they are not kept.
    private static let pieceSize = 32 << 20

    /// Packs some panels to an address.
    private func pack(
        _ run: PanelRun, panels: Range<Int>, of description: WeightDescription, at address: UInt
    ) throws(DeviceError) {
        let (grain, panel) = (16, Int(VLLM_PANEL))
        let format = KernelFormat(run.format)
        let k = description.inputs
        let broken = Atomic<Int>(.max)
        pool.run(chunks: (panels.count + grain - 1) / grain) { chunk, _ in
            let packing = PanelPacking(kernels, run.format, inputs: k)
            let first = panels.lowerBound + chunk * grain
            for index in first..<Swift.min(panels.upperBound, first + grain) {
                let rows = (0..<panel).map { run.map.stored(index * panel + $0) }
                // What is packed next is brought into the caches by this.
                for (row, stored) in rows.enumerated() {
                    guard let stored, let column = stored.firstBeyond(format, count: k) else { continue }
                    broken.min((index * panel + row) * k + column, ordering: .relaxed)
                }
                unsafe packing.pack(
                    rows,
                    into: UnsafeMutableRawPointer(
                        bitPattern: address + UInt((index - panels.lowerBound) * run.panelBytes)))
            }
        }
        let place = broken.load(ordering: .relaxed)
        if place != .max { throw DeviceError(run.element(inRow: place / k, column: place % k)) }
    }

    package func packedSize(of description: WeightDescription) throws(DeviceError) -> Int {
        try Self.check(description)
        return PanelRun.runs(of: description).last?.end ?? 0
    }

    package func adopt(
        _ description: WeightDescription, at address: UInt, owner: any AnyObject & Sendable
    ) throws(DeviceError) -> PackedWeight {
        let size = try packedSize(of: description)
        keep(owner, bytes: size)
        return PackedWeight(description, PanelRun.runs(of: description), at: address, sizeInBytes: size)
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
        guard let first = description.parts.first else { throw DeviceError("a weight has no parts.") }
        for (part, format) in zip(description.parts, description.formats) {
            guard part.columns == first.columns else {
                throw DeviceError(
                    "the parts of a merged weight have \(first.columns) and \(part.columns) inputs.")
            }
            guard part.columns % format.inputGranule == 0 else {
                throw DeviceError(
                    "a weight of \(part.columns) inputs has no whole groups of \(format.inputGranule).")
            }
            // Other block formats only hold numbers that came in them.
            guard case .blocks(let blocks) = format, blocks != .q8_0, !part.format.isStored(as: format) else {
                continue
            }
            throw DeviceError("numbers stored as \(part.format.name) cannot be packed as \(format.name).")
        }
        if description.arrangement == .gated {
            guard description.parts.count == 2, description.parts[1].rows == first.rows else {
                throw DeviceError("a gated weight needs two parts of equal size.")
            }
            guard description.formats[0] == description.formats[1] else {
                throw DeviceError("gate and up cannot be packed as \(description.formatName).")
            }
        }
    }

    package func pack(
        vector parts: [TensorSource], arrangement: WeightDescription.Arrangement
    ) throws(DeviceError) -> PackedVector {
        if let part = parts.first(where: { $0.dtype == nil }) {
            throw DeviceError("a vector is stored in blocks of \(part.format.name).")
        }
        let map = RowMap(parts, arrangement)
        // A run of a weight with several may begin anywhere, and reads whole panels.
        let address = try allocateWeights((map.numRows + Int(VLLM_PANEL)) * 4)
        guard let values = unsafe UnsafeMutablePointer<Float>(bitPattern: address) else {
            throw DeviceError("the system gave no memory.")
        }
        for row in 0..<map.numRows {
            guard let (part, source) = map.source(of: row), let dtype = parts[part].dtype else { continue }
            let value = dtype.element(at: parts[part].address(ofRow: source))
            guard value.isFinite else { throw DeviceError(map.element(inRow: row, column: 0)) }
            unsafe values[row] = value
        }
        return PackedVector(address: address, count: parts.reduce(0) { $0 + $1.rows })
    }

    package func values(ofRow row: Int, in matrix: TensorSource) -> [Float] {
        precondition((0..<matrix.rows).contains(row), "row \(row) of \(matrix.rows)")
        return StoredRow(row, of: matrix)?.values(count: matrix.columns) ?? []
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

extension StoredFormat {
    /// True where a packed format holds these very numbers.
    fileprivate func isStored(as format: WeightFormat) -> Bool {
        if case .blocks(let blocks) = self { blocks.ownWidth == format } else { false }
    }
}

extension PackedWeight {
    fileprivate init(_ description: WeightDescription, _ runs: [PanelRun], at address: UInt, sizeInBytes: Int)
    {
        self.init(
            address: address,
            runs: runs.map { Run(format: $0.format, outputs: $0.outputs, offset: $0.offset) },
            inputs: description.inputs, isGated: description.arrangement == .gated, sizeInBytes: sizeInBytes)
    }
}
