// swift-tools-version: 6.2
// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
    name: "Examples",
    dependencies: [
        .package(name: "swift-vllm", path: "..")
    ],
    targets: [
        .executableTarget(name: "Generate", dependencies: [.product(name: "VLLM", package: "swift-vllm")])
    ]
)
