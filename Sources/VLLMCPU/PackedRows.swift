// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMTensors

/// Where each row of a packed weight comes from: nil is padding.
struct PackedRows {
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

    /// What stands in a row and a column, for messages.
    func element(inRow packed: Int, column: Int) -> WeightElement {
        guard let (index, row) = source(of: packed) else {
            preconditionFailure("row \(packed) is padding")
        }
        let part = parts[index]
        let offset = (row * part.rowStride + column * part.columnStride) * part.dtype.size
        return WeightElement(
            part: index, row: row, column: column,
            value: part.dtype.element(at: part.address + UInt(offset)))
    }
}
