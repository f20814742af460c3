/// The values of `--var name=value` and `\set`.

import LodeCore

package enum Variables {
    /// A number where the text is how that number is written, text otherwise: `:orders` can be a LIMIT and `:day` a date's text. What
    /// would not come back as it was given stays text: `01234` is a code, not a number.
    package static func value(_ text: String) -> Value {
        if let number = Int64(text) { return String(number) == text ? .integer(number) : .text(text) }
        let digits = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if digits.count == 2, digits.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0 >= 48 && $0 <= 57 } }), text.utf8.count < 37,
            digits[0].count == 1 || digits[0].first != UInt8(ascii: "0"), let unscaled = Int128(text.filter { $0 != "." })
        {
            return .decimal(unscaled, scale: digits[1].count)
        }
        switch text.lowercased() {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "null": return .null
        default: return .text(text)
        }
    }
}
