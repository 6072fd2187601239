// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import CYAML

/// Reads one YAML document with libyaml, bounded in depth and without aliases, which a few lines can make huge.
@safe package struct YAMLParser: ~Copyable {
    private static let depthLimit = 16

    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let event = UnsafeMutablePointer<yaml_event_t>.allocate(capacity: 1)
    private var hasEvent = false

    /// The document's value; an empty document is an empty mapping.
    package static func parse(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode {
        // The parser reads the bytes while the closure lasts.
        let result: Result<YAMLNode, YAMLError> = unsafe bytes.withUnsafeBufferPointer { buffer in
            var parser = YAMLParser()
            unsafe yaml_parser_set_input_string(parser.parser, buffer.baseAddress, buffer.count)
            do throws(YAMLError) {
                return .success(try parser.document())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init() { unsafe yaml_parser_initialize(parser) }

    deinit {
        if hasEvent { unsafe yaml_event_delete(event) }
        unsafe yaml_parser_delete(parser)
        unsafe event.deallocate()
        unsafe parser.deallocate()
    }

    private mutating func document() throws(YAMLError) -> YAMLNode {
        try next()
        try next()
        if type == YAML_STREAM_END_EVENT { return .mapping([]) }
        try next()
        let node = try node(depth: 0)
        try next()
        try next()
        guard type == YAML_STREAM_END_EVENT else { throw error("a second document; one is read.") }
        return node
    }

    private var type: yaml_event_type_t { unsafe event.pointee.type }
    private var line: Int { unsafe event.pointee.start_mark.line + 1 }

    private func error(_ message: String) -> YAMLError { YAMLError(line: line, message: message) }

    /// Goes to the next event.
    private mutating func next() throws(YAMLError) {
        if hasEvent { unsafe yaml_event_delete(event) }
        hasEvent = false
        guard unsafe yaml_parser_parse(parser, event) != 0 else {
            let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "no YAML"
            throw YAMLError(line: unsafe parser.pointee.problem_mark.line + 1, message: "\(problem).")
        }
        hasEvent = true
    }

    /// The value at the current event; afterwards that event is the value's last.
    private mutating func node(depth: Int) throws(YAMLError) -> YAMLNode {
        guard depth <= Self.depthLimit else {
            throw error("values are nested deeper than \(Self.depthLimit).")
        }
        switch type {
        case YAML_SCALAR_EVENT: return scalar()
        case YAML_SEQUENCE_START_EVENT:
            var elements: [YAMLNode] = []
            try next()
            while type != YAML_SEQUENCE_END_EVENT {
                elements.append(try node(depth: depth + 1))
                try next()
            }
            return .sequence(elements)
        case YAML_MAPPING_START_EVENT: return .mapping(try entries(depth: depth))
        case YAML_ALIAS_EVENT: throw error("aliases are not read; write the value again.")
        default: throw error("no value.")
        }
    }

    private mutating func entries(depth: Int) throws(YAMLError) -> [(key: String, value: YAMLNode, line: Int)]
    {
        var entries: [(key: String, value: YAMLNode, line: Int)] = []
        var keys: Set<String> = []
        try next()
        while type != YAML_MAPPING_END_EVENT {
            let line = line
            guard case .scalar(let key, _) = try node(depth: depth + 1) else {
                throw YAMLError(line: line, message: "a key that is no text.")
            }
            guard keys.insert(key).inserted else {
                throw YAMLError(line: line, message: "a second '\(key)'.")
            }
            try next()
            entries.append((key, try node(depth: depth + 1), line))
            try next()
        }
        return entries
    }

    private func scalar() -> YAMLNode {
        let scalar = unsafe event.pointee.data.scalar
        let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        return unsafe .scalar(
            String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
    }
}
