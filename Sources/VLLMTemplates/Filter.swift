// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The filters of Jinja, but for `urlize`, which makes HTML.
enum Filter: String, Sendable {
    case abs, attr, batch, capitalize, center, count, d, `default`, dictsort, e, escape, filesizeformat, first
    case float, forceescape, format, groupby, indent, int, items, join, last, length, list, lower, map, max,
        min
    case pprint, random, reject, rejectattr, replace, reverse, round, safe, select, selectattr, slice, sort,
        string
    case striptags, sum, title, tojson, trim, truncate, unique, upper, urlencode, wordcount, wordwrap, xmlattr
}

extension Renderer {
    mutating func apply(_ call: FilterCall, to value: Value) throws(TemplateError) -> Value {
        guard let filter = call.filter else {
            throw .runtime("No filter named '\(call.name)' found.")
        }
        return try apply(filter, to: value, try evaluate(call.arguments))
    }

    mutating func apply(
        _ filter: Filter, to value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        try charge(1)
        switch filter {
        case .abs, .round, .int, .float, .sum, .filesizeformat:
            return try applyNumber(filter, to: value, arguments)
        case .map, .select, .reject, .selectattr, .rejectattr, .groupby, .sort, .unique, .min, .max,
            .dictsort:
            return try applySelection(filter, to: value, arguments)
        case .batch, .slice, .first, .last, .random, .list, .reverse, .join, .items, .count, .length:
            return try applySequence(filter, to: value, arguments)
        case .d, .default:
            let values = try arguments.bind("default", ["default_value", "boolean"])
            let isMissing = value.isUndefined || ((values[1]?.isTrue ?? false) && !value.isTrue)
            return isMissing ? values[0] ?? .string(.empty) : value
        case .attr:
            let name = try string(arguments.bind("attr", ["name"], required: 1)[0] ?? .none, "attr")
            return try ownAttributeOrUndefined(name, of: value)
        case .tojson: return try toJSON(value, arguments)
        case .pprint:
            _ = try arguments.bind("pprint", [])
            return try make(try prettyPrinted(value))
        default: return try applyText(filter, to: value, arguments)
        }
    }
}
