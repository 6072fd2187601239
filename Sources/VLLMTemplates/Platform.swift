// swift-vllm
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the C library is needed for.
enum Platform {
    static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

    /// Formats a number as `printf` does with `%.{precision}{conversion}`.
    ///
    /// - Parameter conversion: One of `e`, `f` and `g`; `#` before it keeps the decimal point.
    static func format(_ value: Double, precision: Int, conversion: String) -> String {
        let precision = Int32(min(max(precision, 0), 1000))
        let digits = conversion.hasSuffix("f") ? 320 : 16
        var buffer = [CChar](repeating: 0, count: digits + Int(precision) + 16)
        let count = buffer.count
        let written = unsafe withVaList([precision, value]) { arguments in
            unsafe vsnprintf(&buffer, count, "%.*" + conversion, arguments)
        }
        let bytes = buffer.prefix(max(0, Int(written))).map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The present date and time where this runs.
    static func localTime() -> TemplateDate {
        var seconds = time(nil)
        var parts = unsafe tm()
        guard unsafe localtime_r(&seconds, &parts) != nil else {
            return TemplateDate(secondsSinceEpoch: seconds)
        }
        return unsafe TemplateDate(secondsSinceEpoch: seconds, offsetFromUTCInSeconds: parts.tm_gmtoff)
    }
}
