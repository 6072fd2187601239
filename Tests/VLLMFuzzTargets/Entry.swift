// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The target that is fuzzed; libFuzzer leaves flags that begin with two dashes to the program.
private let target = FuzzTarget.named(in: CommandLine.arguments)

/// Answers `--list`, with the name and the longest input of every target, and `--seeds=FOLDER`.
@c(LLVMFuzzerInitialize)
public func initialize(
    _: UnsafeMutablePointer<CInt>?,
    _: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
    if CommandLine.arguments.contains("--list") {
        for target in FuzzTarget.all { print(target.name, target.maximumLength) }
        exit(0)
    }
    guard let target else {
        print("Say --target=NAME; --list prints the names.")
        exit(2)
    }
    guard let flag = CommandLine.arguments.first(where: { $0.hasPrefix("--seeds=") }) else { return 0 }
    do {
        let count = try target.writeSeeds(to: String(flag.dropFirst("--seeds=".count)))
        exit(count > 0 ? 0 : 1)
    } catch {
        print(error)
        exit(1)
    }
}

/// Feeds one input to the target.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try target?.body(unsafe Array(UnsafeBufferPointer(start: data, count: count)))
    } catch {
        // What refuses an input has to say so in words, and saying it must not trap either.
        precondition(!"\(error)".isEmpty)
    }
    return 0
}
