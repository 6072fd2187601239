// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import VLLMTensors

/// Where each row of a packed weight comes from: nil is padding.
struct RowMap {
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

    /// What stands in a row and a column, for messages.
    func element(inRow packed: Int, column: Int) -> WeightElement {
        guard let (part, row) = source(of: packed), let stored = stored(packed) else {
            preconditionFailure("row \(packed) is padding")
        }
        return WeightElement(
            part: part, row: row, column: column,
            value: stored.values(count: parts[part].columns)[column])
    }

    /// The row of the checkpoint that a row of the weight is.
    func stored(_ row: Int) -> StoredRow? {
        source(of: row).flatMap { StoredRow($0.row, of: parts[$0.part]) }
    }
}

/// Panels of one format, of parts that are neighbours in a weight.
struct PanelRun {
    let format: WeightFormat
    let map: RowMap
    /// Parts of the weight before its own.
    let firstPart: Int
    /// Logical rows.
    let outputs: Int
    let panelBytes: Int
    /// Where its panels begin in the weight.
    let offset: Int

    var numPanels: Int { map.numRows / Int(VLLM_PANEL) }
    var end: Int { offset + numPanels * panelBytes }

    /// What stands in a row and a column, by the part of the weight, for messages.
    func element(inRow row: Int, column: Int) -> WeightElement {
        let element = map.element(inRow: row, column: column)
        return WeightElement(
            part: firstPart + element.part, row: element.row, column: element.column, value: element.value)
    }

    /// The runs of a weight, each as long as may be.
    static func runs(of description: WeightDescription) -> [PanelRun] {
        var runs: [PanelRun] = []
        var first = 0
        while first < description.parts.count {
            let format = description.formats[first]
            let last = description.formats[first...].firstIndex { $0 != format } ?? description.parts.count
            let parts = Array(description.parts[first..<last])
            runs.append(
                PanelRun(
                    format: format, map: RowMap(parts, description.arrangement), firstPart: first,
                    outputs: parts.reduce(0) { $0 + $1.rows },
                    panelBytes: KernelFormat(format).panelBytes(inputs: description.inputs),
                    offset: ((runs.last?.end ?? 0) + 63) / 64 * 64))
            first = last
        }
        return runs
    }
}
