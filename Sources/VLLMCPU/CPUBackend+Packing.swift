// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
package import VLLMTensors

extension CPUBackend {
    /// Where each row of a packed weight comes from: nil is padding.
    private struct RowMap {
        let parts: [TensorSource]
        let arrangement: WeightDescription.Arrangement
        let numRows: Int

        init(_ parts: [TensorSource], _ arrangement: WeightDescription.Arrangement) {
            self.parts = parts
            self.arrangement = arrangement
            let panel = Int(VLLM_PANEL)
            switch arrangement {
            case .stacked:
                numRows = (parts.reduce(0) { $0 + $1.rows } + panel - 1) / panel * panel
            case .gated:
                numRows = 2 * (((parts.first?.rows ?? 0) + panel - 1) / panel * panel)
            }
        }

        func source(of row: Int) -> (part: Int, row: Int)? {
            switch arrangement {
            case .stacked:
                var row = row
                for (index, part) in parts.enumerated() {
                    if row < part.rows { return (index, row) }
                    row -= part.rows
                }
                return nil
            case .gated:
                let panel = Int(VLLM_PANEL)
                let part = row / panel % 2
                let source = row / (2 * panel) * panel + row % panel
                return source < parts[part].rows ? (part, source) : nil
            }
        }

        /// The part whose rows a panel holds; those that share one are stored alike.
        func part(ofPanel panel: Int) -> TensorSource {
            parts[source(of: panel * Int(VLLM_PANEL))?.part ?? 0]
        }

        func address(of row: Int) -> UInt? {
            guard let (index, row) = source(of: row) else { return nil }
            let part = parts[index]
            return part.address + UInt(row * part.rowStride * part.dtype.size)
        }
    }

    package func pack(_ description: WeightDescription) throws(DeviceError) -> PackedWeight {
        guard let first = description.parts.first else { throw DeviceError("a weight has no parts.") }
        let k = first.columns
        try Self.check(description)
        let map = RowMap(description.parts, description.arrangement)
        let panel = Int(VLLM_PANEL)
        let format = KernelFormat(description.format)
        let (numPanels, panelBytes) = Self.panels(description, map, format)
        let address = try allocateWeights(numPanels * panelBytes)
        let grain = 16
        pool.run(chunks: (numPanels + grain - 1) / grain) { chunk, _ in
            let rounding = format.isInteger ? PanelRounding(kernels, format, inputs: k) : nil
            for index in chunk * grain..<Swift.min(numPanels, (chunk + 1) * grain) {
                let rows = unsafe (0..<panel).map { row in
                    unsafe map.address(of: index * panel + row).flatMap {
                        unsafe UnsafeRawPointer(bitPattern: $0)
                    }
                }
                let part = map.part(ofPanel: index)
                let target = unsafe UnsafeMutableRawPointer(
                    bitPattern: address + UInt(index * panelBytes))
                if let rounding {
                    unsafe rounding.pack(rows, part, into: target)
                } else {
                    unsafe vllm_pack_panel(
                        target, format.dtype, rows, part.dtype.kernelType, part.columnStride, Int32(k))
                }
            }
        }
        return PackedWeight(description, at: address, sizeInBytes: numPanels * panelBytes)
    }

    private static func panels(
        _ description: WeightDescription, _ map: RowMap, _ format: KernelFormat
    ) -> (count: Int, size: Int) {
        (map.numRows / Int(VLLM_PANEL), format.panelBytes(inputs: description.inputs))
    }

    package func packedSize(of description: WeightDescription) throws(DeviceError) -> Int {
        try Self.check(description)
        let map = RowMap(description.parts, description.arrangement)
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
        let map = RowMap(parts, arrangement)
        let address = try allocateWeights(map.numRows * 4)
        guard let values = unsafe UnsafeMutablePointer<Float>(bitPattern: address) else {
            throw DeviceError("the system gave no memory.")
        }
        for row in 0..<map.numRows {
            guard let (part, _) = map.source(of: row), let source = map.address(of: row) else { continue }
            unsafe values[row] = parts[part].dtype.element(at: source)
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
