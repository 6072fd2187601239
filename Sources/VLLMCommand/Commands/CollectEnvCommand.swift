// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CVLLMSystem
import Glibc
import VLLMCPU
import VLLMCheckpoints

/// `vllm collect-env`: what a bug report should tell.
struct CollectEnvCommand: ParsableCommand, Command {
    static let configuration = CommandConfiguration(
        commandName: "collect-env",
        abstract: "Prints what a bug report should tell of program, machine and environment.")

    func run(in context: CommandContext) async throws {
        var limits = vllm_limits()
        unsafe vllm_read_limits("", &limits)
        let quota = limits.cpu_quota > 0 ? "\(limits.cpu_quota) cores" : "none"
        let memory = Int(clamping: vllm_available_memory())
        let total = Int(clamping: vllm_total_memory())
        let lines = [
            ("vllm", "\(Version.number) (swift-vllm), built-in model \(BuiltInModel.name)"),
            ("system", Self.system),
            ("processor", Self.processor),
            ("instruction sets", CPUBackend.availableInstructionSets.joined(separator: ", ")),
            ("cores", "\(vllm_available_cores()) usable, quota: \(quota)"),
            ("memory", "\(Quantity.bytes(memory)) free of \(Quantity.bytes(total))"),
            ("huge pages", Self.firstLine("/sys/kernel/mm/transparent_hugepage/enabled") ?? "unknown"),
            ("hub cache", HubCache(environment: context.environment).root),
        ]
        for (name, value) in lines { Terminal.print("\(name): \(value)\n") }
        for (name, value) in Self.variables(context.environment) { Terminal.print("\(name)=\(value)\n") }
    }

    private static var system: String {
        var names = utsname()
        unsafe uname(&names)
        let kernel = unsafe withUnsafeBytes(of: names.release) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let release = (try? FileBytes(mapping: "/etc/os-release")).map {
            String(decoding: $0.bytes, as: UTF8.self)
        }
        let name = release?.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }?.dropFirst(12)
        return "\(name.map { $0.filter { $0 != "\"" } } ?? "Linux"), kernel \(kernel)"
    }

    private static var processor: String {
        var buffer = [CChar](repeating: 0, count: 64)
        unsafe vllm_processor_name(&buffer, buffer.count)
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func firstLine(_ path: String) -> String? {
        // Files of the kernel have no size to map them by.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = unsafe read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// Variables that the program looks at, without secrets.
    private static func variables(_ environment: [String: String]) -> [(String, String)] {
        let prefixes = ["VLLM_", "HF_", "HUGGINGFACE_", "XDG_CACHE_HOME", "OPENAI_"]
        return environment.filter { name, _ in prefixes.contains { name.hasPrefix($0) } }
            .map { name, value in
                let isSecret = name.contains("TOKEN") || name.contains("KEY")
                return (name, isSecret ? "(set)" : value)
            }
            .sorted { $0.0 < $1.0 }
    }
}
