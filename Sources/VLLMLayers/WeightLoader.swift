// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMCheckpoints
package import VLLMQuantization
package import VLLMTensors

/// A linear layer's weight and bias in the backend's memory.
package struct Linear: Sendable {
    package var weight: PackedWeight
    package var bias: PackedVector?
}

/// Brings a checkpoint's tensors into a backend, one at a time, so that the model never exists twice.
package struct WeightLoader {
    package let checkpoint: Checkpoint
    package let backend: any Backend
    /// The type in which the products are made.
    package let dtype: DType
    /// Called with the bytes packed since the last call.
    package let progress: (Int) -> Void
    /// How the checkpoint's weights are quantized, where they are.
    private let scheme: (any QuantizationScheme)?
    /// What weights are rounded to as they are packed; nil keeps their type.
    let quantization: LoadTimeQuantization?
    /// What is on disk already as the backend packs it; nil packs everything.
    private let packed: PackedWeights?
    /// Takes the place of the tensors, of which none is read; nil reads them.
    private let survey: TensorSurvey?
    /// Remembers which tensors were asked for.
    private let reader: TensorReader
    /// What checkpoints hold besides weights: tables that are computed anew, masks.
    private static let computed = [
        "rotary_emb.inv_freq", "rotary_pos_emb.inv_freq", "rotary_emb.cos_cached", "rotary_emb.sin_cached",
        "attn.bias",
        "attn.masked_bias",
        "attention.bias", "attention.masked_bias",
    ]

    package init(
        checkpoint: Checkpoint, backend: any Backend, dtype: DType, scheme: (any QuantizationScheme)? = nil,
        quantization: LoadTimeQuantization? = nil, packed: PackedWeights? = nil,
        survey: TensorSurvey? = nil,
        progress: @escaping (Int) -> Void = { _ in }
    ) {
        self.checkpoint = checkpoint
        self.backend = backend
        self.dtype = dtype
        self.scheme = scheme
        self.quantization = quantization
        self.packed = packed
        self.survey = survey
        reader = TensorReader(checkpoint)
        self.progress = progress
    }

    /// One part of a merged linear layer.
    package struct Part {
        let name: String
        let outputs: Int
        /// Set where the part is a piece of a larger tensor; its name is then whole.
        var slice: Slice?
        /// Set where the part is some rows of its layer, which has others too.
        var rows: Rows?

        /// Some rows of each of the pieces of equal height that a layer's rows are cut into.
        package struct Rows {
            let range: Range<Int>
            let pieceHeight: Int
            let numPieces: Int
        }

        /// Some rows of one of the matrices of a tensor [count, height, inputs], or [count, inputs, height].
        package struct Slice {
            let index: Int
            let count: Int
            let height: Int
            let rows: Range<Int>
            /// Every so many'th of the rows.
            var step = 1
            var isTransposed = false
        }

        /// The whole name of its tensor.
        var tensorName: String { slice == nil ? name + ".weight" : name }

        /// Rows of the layer that it is a part of.
        var layerOutputs: Int { rows.map { $0.pieceHeight * $0.numPieces } ?? outputs }

        /// How many runs of rows it is.
        var numPieces: Int { rows?.numPieces ?? 1 }

        /// Its rows of the layer's, in order.
        func sources(in layer: TensorSource) -> [TensorSource] {
            guard let rows else { return [layer] }
            return (0..<rows.numPieces).map { piece in
                let start = piece * rows.pieceHeight
                return layer.rows(rows.range.lowerBound + start..<rows.range.upperBound + start)
            }
        }

        /// The row of its layer that a piece's row is.
        func layerRow(_ row: Int, ofPiece piece: Int) -> Int {
            row + (rows.map { $0.range.lowerBound + piece * $0.pieceHeight } ?? 0)
        }

        /// The tensor in which an element of a piece stands, and where.
        func place(
            of element: WeightElement, inPiece piece: Int, isTransposed: Bool
        ) -> (tensor: String, index: [Int]) {
            guard let slice else {
                let row = layerRow(element.row, ofPiece: piece)
                return (tensorName, isTransposed ? [element.column, row] : [row, element.column])
            }
            let row = slice.rows.lowerBound + element.row * slice.step
            return (
                tensorName,
                [slice.index] + (slice.isTransposed ? [element.column, row] : [row, element.column])
            )
        }

        /// What tells it from every other part of the checkpoint.
        var label: String {
            if let rows {
                return "\(name)[\(rows.range.lowerBound)..<\(rows.range.upperBound) of \(rows.pieceHeight)]"
            }
            guard let slice else { return name }
            let step = slice.step == 1 ? "" : " by \(slice.step)"
            return "\(name)[\(slice.index), \(slice.rows.lowerBound)..<\(slice.rows.upperBound)\(step)]"
        }
    }

    /// What a weight is for, which decides how it is rounded.
    package enum Purpose {
        case linear
        /// The embedding, or the output head.
        case table
        /// A table that is never rounded.
        case positions
        /// Decides which experts a token goes to and what they weigh: never rounded.
        case router
    }

    /// How weights are stored that serve a purpose.
    func format(of purpose: Purpose) -> WeightFormat {
        guard let quantization else { return .dense(dtype) }
        return switch purpose {
        case .linear: quantization.linear
        case .table: quantization.table
        case .positions, .router: .dense(dtype)
        }
    }

    /// A linear layer of one or several parts, stored as [outputs, inputs] or its transpose.
    package func linear(
        _ parts: [Part], inputs: Int, purpose: Purpose = .linear,
        arrangement: WeightDescription.Arrangement = .stacked,
        hasBias: Bool = false,
        isTransposed: Bool = false
    ) throws -> Linear {
        var decoded: [String: DecodedMatrix] = [:]
        for part in parts where decoded[part.name] == nil {
            decoded[part.name] = try decode(part, inputs: inputs)
        }
        let sources = try parts.flatMap { part in
            if let slice = part.slice { return [try matrix(part.name, slice, columns: inputs)] }
            if let decoded = decoded[part.name] { return part.sources(in: decoded.source) }
            guard isTransposed else {
                return part.sources(
                    in: try matrix(part.tensorName, rows: part.layerOutputs, columns: inputs))
            }
            let stored = try matrix(part.tensorName, rows: inputs, columns: part.layerOutputs)
            return part.sources(in: try numbers(stored, part.tensorName).transposed)
        }
        let origins = parts.flatMap { part in (0..<part.numPieces).map { (part: part, piece: $0) } }
        let description = WeightDescription(
            parts: sources, arrangement: arrangement,
            formats: try formats(purpose, sources, arrangement: arrangement, name: parts.first?.name ?? ""))
        let weight = try pack(
            description,
            called: PackedWeights.name(parts.map(\.label), description, isTransposed: isTransposed),
            keeping: Array(decoded.values)
        ) { element in
            let (part, piece) = origins[element.part]
            return part.place(of: element, inPiece: piece, isTransposed: isTransposed)
        } release: {
            for part in parts where part.slice.map({ $0.index == $0.count - 1 }) ?? true {
                checkpoint.release(part.tensorName)
            }
        }
        var bias: PackedVector?
        if hasBias {
            let vectors = try parts.flatMap {
                $0.sources(in: try matrix($0.name + ".bias", rows: $0.layerOutputs, columns: 1))
            }
            let place = { (element: WeightElement) in
                let (part, piece) = origins[element.part]
                return (part.name + ".bias", [part.layerRow(element.row, ofPiece: piece)])
            }
            bias = try naming(place) { try pack(vectors, arrangement) }
        }
        progress(sources.reduce(0) { $0 + $1.sizeInBytes })
        return Linear(weight: weight, bias: bias)
    }

    /// Packs a weight, takes it from the packed copy, or notes that it is to be packed.
    ///
    /// - Parameters:
    ///   - decoded: what the description's parts stand in, where that is not the checkpoint.
    ///   - place: the tensor in which an element stands, and where.
    ///   - release: gives back the pages of the parts once they are packed.
    private func pack(
        _ description: WeightDescription, called name: String, keeping decoded: [DecodedMatrix],
        place: @escaping (WeightElement) -> (tensor: String, index: [Int]), release: @escaping () -> Void
    ) throws -> PackedWeight {
        if survey != nil {
            return PackedWeights.standIn(
                for: description, sizeInBytes: try backend.packedSize(of: description))
        }
        if let packed, packed.isPlanning {
            return try packed.plan(description, name: name, on: backend) { body in
                try naming(place) {
                    try withExtendedLifetime(decoded) { try backend.packedBytes(of: description, body) }
                }
                release()
            }
        }
        let weight = try naming(place) {
            try withExtendedLifetime(decoded) {
                guard let packed else { return try backend.pack(description) }
                return try packed.weight(description, name: name, on: backend)
            }
        }
        release()
        return weight
    }

    /// Packs parts of a vector.
    private func pack(
        _ parts: [TensorSource], _ arrangement: WeightDescription.Arrangement = .stacked
    ) throws -> PackedVector {
        guard survey == nil else {
            return PackedVector(address: 0, count: parts.reduce(0) { $0 + $1.rows })
        }
        return try backend.pack(vector: parts, arrangement: arrangement)
    }

    /// The values of a part whose weight is quantized, or nil.
    private func decode(_ part: Part, inputs: Int) throws -> DecodedMatrix? {
        guard let scheme, part.slice == nil else { return nil }
        let weight = try CheckpointError.wrapping(
            checkpoint.source.name, "the weight of '\(part.name)' cannot be read"
        ) {
            try scheme.weight(part.name, rows: part.layerOutputs, columns: inputs, from: reader)
        }
        return weight.map { DecodedMatrix($0, rows: part.layerOutputs, columns: inputs) }
    }

    /// A table whose rows are divided by their lengths.
    package func normalizedTable(_ name: String, rows: Int, columns: Int) throws -> PackedWeight {
        let tensorName = name + ".weight"
        let stored = try matrix(tensorName, rows: rows, columns: columns)
        let normalized = survey == nil ? [DecodedMatrix(normalizingRowsOf: stored, on: backend)] : []
        let description = WeightDescription(
            parts: [normalized.first?.source ?? stored], format: format(of: .table))
        let weight = try pack(
            description, called: PackedWeights.name(["\(name) normalized"], description, isTransposed: false),
            keeping: normalized
        ) {
            (tensorName, [$0.row, $0.column])
        } release: {
            checkpoint.release(tensorName)
        }
        progress(stored.sizeInBytes)
        return weight
    }

    /// A norm over vectors of the given width.
    ///
    /// - Parameter weightOffset: what is added to the stored weights.
    package func norm(
        _ name: String, kind: NormKind, count: Int, epsilon: Float, hasBias: Bool, weightOffset: Float = 0
    ) throws -> Norm {
        let bias = hasBias ? try vector(name + ".bias", count: count) : nil
        let weight =
            weightOffset == 0
            ? try vector(name + ".weight", count: count)
            : try backend.pack(
                values: try values(name + ".weight", rows: count, columns: 1).map { $0 + weightOffset })
        return Norm(kind: kind, weight: weight, bias: bias, epsilon: epsilon)
    }

    /// A vector in float32.
    package func vector(_ name: String, count: Int) throws -> PackedVector {
        let vector = try matrix(name, rows: count, columns: 1)
        return try naming({ (name, [$0.row]) }) {
            try pack([vector])
        }
    }

    /// Packs something; an element that cannot be packed is told by its tensor and its place there.
    private func naming<Packed>(
        _ place: (WeightElement) -> (tensor: String, index: [Int]), _ pack: () throws -> Packed
    ) throws -> Packed {
        do {
            return try pack()
        } catch let error as DeviceError {
            guard let element = error.element else { throw error }
            let (tensor, index) = place(element)
            throw notHeld(element.value, tensor, index)
        }
    }

    /// A small matrix on the host, row by row, widened.
    package func values(_ name: String, rows: Int, columns: Int) throws(CheckpointError) -> [Float] {
        let source = try matrix(name, rows: rows, columns: columns)
        guard survey == nil else { return [Float](repeating: 0, count: rows * columns) }
        let values = (0..<rows).flatMap { backend.values(ofRow: $0, in: source) }
        if let place = values.firstIndex(where: { !$0.isFinite }) {
            throw notHeld(values[place], name, [place / columns, place % columns])
        }
        return values
    }

    private func notHeld(_ value: Float, _ tensor: String, _ index: [Int]) -> CheckpointError {
        let reason =
            value.isFinite
            ? "which \(dtype.rawValue) cannot hold: take --dtype bfloat16 or float32"
            : "but weights are finite numbers: the file is damaged, or training failed"
        return CheckpointError(
            checkpoint.source.name,
            "tensor '\(tensor)' has \(value.isNaN ? "nan" : "\(value)") at \(index), \(reason).")
    }

    private func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError) -> TensorSource {
        reader.markUsed(name)
        if let survey {
            return try survey.source(
                name, shape: [rows, columns], rows: rows, columns: columns, in: checkpoint)
        }
        return try checkpoint.matrix(name, rows: rows, columns: columns)
    }

    private func matrix(
        _ name: String, _ slice: Part.Slice, columns: Int
    ) throws(CheckpointError) -> TensorSource {
        reader.markUsed(name)
        let (rows, columns) = slice.isTransposed ? (columns, slice.height) : (slice.height, columns)
        let matrix =
            if let survey {
                try survey.source(
                    name, shape: [slice.count, rows, columns], rows: rows, columns: columns, in: checkpoint)
            } else {
                try checkpoint.matrix(
                    name, at: slice.index, of: slice.count, rows: rows, columns: columns)
            }
        let layer = slice.isTransposed ? try numbers(matrix, name).transposed : matrix
        return layer.rows(slice.rows).every(slice.step)
    }

    /// A matrix of which single numbers are needed; there are none in blocks.
    private func numbers(_ stored: TensorSource, _ name: String) throws(CheckpointError) -> TensorSource {
        guard stored.dtype == nil else { return stored }
        throw CheckpointError(
            checkpoint.source.name,
            "tensor '\(name)' is stored as \(stored.format.name), but has to be cut or transposed, which blocks are not; convert it to a float type."
        )
    }

    /// Rows of a table [rows, columns] as vectors in float32, or every so many'th of their elements: those that stand
    /// beside each other in a part.
    package func vectors(
        _ name: String, rows: Int, columns: Int, step: Int = 1
    ) throws -> [PackedVector] {
        let table = try numbers(try matrix(name, rows: rows, columns: columns), name)
        return try (0..<rows).map { row in
            let vector = table.rows(row..<row + 1).transposed
            let parts = (0..<step).map { vector.rows($0..<columns).every(step) }
            return try pack(parts, step == 1 ? .stacked : .gated)
        }
    }

    /// Some rows of a layer that are a layer themselves.
    package struct Piece {
        let rows: Range<Int>
        /// Outputs are its columns, and inputs the rows.
        let isTransposed: Bool
    }

    /// Pieces of a layer, each packed by itself and never rounded.
    package func pieces(of part: Part, inputs: Int, _ pieces: [Piece]) throws -> [PackedWeight] {
        var decoded = try decode(part, inputs: inputs)
        var layer =
            if let decoded { decoded.source } else {
                try matrix(part.tensorName, rows: part.outputs, columns: inputs)
            }
        // Blocks are not transposed, the numbers in them are.
        if layer.dtype == nil, pieces.contains(where: \.isTransposed) {
            decoded = survey == nil ? DecodedMatrix(layer, on: backend) : nil
            layer =
                decoded?.source
                ?? TensorSource(
                    address: 0, dtype: .float32, rows: layer.rows, columns: inputs, rowStride: inputs)
        }
        let weights = try pieces.enumerated().map { index, piece in
            let rows = layer.rows(piece.rows)
            let source = piece.isTransposed ? rows.transposed : rows
            let description = WeightDescription(parts: [source], format: .dense(dtype))
            return try pack(
                description,
                called: PackedWeights.name(
                    ["\(part.name)[\(piece.rows)]"], description, isTransposed: piece.isTransposed),
                keeping: decoded.map { [$0] } ?? []
            ) { element in
                let (row, column) =
                    piece.isTransposed ? (element.column, element.row) : (element.row, element.column)
                return (part.tensorName, [piece.rows.lowerBound + row, column])
            } release: {
                if index == pieces.count - 1 { checkpoint.release(part.tensorName) }
            }
        }
        progress(layer.sizeInBytes)
        return weights
    }

    /// Throws where the checkpoint has weights that nothing asked for: the model would not be what was trained.
    ///
    /// - Parameter isNeedless: tells by name which weights may be left: those that are the same as others, or of parts
    ///   that this program does not run.
    package func checkAllUsed(except isNeedless: (String) -> Bool) throws(CheckpointError) {
        let left = unused(except: isNeedless)
        guard let first = left.first else { return }
        let others = left.count > 1 ? " and \(left.count - 1) more" : ""
        throw CheckpointError(
            checkpoint.source.name,
            "has the tensor '\(first)'\(others), which this architecture with this config.json has no use for."
        )
    }

    /// The weights that nothing asked for, by name.
    func unused(except isNeedless: (String) -> Bool) -> [String] {
        checkpoint.tensorNames.filter { name in
            !reader.used.contains(name) && !isNeedless(name)
                && !Self.computed.contains { name == $0 || name.hasSuffix(".\($0)") }
        }.sorted()
    }
}
