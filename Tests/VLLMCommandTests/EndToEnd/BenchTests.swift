// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import Testing
import VLLMCommand
import VLLMJSON

@Suite("vllm bench with the built-in model")
struct BenchTests {
    /// A path for a file that is read once.
    private func withFile(_ body: (String) throws -> Void) throws {
        let path = "/tmp/vllm-bench-\(UInt64.random(in: 0 ... .max)).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func json(_ path: String) throws -> JSONValue {
        try JSONParser.parse(Array(try Data(contentsOf: URL(filePath: path))))
    }

    @Test("startup tells how long a server takes, and passes its arguments on")
    func startup() throws {
        try withFile { path in
            let outcome = try ChildProcess.run(
                "bench", "startup", "--num-iters", "2", "--output-json", path, "--",
                "--kv-cache-memory-bytes", "8MiB")
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(outcome.output.contains("ready") && outcome.output.contains("first token"))
            let figures = try json(path)
            let ready = try #require(figures["ready_seconds"]?["median"]?.doubleValue)
            let token = try #require(figures["first_token_seconds"]?["median"]?.doubleValue)
            #expect(ready > 0 && token > ready)
            // The engine's process is counted too.
            #expect(try #require(figures["resident_mebibytes"]?["lowest"]?.doubleValue) > 20)
        }
        let wrong = try ChildProcess.run("bench", "startup", "/nowhere", "--num-iters", "1")
        #expect(wrong.status == 1 && wrong.error.contains("/nowhere"))
    }

    @Test("kernels gives a share of a measured limit for each kernel that was asked for, and draws it")
    func kernels() throws {
        try withFile { path in
            try withFile { image in
                let outcome = try ChildProcess.run(
                    "bench", "kernels", "--rows", "1", "--rows", "16", "--filter", "0.5B qkv",
                    "--output-json",
                    path, "--plot", image)
                #expect(outcome.status == 0, "\(outcome.error)")
                let figures = try json(path)
                let kernels = try #require(figures["kernels"]?.arrayValue)
                #expect(kernels.count == 16)
                #expect(kernels.allSatisfy { ($0["share"]?.doubleValue ?? 0) > 0 })
                let peaks = try #require(figures["peaks"]?["all_threads"])
                for peak in [
                    "bytes_per_second", "cache_bytes_per_second", "f32_operations_per_second",
                    "bf16_operations_per_second", "int8_operations_per_second",
                ] {
                    #expect(peaks[peak]?.doubleValue ?? 0 > 1e8, "\(peak)")
                }
                let svg = String(decoding: try Data(contentsOf: URL(filePath: image)), as: UTF8.self)
                #expect(svg.hasPrefix("<svg") && svg.contains("0.5B qkv m=16"))
            }
        }
    }

    @Test("kernels of every kind are timed, variants beside the plain one, with a model's own sizes")
    func kinds() throws {
        for (filter, name, hasCost) in [
            ("decode 1×256 d=", "attention", true), ("m=1 q/k-norm", "qkv split", false),
            ("rms norm", "rms norm", false), ("layer norm", "layer norm", false),
            ("round to int8", "round to int8", false), ("sampling greedy", "sampling", false),
            ("embedding bf16", "embedding bf16", false),
        ] {
            try withFile { path in
                let outcome = try ChildProcess.run(
                    "bench", "kernels", Self.model, "--rows", "1", "--filter", filter, "--output-json", path)
                #expect(outcome.status == 0, "\(outcome.error)")
                let kernels = try #require(try json(path)["kernels"]?.arrayValue)
                #expect(!kernels.isEmpty && kernels.allSatisfy { $0["name"]?.stringValue == name })
                #expect(kernels.allSatisfy { ($0["seconds"]?.doubleValue ?? 0) > 0 })
                #expect(kernels.contains { $0["cost"]?.doubleValue ?? 0 > 0 } == hasCost, "\(filter)")
            }
        }
        let wrong = try ChildProcess.run("bench", "kernels", "--filter", "no such kernel")
        #expect(wrong.status == 2 && wrong.error.contains("no such kernel"))
    }

    /// The built-in model's folder in the sources.
    private static let model =
        "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        + "/Sources/CVLLMAssets/model"

