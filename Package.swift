// swift-tools-version: 6.2
// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// The settings of every Swift target.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// A Swift target whose settings are everyone's.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// A test target of `Tests/<name>`.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "swift-vllm",
    products: [
        .library(name: "VLLM", targets: ["VLLM"]),
        .library(name: "VLLMCommand", targets: ["VLLMCommand"]),
        .executable(name: "vllm", targets: ["VLLMMain"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Floor 0: C and values.
        .target(name: "CVLLMSystem"),
        .target(name: "CVLLMKernels"),
        .target(name: "CVLLMAssets", exclude: ["model"]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        library("VLLMTensors"),
        library("VLLMTypes", ["VLLMJSON"]),
        library("VLLMJSON"),

        // Floor 1: one job each.
        library("VLLMTokenizers", ["VLLMJSON", "CPCRE2"]),
        library("VLLMTemplates", ["VLLMJSON"]),
        library("VLLMCheckpoints", ["VLLMTensors", "VLLMJSON", "CVLLMSystem"]),
        library("VLLMScheduling", ["VLLMTypes"]),
        library("VLLMCPU", ["VLLMTensors", "CVLLMKernels", "CVLLMSystem"]),
        library("VLLMConformance", ["VLLMTensors"]),

        // Floor 2: what weights may be.
        library("VLLMQuantization", ["VLLMTensors", "VLLMCheckpoints", "VLLMJSON"]),

        // Floors 3 and 4: models and their execution.
        library("VLLMLayers", ["VLLMTensors", "VLLMQuantization", "VLLMCheckpoints", "VLLMJSON"]),
        library("VLLMModels", ["VLLMLayers", "VLLMTensors", "VLLMCheckpoints", "VLLMJSON"]),
        library("VLLMExecution", ["VLLMTypes", "VLLMTensors", "VLLMLayers"]),

        // Floor 5: the engine.
        library(
            "VLLMEngine",
            [
                "VLLMTypes", "VLLMTensors", "VLLMJSON", "VLLMTokenizers", "VLLMCheckpoints", "VLLMScheduling",
                "VLLMCPU", "VLLMQuantization", "VLLMLayers", "VLLMModels", "VLLMExecution", "CVLLMSystem",
                logging, metrics,
            ]
        ),

        library(
            "VLLMHub",
            [
                "VLLMCheckpoints", "VLLMJSON", asyncHTTPClient, crypto, logging, nioCore, nioHTTP1, nioPosix,
                nioSSL,
            ]
        ),

        // Floors 6 and 7: what programs talk to.
        library("VLLMChat", ["VLLMEngine", "VLLMTypes", "VLLMTemplates", "VLLMTokenizers", "VLLMJSON"]),
        library(
            "VLLMMockEngine",
            ["VLLMEngine", "VLLMExecution", "VLLMTypes", "VLLMScheduling", "VLLMTokenizers"]),
        library(
            "VLLMServer",
            [
                "VLLMChat", "VLLMEngine", "VLLMTypes", "VLLMTokenizers", "VLLMJSON", hummingbird,
                hummingbirdCore, serviceLifecycle, logging, nioCore, nioHTTP1, nioPosix, httpTypes,
            ]
        ),
        library(
            "VLLM",
            [
                "VLLMChat", "VLLMEngine", "VLLMExecution", "VLLMModels", "VLLMLayers", "VLLMQuantization",
                "VLLMCheckpoints", "VLLMScheduling", "VLLMTensors", "VLLMTypes", "VLLMJSON", serviceLifecycle,
            ]
        ),

        // Floor 8: the program.
        .target(
            name: "VLLMCommand",
            dependencies: [
                "VLLMServer", "VLLMChat", "VLLMHub", "VLLMEngine", "VLLMTypes", "VLLMTokenizers",
                "VLLMTemplates", "VLLMScheduling", "VLLMExecution",
                "VLLMJSON", "VLLMCheckpoints", "VLLMCPU", "VLLMConformance", "VLLMLayers", "VLLMTensors",
                "CVLLMAssets",
                "CVLLMSystem",
                "CYAML",
                argumentParser, serviceLifecycle, unixSignals, logging, hummingbird,
            ],
            swiftSettings: settings
        ),
        .executableTarget(name: "VLLMMain", dependencies: ["VLLMCommand"], swiftSettings: settings),

        // Tests, a target each.
        tests(
            "VLLMKernelsTests",
            ["VLLMConformance", "VLLMCPU", "VLLMTensors", "CVLLMKernels", "CVLLMSystem"]),
        tests("VLLMCPUTests", ["VLLMCPU", "VLLMTensors"]),
        tests("VLLMJSONTests", ["VLLMJSON"]),
        tests("VLLMTemplatesTests", ["VLLMTemplates", "VLLMJSON"], exclude: ["Fixtures"]),
        tests(
            "VLLMTokenizersTests", ["VLLMTokenizers", "VLLMJSON", "CPCRE2"], exclude: ["Fixtures"]),
        tests("VLLMCheckpointsTests", ["VLLMCheckpoints", "VLLMTensors", "VLLMJSON"]),
        tests("VLLMSchedulingTests", ["VLLMScheduling", "VLLMTypes"]),
        tests("VLLMExecutionTests", ["VLLMExecution", "VLLMTensors", "VLLMTypes"]),
        tests(
            "VLLMEngineTests",
            [
                "VLLMEngine", "VLLMExecution", "VLLMModels", "VLLMLayers", "VLLMQuantization",
                "VLLMCheckpoints", "VLLMCPU", "VLLMTensors", "VLLMTokenizers",
                "VLLMTypes", "VLLMJSON", metrics, metricsTestKit,
            ]),
        tests("VLLMHubTests", ["VLLMHub", "VLLMCheckpoints", nioCore, nioPosix, nioHTTP1, logging, crypto]),
        tests("VLLMChatTests", ["VLLMChat", "VLLMMockEngine", "VLLMEngine", "VLLMTypes", "VLLMJSON"]),
        tests(
            "VLLMServerTests",
            [
                "VLLMServer", "VLLMChat", "VLLMMockEngine", "VLLMEngine", "VLLMTypes", "VLLMJSON",
                "VLLMExecution", hummingbird, httpTypes, nioCore, nioPosix, nioEmbedded, nioHTTP1,
                serviceLifecycle, logging,
            ]),
        tests(
            "VLLMBuiltInModelTests",
            ["VLLMChat", "VLLMEngine", "VLLMCheckpoints", "VLLMTypes", "VLLMJSON", "CVLLMAssets"]),
        tests("VLLMTests", ["VLLM", "VLLMMockEngine", serviceLifecycle, logging]),
        tests(
            "VLLMFuzzTests",
            ["VLLMCheckpoints", "VLLMEngine", "VLLMJSON", "VLLMTemplates", "VLLMTokenizers"]),
        tests("VLLMCommandTests", ["VLLMCommand", "VLLMExecution", "VLLMScheduling", "VLLMTypes"]),
    ],
    cLanguageStandard: .gnu2x
)

// Coverage-guided fuzzing (Scripts/fuzz.sh): libFuzzer brings the program's main, so no ordinary build could link it.
if Context.environment["VLLM_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "VLLMFuzzTargets",
            dependencies: [
                "VLLMJSON", "VLLMTokenizers", "VLLMTemplates", "VLLMCheckpoints", "VLLMEngine", "VLLMTypes",
                "VLLMCommand",
            ],
            path: "Tests/VLLMFuzzTargets",
            swiftSettings: settings
        ))
}
