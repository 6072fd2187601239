// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMTensors

/// Zeroed memory of the host, aligned to 64 bytes, that is given to a backend or to kernels.
@safe package final class HostMemory {
    package let address: UnsafeMutableRawPointer
    /// In bytes.
    package let size: Int

    package init(bytes: Int) {
        size = bytes
        unsafe address = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
        unsafe address.initializeMemory(as: UInt8.self, repeating: 0, count: max(bytes, 64))
    }

    package convenience init<Element: BitwiseCopyable>(_ elements: [Element]) {
        self.init(bytes: elements.count * MemoryLayout<Element>.stride)
        for (index, element) in elements.enumerated() { store(element, at: index) }
    }

    /// Numbers rounded to a type.
    package convenience init(_ values: [Float], as dtype: DType) {
        switch dtype {
        case .bfloat16: self.init(values.map(\.bf16))
        case .float16: self.init(values.map { Float16($0).bitPattern })
        case .float32, .int32: self.init(values)
        }
    }

    deinit { unsafe address.deallocate() }

    package func load<Element: BitwiseCopyable>(_ type: Element.Type, at index: Int) -> Element {
        precondition((index + 1) * MemoryLayout<Element>.stride <= size)
        return unsafe address.load(fromByteOffset: index * MemoryLayout<Element>.stride, as: type)
    }

    package func store<Element: BitwiseCopyable>(_ element: Element, at index: Int) {
        precondition((index + 1) * MemoryLayout<Element>.stride <= size)
        unsafe address.storeBytes(
            of: element, toByteOffset: index * MemoryLayout<Element>.stride, as: Element.self)
    }

    package func array<Element: BitwiseCopyable>(of type: Element.Type) -> [Element] {
        (0..<size / MemoryLayout<Element>.stride).map { load(type, at: $0) }
    }

    /// What was stored as a type, widened.
    package func floats(as dtype: DType) -> [Float] {
        switch dtype {
        case .bfloat16: array(of: UInt16.self).map { Float(bf16: $0) }
        case .float16: array(of: UInt16.self).map { Float(Float16(bitPattern: $0)) }
        case .float32, .int32: array(of: Float.self)
        }
    }

    package func pointer<Element>(to type: Element.Type) -> UnsafeMutablePointer<Element> {
        unsafe address.assumingMemoryBound(to: type)
    }
}
