// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import NIOHTTP1

/// The time that a response asks to wait (RFC 9110, 10.2.3).
package enum RetryAfter {
    /// Reads `Retry-After` as seconds or a date, else the reset of a `RateLimit` header; nil where there is neither.
    ///
    /// - Parameter unixTime: now, for a date in a response that has no `Date` of its own.
    static func delay(in headers: HTTPHeaders, unixTime: Int) -> Duration? {
        if let text = headers.first(name: "Retry-After")?.trimmed {
            if let seconds = Int(text), seconds >= 0 { return .seconds(min(seconds, 1 << 31)) }
            if let date = seconds(ofDate: text) {
                let now = headers.first(name: "Date").flatMap { seconds(ofDate: $0.trimmed) } ?? unixTime
                return .seconds(max(0, date - now))
            }
        }
        return reset(in: headers)
    }

    /// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    package static func seconds(ofDate text: String) -> Int? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
            let month = months.firstIndex(of: parts[2].lowercased()),
            (1...31).contains(day), (1970...9999).contains(year)
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { UInt8($0).map(Int.init) }
        guard clock.count == 3, clock[0] < 24, clock[1] < 60, clock[2] <= 60 else { return nil }
        return days(year, month + 1, day) * 86400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
    }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    /// Days since 1970 of a date of the Gregorian calendar, with years that begin in March.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    /// The `t` of `RateLimit: "api";r=0;t=55` where nothing remains.
    private static func reset(in headers: HTTPHeaders) -> Duration? {
        guard let text = headers.first(name: "RateLimit") else { return nil }
        var values: [Substring: Int] = [:]
        for item in text.split(whereSeparator: { $0 == ";" || $0 == " " }) {
            let pair = item.split(separator: "=")
            if pair.count == 2, let value = Int(pair[1]) { values[pair[0]] = value }
        }
        guard values["r"] == 0, let seconds = values["t"], seconds >= 0 else { return nil }
        return .seconds(min(seconds, 1 << 31))
    }
}

extension String {
    /// The text without spaces around it.
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
