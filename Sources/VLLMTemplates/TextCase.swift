// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Letter case and character classes as Python's `str` has them.
enum TextCase {
    static func upper(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars { result += scalar.properties.uppercaseMapping }
        return result
    }

    static func lower(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for index in scalars.indices { result += lower(scalars, index) }
        return result
    }

    /// The lower case of one character; a sigma at the end of a word has its own.
    private static func lower(_ scalars: [Unicode.Scalar], _ index: Int) -> String {
        if scalars[index] != "\u{3A3}" { return scalars[index].properties.lowercaseMapping }
        var before = index - 1
        while before >= 0, scalars[before].properties.isCaseIgnorable { before -= 1 }
        var after = index + 1
        while after < scalars.count, scalars[after].properties.isCaseIgnorable { after += 1 }
        let isFinal =
            before >= 0 && scalars[before].properties.isCased
            && !(after < scalars.count && scalars[after].properties.isCased)
        return isFinal ? "\u{3C2}" : "\u{3C3}"
    }

    static func capitalize(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.first else { return "" }
        var result = first.properties.titlecaseMapping
        for index in scalars.indices.dropFirst() { result += lower(scalars, index) }
        return result
    }

    static func title(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        var isInWord = false
        for index in scalars.indices {
            result += isInWord ? lower(scalars, index) : scalars[index].properties.titlecaseMapping
            isInWord = scalars[index].properties.isCased
        }
        return result
    }

    static func swap(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for index in scalars.indices {
            let properties = scalars[index].properties
            if properties.isUppercase {
                result += lower(scalars, index)
            } else {
                result += properties.isLowercase ? properties.uppercaseMapping : String(scalars[index])
            }
        }
        return result
    }

    /// The answer of a method that begins with `is`.
    static func has(_ method: StringMethod, _ text: String) -> Bool {
        let scalars = text.unicodeScalars
        switch method {
        case .isascii: return text.utf8.allSatisfy { $0 < 0x80 }
        case .isprintable: return scalars.allSatisfy(isPrintable)
        case .islower: return isCased(text) { $0.properties.isLowercase }
        case .isupper: return isCased(text) { $0.properties.isUppercase }
        case .istitle: return isTitle(text)
        case .isidentifier:
            guard let first = scalars.first, first == "_" || first.properties.isXIDStart else { return false }
            return scalars.allSatisfy { $0.properties.isXIDContinue }
        default: return !text.isEmpty && scalars.allSatisfy { isMember($0, of: method) }
        }
    }

    private static func isMember(_ scalar: Unicode.Scalar, of method: StringMethod) -> Bool {
        switch method {
        case .isspace: TextSpace.isSpace(scalar)
        case .isalpha: isLetter(scalar)
        case .isdecimal: scalar.properties.numericType == .decimal
        case .isdigit: isDigit(scalar)
        case .isnumeric: scalar.properties.numericType != nil
        case .isalnum: isLetter(scalar) || scalar.properties.numericType != nil
        default: false
        }
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.numericType == .decimal || scalar.properties.numericType == .digit
    }

    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    private static func isCased(_ text: String, _ isWanted: (Unicode.Scalar) -> Bool) -> Bool {
        var found = false
        for scalar in text.unicodeScalars {
            let isTitle = scalar.properties.generalCategory == .titlecaseLetter
            let isLetter = scalar.properties.isUppercase || scalar.properties.isLowercase || isTitle
            if isLetter, isTitle || !isWanted(scalar) { return false }
            found = found || isLetter
        }
        return found
    }

    private static func isTitle(_ text: String) -> Bool {
        var found = false
        var isAfterCased = false
        for scalar in text.unicodeScalars {
            let properties = scalar.properties
            if properties.isUppercase || properties.generalCategory == .titlecaseLetter {
                if isAfterCased { return false }
                isAfterCased = true
                found = true
            } else if properties.isLowercase {
                if !isAfterCased { return false }
                found = true
            } else {
                isAfterCased = false
            }
        }
        return found
    }

    /// Whether `repr` shows a character as it is.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == " " { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }
}
