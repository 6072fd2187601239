// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Logging

/// Writes log events to standard error: level, date, time, message, then metadata as `key=value`.
package struct StandardErrorLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    package var metadataProvider: Logger.MetadataProvider?

    /// Creates a handler that drops events below a level.
    package init(level: Logger.Level) { logLevel = level }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        for (key, value) in metadataProvider?.get() ?? [:] { all[key] = value }
        for (key, value) in event.metadata ?? [:] { all[key] = value }
        Terminal.printError(
            Self.line(level: event.level, time: Self.now, message: "\(event.message)", metadata: all))
    }

    /// The text of an event; line breaks in a message are indented so that a line that starts with a level is an event.
    package static func line(
        level: Logger.Level, time: String, message: String, metadata: Logger.Metadata = [:]
    ) -> String {
        var text = "\(name(of: level)) \(time) "
        for character in message {
            text.append(character)
            if character.isNewline { text += "    " }
        }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { text += " \(key)=\(value)" }
        return text + "\n"
    }

    private static func name(of level: Logger.Level) -> String {
        switch level {
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info, .notice: "INFO"
        case .warning: "WARNING"
        case .error: "ERROR"
        case .critical: "CRITICAL"
        }
    }

    /// The local date and time, `11-21 06:56:37`.
    private static var now: String {
        var seconds = time(nil)
        var parts = unsafe tm()
        guard unsafe localtime_r(&seconds, &parts) != nil else { return "-" }
        let numbers = unsafe [parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec]
        let texts = numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(texts[0])-\(texts[1]) \(texts[2]):\(texts[3]):\(texts[4])"
    }
}
