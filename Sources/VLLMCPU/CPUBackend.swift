// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CVLLMKernels
import CVLLMSystem
import Synchronization
package import VLLMTensors

/// The `Backend` over the C kernels.
///
/// One element's bits depend on its inputs alone, whatever the batch, the thread or the chunk.
///
/// SAFETY: `weights`, `buffers` and `adopted` are behind locks; all else that changes (scratch memory, work lists)
/// belongs to the engine thread, which makes one call at a time.
@safe package final class CPUBackend: Backend, @unchecked Sendable {
    let kernels: vllm_kernels
    let instructionSet: vllm_isa
    let pool: ThreadPool
    private let weights = Mutex(MemoryArena())
    private let buffers = Mutex(MemoryArena())
    /// Memory of others in which weights stand, and the bytes of these weights.
    private let adopted = Mutex((owners: [any AnyObject & Sendable](), bytes: 0))
    /// Scratch memory of one thread each.
    var scratch: [Scratch]
    /// Activations of the current product, rounded to whole numbers: for each run of the weight.
    var rounded = [RoundedActivations()]
    /// Attention work of the current call, kept for its memory.
    var attentionPlan = AttentionPlan()
    var attentionSequences: [vllm_attention_sequence] = unsafe []
    /// The products of the runs of the current weight, kept for its memory.
    var linearProducts: [vllm_linear_args] = unsafe []
    /// The products of the current call's experts, kept for its memory.
    var expertProducts: [vllm_linear_args] = unsafe []

    /// How a backend is set up.
    package struct Options: Sendable {
        /// Threads; nil takes one a core that this process may use.
        package var numThreads: Int?
        /// The instruction set by name; nil takes the best.
        package var instructionSet: String?

        package init(numThreads: Int? = nil, instructionSet: String? = nil) {
            self.numThreads = numThreads
            self.instructionSet = instructionSet
        }
    }

    /// Starts the threads.
    package init(_ options: Options = Options()) throws(DeviceError) {
        let isa = try Self.instructionSet(named: options.instructionSet)
        guard let kernels = unsafe vllm_kernels_for(isa) else {
            throw DeviceError("this processor has no \(Self.name(of: isa)); choose another instruction set.")
        }
        let threads = options.numThreads ?? Int(vllm_available_cores())
        guard (1...1024).contains(threads) else {
            throw DeviceError("the number of threads must be in 1…1024, got \(threads).")
        }
        do {
            pool = try ThreadPool(threads: threads, pinned: Self.shouldPin)
        } catch {
            throw DeviceError("the system started no \(threads) threads.")
        }
        unsafe self.kernels = kernels.pointee
        instructionSet = isa
        scratch = (0..<threads).map { _ in Scratch() }
    }

    /// Pinning under a bare CPU quota would stack every container on the same cores.
    private static var shouldPin: Bool { vllm_affinity_is_narrow() || !vllm_has_cpu_quota() }

    package var numThreads: Int { pool.count }

    package var deviceDescription: String {
        var name = [CChar](repeating: 0, count: 128)
        unsafe name.withUnsafeMutableBufferPointer { unsafe vllm_processor_name($0.baseAddress, $0.count) }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return "\(String(decoding: bytes, as: UTF8.self)), \(Self.name(of: instructionSet))"
    }

    package var numericsID: String { "cpu-\(Self.name(of: instructionSet))-2" }

    package func activationDType(for weights: DType) -> DType {
        weights == .bfloat16 ? .bfloat16 : .float32
    }

    package var weightMemory: Int {
        weights.withLock { $0.usedBytes } + adopted.withLock { $0.bytes }
    }

    /// Bytes reserved for buffers so far, the key/value pool included.
    package var bufferMemory: Int { buffers.withLock { $0.usedBytes } }

    func allocateWeights(_ size: Int) throws(DeviceError) -> UInt {
        try weights.withLock { arena throws(DeviceError) in try arena.allocate(size) }
    }

    /// Keeps memory of others, in which so many bytes of weights stand, as long as this lives.
    func keep(_ owner: any AnyObject & Sendable, bytes: Int) {
        adopted.withLock { adopted in
            if adopted.owners.last !== owner { adopted.owners.append(owner) }
            adopted.bytes += bytes
        }
    }

    func allocateBuffer(_ size: Int) throws(DeviceError) -> UInt {
        try buffers.withLock { arena throws(DeviceError) in try arena.allocate(size) }
    }

    package func allocate(rows: Int, columns: Int, dtype: DType) throws(DeviceError) -> Tensor {
        let stride = Self.stride(columns, elementSize: dtype.size)
        let address = try allocateBuffer(rows * stride * dtype.size)
        return Tensor(address: address, dtype: dtype, rows: rows, columns: columns, stride: stride)
    }

    /// Elements from one row of a matrix to the next: whole cache lines.
    ///
    /// Rows that lie a multiple of 4 KiB apart would fall into the same cache sets.
    static func stride(_ columns: Int, elementSize: Int) -> Int {
        let bytes = (columns * elementSize + 63) / 64 * 64
        return (bytes % 4096 == 0 ? bytes + 64 : bytes) / elementSize
    }

    package func makeKVCache(specs: [KVCacheSpec], numBlocks: Int, blockSize: Int) throws(DeviceError)
        -> KVCache
    {
        precondition(
            blockSize > 0 && blockSize % Int(VLLM_PANEL) == 0, "block size \(blockSize) is no multiple of 16")
        var keys: [UInt] = []
        var values: [UInt] = []
        for spec in specs {
            let slots = numBlocks * blockSize
            keys.append(try allocateBuffer(slots * spec.keyBytesPerToken))
            values.append(
                spec.valuePrefix == nil ? try allocateBuffer(slots * spec.valueBytesPerToken) : 0)
        }
        return KVCache(
            specs: specs, numBlocks: numBlocks, blockSize: blockSize, keyAddresses: keys,
            valueAddresses: values)
    }
}
