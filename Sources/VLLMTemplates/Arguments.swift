// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The values with which a function, filter, test or macro is called.
struct Arguments {
    var positional: [Value] = []
    var keyword: [(name: Text, value: Value)] = []

    /// Assigns the arguments to parameters by place and by name.
    ///
    /// Gives one value a parameter, nil for those that are left out. Fails if there are too many, if a name
    /// is unknown or given twice, or if one of the first `required` is missing.
    func bind(_ function: String, _ names: [String], required: Int = 0) throws(TemplateError) -> [Value?] {
        if positional.count > names.count {
            throw .runtime(
                "\(function)() takes at most \(names.count) argument(s), got \(positional.count)")
        }
        var values: [Value?] = positional
        values += [Value?](repeating: nil, count: names.count - positional.count)
        for argument in keyword {
            guard let place = names.firstIndex(of: argument.name.string) else {
                throw .runtime("\(function)() got an unexpected keyword argument '\(argument.name.string)'")
            }
            if values[place] != nil {
                throw .runtime("\(function)() got multiple values for argument '\(argument.name.string)'")
            }
            values[place] = argument.value
        }
        for place in 0..<required where values[place] == nil {
            throw .runtime("\(function)() is missing the argument '\(names[place])'")
        }
        return values
    }

    /// Takes only arguments by place.
    func positional(_ function: String, _ range: ClosedRange<Int>) throws(TemplateError) -> [Value] {
        if let argument = keyword.first {
            throw .runtime("\(function)() takes no keyword argument '\(argument.name.string)'")
        }
        guard range.contains(positional.count) else {
            throw .runtime("\(function)() takes \(range) arguments, got \(positional.count)")
        }
        return positional
    }

    /// The same arguments without the first ones.
    func dropFirst(_ count: Int) -> Arguments {
        Arguments(positional: Array(positional.dropFirst(count)), keyword: keyword)
    }
}
