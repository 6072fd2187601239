// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Owns zeroed memory, aligned to 64 bytes, that tests hand to kernels.
@safe final class Memory {
    let address: UnsafeMutableRawPointer
    let size: Int

    init(bytes: Int) {
        size = bytes
        unsafe address = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
        unsafe address.initializeMemory(as: UInt8.self, repeating: 0, count: max(bytes, 64))
    }

    convenience init<Element: BitwiseCopyable>(_ elements: [Element]) {
        self.init(bytes: elements.count * MemoryLayout<Element>.stride)
        for (index, element) in elements.enumerated() { store(element, at: index) }
    }

    deinit { unsafe address.deallocate() }

    func load<Element: BitwiseCopyable>(_ type: Element.Type, at index: Int) -> Element {
        precondition((index + 1) * MemoryLayout<Element>.stride <= size)
        return unsafe address.load(fromByteOffset: index * MemoryLayout<Element>.stride, as: type)
    }

    func store<Element: BitwiseCopyable>(_ element: Element, at index: Int) {
        precondition((index + 1) * MemoryLayout<Element>.stride <= size)
        unsafe address.storeBytes(
            of: element, toByteOffset: index * MemoryLayout<Element>.stride, as: Element.self)
    }

    func array<Element: BitwiseCopyable>(of type: Element.Type) -> [Element] {
        (0..<size / MemoryLayout<Element>.stride).map { load(type, at: $0) }
    }

    func pointer<Element>(to type: Element.Type) -> UnsafeMutablePointer<Element> {
        unsafe address.assumingMemoryBound(to: type)
    }
}
