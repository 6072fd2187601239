// swift-tools-version: 6.2
// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let library = Target.Dependency.product(name: "VLLM", package: "swift-vllm")
let command = Target.Dependency.product(name: "VLLMCommand", package: "swift-vllm")

let package = Package(
    name: "Examples",
    dependencies: [
        .package(name: "swift-vllm", path: "..")
    ],
    targets: [
        .executableTarget(name: "Generate", dependencies: [library]),
        .target(name: "ExamplePlugIns", dependencies: [library]),
        .executableTarget(name: "PlugInServer", dependencies: ["ExamplePlugIns", command]),
        .testTarget(name: "ExamplePlugInsTests", dependencies: ["ExamplePlugIns", library]),
    ]
)
