// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Writes Oniguruma's character properties as members of a PCRE2 character class.
///
/// PCRE2's own tables may be older than Unicode 16.0 (Debian 12 has 14.0), so what was assigned since is
/// added as ranges; adding what PCRE2 knows already changes nothing.
enum UnicodePropertyNames {
    private static let added = ScalarSet(UnicodePropertyData.addedSince14).ranges
    /// Alphabetic symbols, which `\w` has besides letters, marks, decimal and letter numbers and connectors.
    private static let otherWord =
        #"\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}\x{1F170}-\x{1F189}"#

    /// `\p{Alphabetic}`.
    static let alphabetic = category("L") + category("Nl") + ranges(of: UnicodePropertyData.otherAlphabetic)
    /// `\p{Uppercase}`.
    static let upper = category("Lu") + ranges(of: UnicodePropertyData.otherUppercase)
    /// `\p{Lowercase}`.
    static let lower = category("Ll") + ranges(of: UnicodePropertyData.otherLowercase)
    /// `\s`.
    static let space = #"\x{9}-\x{D}\x{85}\p{Z}"#
    /// `\h`.
    static let hexadecimal = "0-9A-Fa-f"
    /// `\d`.
    static let digit = category("Nd")
    /// `\w` inside a class.
    static let wordInClass = ["L", "M", "Nd", "Nl", "Pc"].map(category).joined() + otherWord
    /// `\w` outside of classes, where Oniguruma has six numbers of Latin-1 besides.
    static let word = wordInClass + #"\x{B2}\x{B3}\x{B9}\x{BC}-\x{BE}"#

    /// Returns the class members for a property's name, without the braces.
    static func members(_ name: String) -> String {
        let key = String(name.filter { $0 != " " && $0 != "_" && $0 != "-" }).lowercased()
        if let known = longNames[key] { return known }
        if let short = GeneralCategory.names.first(where: { $0.lowercased() == key }) {
            return category(short)
        }
        if key.utf8.count == 1 { return category(key.uppercased()) }
        if let later = scriptsSince14[key] { return "\\p{sc:\(name)}" + later }
        if binaryProperties.contains(key) { return "\\p{\(key)}" }
        return "\\p{sc:\(name)}"
    }

    /// Returns the class members for code points.
    private static func ranges(_ ranges: [ClosedRange<UInt32>]) -> String {
        ranges.map { "\\x{\(String($0.lowerBound, radix: 16))}-\\x{\(String($0.upperBound, radix: 16))}" }
            .joined()
    }

    /// Returns the class members for an encoded set.
    private static func ranges(of set: StaticString) -> String {
        ranges(ScalarSet(set).ranges)
    }

    /// Returns the class members for a general category.
    static func category(_ name: String) -> String {
        let properties = UnicodeProperties.shared
        var members: [ClosedRange<UInt32>] = []
        for range in added {
            var start = range.lowerBound
            while start <= range.upperBound {
                let category = properties.category(start)
                var end = start
                while end < range.upperBound, properties.category(end + 1) == category { end += 1 }
                if GeneralCategory.matches(category, name: name) { members.append(start...end) }
                start = end + 1
            }
        }
        return "\\p{\(name)}" + ranges(members)
    }

    /// Returns the class members for a POSIX bracket's name, or nil if there is none.
    static func bracket(_ name: String) -> String? {
        switch name {
        case "alpha": alphabetic
        case "alnum": alphabetic + digit
        case "ascii": #"\x{0}-\x{7F}"#
        case "blank": #"\x{9}\p{Zs}"#
        case "cntrl": #"\p{Cc}"#
        case "digit": digit
        case "lower": lower
        case "punct": category("P") + category("S")
        case "space": space
        case "upper": upper
        case "word": wordInClass
        case "xdigit": hexadecimal
        default: nil
        }
    }

    /// What has been assigned to the scripts that patterns name.
    private static let scriptsSince14 = [
        "han": #"\x{2B739}\x{2EBF0}-\x{2EE5D}\x{31350}-\x{323AF}"#, "hiragana": #"\x{1B132}"#,
        "katakana": #"\x{1B155}"#,
    ]

    /// Properties that PCRE2 has under their own name.
    private static let binaryProperties: Set<String> = [
        "any", "ascii", "whitespace", "emoji", "emojipresentation",
        "emojimodifier", "emojimodifierbase", "emojicomponent", "extendedpictographic", "ideographic",
        "unifiedideograph", "idstart", "idcontinue", "xidstart", "xidcontinue", "joincontrol", "dash",
        "diacritic",
        "variationselector", "regionalindicator",
    ]

    private static let longNames: [String: String] = [
        "letter": category("L"), "mark": category("M"), "number": category("N"), "punctuation": category("P"),
        "symbol": category("S"), "separator": category("Z"), "other": category("C"),
        "uppercaseletter": category("Lu"), "lowercaseletter": category("Ll"),
        "titlecaseletter": category("Lt"),
        "modifierletter": category("Lm"), "otherletter": category("Lo"), "nonspacingmark": category("Mn"),
        "spacingmark": category("Mc"), "enclosingmark": category("Me"), "decimalnumber": category("Nd"),
        "letternumber": category("Nl"), "othernumber": category("No"), "control": category("Cc"),
        "format": category("Cf"), "space": space, "digit": digit, "word": word, "xdigit": hexadecimal,
        "punct": category("P"), "alpha": alphabetic, "alphabetic": alphabetic, "alnum": alphabetic + digit,
        "upper": upper, "uppercase": upper, "lower": lower, "lowercase": lower, "whitespace": space,
    ]
}