    @Test("kernels --check compares the cases that were asked for on every instruction set")
    func check() throws {
        let outcome = try ChildProcess.run("bench", "kernels", "--check", "--filter", "norm layer 3×")
        #expect(outcome.status == 0, "\(outcome.error)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.last?.hasSuffix("none differs.") == true)
        #expect(
            lines.contains { $0.hasPrefix("portable") && $0.contains("norm layer") && $0.contains(" ok") })
        #expect(lines.dropLast().allSatisfy { $0.contains("16 cases") })
        for (flag, value) in [("--filter", "no such case"), ("--rows", "1"), ("--plot", "/tmp/plot.svg")] {
            let wrong = try ChildProcess.run("bench", "kernels", "--check", flag, value)
            #expect(wrong.status == 2 && wrong.error.contains(flag), "\(wrong.error)")
        }
    }

    @Test("figures go where a link or a device leads, and a place that takes none is refused before a run")
    func places() throws {
        let norm = ["bench", "kernels", "--rows", "1", "--filter", "rms norm 0.5B m=1"]
        try withFile { path in
            let link = path + ".link"
            defer { unsafe _ = unlink(link) }
            #expect(unsafe symlink(path, link) == 0 || errno == EEXIST)
            let followed = try ChildProcess(norm + ["--output-json", link]).wait()
            #expect(followed.status == 0, "\(followed.error)")
            #expect(try json(path)["kernels"] != nil)
            var status = stat()
            #expect(unsafe lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        }
        #expect(try ChildProcess(norm + ["--output-json", "/dev/null"]).wait().status == 0)
        var status = stat()
        #expect(unsafe stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
        for place in ["/tmp", "/nonexistent/x", ""] {
            let refused = try ChildProcess(norm + ["--plot", place]).wait()
            #expect(refused.status == 2 && refused.output.isEmpty && refused.error.contains("--plot"))
        }
    }

    @Test("latency and throughput write what they print to a file")
    func figures() throws {
        for (command, key) in [
            ("latency", "decode_tokens_per_second"), ("throughput", "total_tokens_per_second"),
        ] {
            try withFile { path in
                let outcome = try ChildProcess.run(
                    "bench", command, "--input-len", "8", "--output-len", "12", "--num-iters", "1",
                    "--quantization", "int8", "--output-json", path)
                #expect(outcome.status == 0, "\(outcome.error)")
                let figures = try json(path)
                #expect(figures["quantization"]?.stringValue == "int8")
                #expect(try #require(figures[key]?["median"]?.doubleValue) > 0)
                #expect(try #require(figures["peak_memory_bytes"]?.intValue) > 1 << 20)
                #expect(outcome.output.contains("peak memory") && outcome.output.contains(" %"))
            }
        }
    }

    @Test(
        "batching compares the modes on the model: reserving holds more and fills less, static batches take longer"
    )
    func batching() throws {
        try withFile { path in
            let outcome = try ChildProcess.run(
                "bench", "batching", "--num-prompts", "12", "--input-len", "16", "--output-len", "12",
                "--max-model-len", "96", "--kv-cache-memory-bytes", "786432", "--output-json", path)
            #expect(outcome.status == 0, "\(outcome.error)")
            let modes = try #require(try json(path)["modes"]?.arrayValue)
            let names = modes.compactMap { $0["mode"]?.stringValue }
            #expect(names == ["paged", "oracle", "pow2", "max", "static-paged", "static-max"])
            #expect(names.allSatisfy(outcome.output.contains))
            func figure(_ name: String, _ key: String) throws -> Double {
                let mode = try #require(modes.first { $0["mode"]?.stringValue == name })
                return try #require(mode[key]?.doubleValue)
            }
            for name in names {
                #expect(try figure(name, "output_tokens_per_second") > 0)
                #expect(try figure(name, "output_tokens") == figure("paged", "output_tokens"))
            }
            #expect(try figure("max", "kv_waste_share") > figure("paged", "kv_waste_share"))
            #expect(try figure("max", "peak_running") == 4, "the pool holds four sequences of 96 tokens")
            #expect(try figure("paged", "peak_running") > 4)
            #expect(try figure("static-max", "steps") > figure("max", "steps"))
            #expect(try figure("static-paged", "steps") >= figure("paged", "steps"))
        }
        let wrong = try ChildProcess.run("bench", "batching", "--mode", "orca")
        #expect(wrong.status == 2 && wrong.error.contains("static-max"))
    }

    @Test("scheduler tells what a step takes around the kernels")
    func scheduler() throws {
        try withFile { path in
            let outcome = try ChildProcess.run(
                "bench", "scheduler", "--batch-size", "4", "--num-iters", "20", "--repetition-penalty", "1.1",
                "--output-json", path)
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(outcome.output.contains("overhead"))
            let figures = try json(path)
            for name in ["schedule", "prepare", "update", "overhead", "compute"] {
                #expect(try #require(figures["\(name)_microseconds"]?["median"]?.doubleValue) > 0)
            }
        }
    }

    @Test("scheduler measures as many steps as asked, also where the prompts take more than these")
    func schedulerSteps() throws {
        let arguments = [
            "bench", "scheduler", "--batch-size", "4", "--input-len", "24", "--num-iters", "10", "--threads",
            "1",
            "--max-num-seqs", "4", "--max-model-len", "100", "--max-num-batched-tokens", "6",
        ]
        // Prompts take so many steps that the first one would have ended before the last one decodes.
        let outcome = try ChildProcess(arguments).wait()
        #expect(outcome.status == 0 && outcome.output.contains("1 thread\n"), "\(outcome.error)")
    }
}
