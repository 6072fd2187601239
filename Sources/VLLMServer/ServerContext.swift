// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPTypes
import Logging
import VLLMChat
import VLLMEngine
import VLLMJSON
import VLLMTypes

/// What all routes share.
final class ServerContext: Sendable {
    let engine: AsyncLLM
    let configuration: ServerConfiguration
    let formatter: ChatFormatter
    let logger: Logger
    let gate = RequestGate()
    let load = LoadCounter()
    let statistics = HTTPStatistics()
    /// Where large bodies are worked on; nil where the system gave no thread for it.
    let background = BackgroundExecutor()
    /// When the server was made, in seconds since 1970.
    let created: Int
    /// What the model is called, the first in answers.
    let modelNames: [String]

    init(engine: AsyncLLM, configuration: ServerConfiguration, formatter: ChatFormatter, logger: Logger) {
        self.engine = engine
        self.configuration = configuration
        self.formatter = formatter
        self.logger = logger
        created = Self.now
        modelNames =
            configuration.servedModelNames.isEmpty ? [engine.info.name] : configuration.servedModelNames
    }

    /// Seconds since 1970.
    static var now: Int { time(nil) }

    /// What the client calls the model; throws for a name that is none of it.
    func modelName(_ fields: FieldReader) throws(APIError) -> String {
        guard let name = try fields.string("model"), !name.isEmpty else { return modelNames[0] }
        guard modelNames.contains(name) else {
            throw APIError(
                .notFound, type: "NotFoundError",
                "The model `\(name)` does not exist. Valid aliases: \(modelNames.joined(separator: ", ")).",
                parameter: "model")
        }
        // Whatever alias the client knows, answers bear the first.
        return modelNames[0]
    }

    /// What decides the bits of an answer.
    var systemFingerprint: String { "vllm-\(configuration.version)-\(engine.info.numericsID)" }

    /// Tells fields that change nothing, so that a misspelt one can be found.
    func logUnknown(_ body: FieldReader, known: Set<String>) {
        guard logger.logLevel <= .debug else { return }
        let unknown = body.object.keys.filter { !known.contains($0) }
        guard !unknown.isEmpty else { return }
        logger.debug("Fields of the request that change nothing: \(unknown.joined(separator: ", "))")
    }
}

/// Draws the names of requests.
enum RequestID {
    /// Sixteen hexadecimal digits.
    static func random() -> String { hex(UInt64.random(in: .min ... .max)) }

    /// Thirty-two hexadecimal digits.
    static func randomLong() -> String { random() + random() }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
