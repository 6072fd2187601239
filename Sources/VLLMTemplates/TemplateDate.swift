// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// A date and time of the Gregorian calendar, for templates that print today's date.
public struct TemplateDate: Sendable, Hashable {
    /// The year, 1 BC as 0.
    public let year: Int
    /// The month, from 1.
    public let month: Int
    /// The day of the month, from 1.
    public let day: Int
    /// The hour, from 0 to 23.
    public let hour: Int
    /// The minute, from 0 to 59.
    public let minute: Int
    /// The second, from 0 to 59.
    public let second: Int
    /// The number of days since Sunday.
    public let weekday: Int
    /// The day of the year, from 1.
    public let dayOfYear: Int
    private let secondsSinceEpoch: Int

    /// Converts seconds since 1970-01-01 00:00 UTC to the calendar of a place.
    ///
    /// `%Z` and `%z` print nothing, as with Python's `datetime.now()`, which knows no zone.
    public init(secondsSinceEpoch: Int, offsetFromUTCInSeconds: Int = 0) {
        self.secondsSinceEpoch = secondsSinceEpoch
        let limit = 1 << 50
        let local =
            min(max(secondsSinceEpoch, -limit), limit) + min(max(offsetFromUTCInSeconds, -limit), limit)
        let days = Int((Double(local) / 86400).rounded(.down))
        let rest = local - days * 86400
        hour = rest / 3600
        minute = rest / 60 % 60
        second = rest % 60
        weekday = ((days + 4) % 7 + 7) % 7
        (year, month, day) = Self.civil(days)
        dayOfYear = days - Self.days(year, 1, 1) + 1
    }

    /// The date of a day since 1970-01-01 (E. Reingold and N. Dershowitz, "Calendrical Calculations":
    /// years begin in March, so that the leap day is the last).
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The days from 1970-01-01 to a date.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    // MARK: - Formatting

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]
    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    /// Formats as `strftime` does in the C locale; unknown directives stay as they are.
    func formatted(_ format: String) -> String {
        var result = ""
        var scalars = format.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "%", let first = scalars.first else {
                result.unicodeScalars.append(scalar)
                continue
            }
            var directive = first
            scalars.removeFirst()
            var flag: Unicode.Scalar?
            if "-_0^#".unicodeScalars.contains(directive), let next = scalars.popFirst() {
                flag = directive
                directive = next
            }
            guard let text = field(directive, flag) else {
                result += "%" + (flag.map { String($0) } ?? "") + String(directive)
                continue
            }
            result += flag == "^" ? text.uppercased() : text
        }
        return result
    }

    private func field(_ directive: Unicode.Scalar, _ flag: Unicode.Scalar?) -> String? {
        func number(_ value: Int, _ width: Int, _ fill: Character = "0") -> String {
            let fill: Character = flag == "_" ? " " : flag == "0" ? "0" : fill
            let digits = String(value)
            let missing = flag == "-" ? 0 : max(0, width - digits.utf8.count)
            return String(repeating: fill, count: missing) + digits
        }
        let hour12 = hour % 12 == 0 ? 12 : hour % 12
        switch directive {
        case "a": return String(Self.weekdays[weekday].prefix(3))
        case "A": return Self.weekdays[weekday]
        case "b", "h": return String(Self.months[month - 1].prefix(3))
        case "B": return Self.months[month - 1]
        case "d": return number(day, 2)
        case "e": return number(day, 2, " ")
        case "m": return number(month, 2)
        case "y": return number((year % 100 + 100) % 100, 2)
        case "Y": return String(year)
        case "C": return number(year / 100, 2)
        case "H": return number(hour, 2)
        case "k": return number(hour, 2, " ")
        case "I": return number(hour12, 2)
        case "l": return number(hour12, 2, " ")
        case "M": return number(minute, 2)
        case "S": return number(second, 2)
        case "f": return "000000"
        case "p": return hour < 12 ? "AM" : "PM"
        case "P": return hour < 12 ? "am" : "pm"
        case "j": return number(dayOfYear, 3)
        case "w": return String(weekday)
        case "u": return String(weekday == 0 ? 7 : weekday)
        case "U": return number((dayOfYear + 6 - weekday) / 7, 2)
        case "W": return number((dayOfYear + 6 - (weekday + 6) % 7) / 7, 2)
        case "V": return number(isoWeek.week, 2)
        case "G": return String(isoWeek.year)
        case "g": return number(isoWeek.year % 100, 2)
        case "s": return String(secondsSinceEpoch)
        case "z", "Z": return ""
        case "n": return "\n"
        case "t": return "\t"
        case "%": return "%"
        case "c": return formatted("%a %b %e %H:%M:%S %Y")
        case "D", "x": return formatted("%m/%d/%y")
        case "F": return formatted("%Y-%m-%d")
        case "R": return formatted("%H:%M")
        case "r": return formatted("%I:%M:%S %p")
        case "T", "X": return formatted("%H:%M:%S")
        default: return nil
        }
    }

    /// The week that begins on a Monday and belongs to the year of its Thursday.
    private var isoWeek: (year: Int, week: Int) {
        let thursday = Self.days(year, month, day) + 3 - (weekday + 6) % 7
        let year = Self.civil(thursday).year
        return (year, (thursday - Self.days(year, 1, 1)) / 7 + 1)
    }
}
