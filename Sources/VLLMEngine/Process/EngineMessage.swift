// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMTypes

/// What the process with the front end says to the one with the engine.
package enum EngineOrder: WireValue {
    /// The first: what to load. Without a path, the files that are part of the program.
    case load(EngineOptions, path: String?)
    case commands([EngineCommand])

    package static var blank: EngineOrder { .commands([]) }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var options: EngineOptions?
        var path: String?
        var commands: [EngineCommand] = []
        switch self {
        case .load(let given, let place): (options, path) = (given, place)
        case .commands(let given): commands = given
        }
        try options.code(&coder)
        try path.code(&coder)
        try commands.code(&coder)
        self = options.map { .load($0, path: path) } ?? .commands(commands)
    }
}

/// What the process with the engine says.
package enum EngineReport: WireValue {
    /// Bytes of weights that are packed, and all there are.
    case progress(done: Int, total: Int)
    case note(LoadNote)
    case ready(ModelInfo)
    /// The model could not be loaded.
    case failed(String)
    case step(StepOutput)

    package static var blank: EngineReport { .failed("") }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var tag: Int =
            switch self {
            case .progress: 0
            case .ready: 1
            case .failed: 2
            case .step: 3
            case .note: 4
            }
        try tag.code(&coder)
        if coder.isReading { self = try Self.blank(tag) }
        switch self {
        case .progress(var done, var total):
            try done.code(&coder)
            try total.code(&coder)
            self = .progress(done: done, total: total)
        case .note(var note):
            try note.code(&coder)
            self = .note(note)
        case .ready(var info):
            try info.code(&coder)
            self = .ready(info)
        case .failed(var message):
            try message.code(&coder)
            self = .failed(message)
        case .step(var step):
            try step.code(&coder)
            self = .step(step)
        }
    }

    private static func blank(_ tag: Int) throws(WireError) -> EngineReport {
        switch tag {
        case 0: .progress(done: 0, total: 0)
        case 1: .ready(.blank)
        case 2: .failed("")
        case 3: .step(.blank)
        case 4: .note(.blank)
        default: throw WireError(description: "a report of kind \(tag)")
        }
    }
}

extension EngineCommand: WireValue {
    package static var blank: EngineCommand { .stop }

    package mutating func code(_ coder: inout WireCoder) throws(WireError) {
        var request: EngineRequest?
        var aborted: SequenceID?
        var stops = false
        switch self {
        case .add(let value): request = value
        case .abort(let value): aborted = value
        case .resetPrefixCache: break
        case .stop: stops = true
        }
        try request.code(&coder)
        try aborted.code(&coder)
        try stops.code(&coder)
        if let request {
            self = .add(request)
        } else if let aborted {
            self = .abort(aborted)
        } else {
            self = stops ? .stop : .resetPrefixCache
        }
    }
}
