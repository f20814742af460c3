/// The values of `--var name=value` and `\set`.

import LodeCore

package enum Variables {
    /// A number where the text is one, text otherwise: `:orders` can be a LIMIT and `:day` a date's text.
    package static func value(_ text: String) -> Value {
        if let number = Int64(text) { return .integer(number) }
        let digits = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if digits.count == 2, digits.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0 >= 48 && $0 <= 57 } }), text.utf8.count < 37,
            let unscaled = Int128(text.filter { $0 != "." })
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
