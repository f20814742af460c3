/// Times as settings give them: `500`, `'500ms'`, `'1.5s'`, `'5 min'`.

import LodeCore

/// A length of time in milliseconds, which is what numbers without a unit mean.
/// - Source: PostgreSQL 17, 19.1.1 "Parameter Names and Values".
package enum DurationText {
    private static let units: [(name: String, milliseconds: Double)] = [
        ("us", 0.001), ("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Milliseconds, rounded; nil for what is no length of time, or more than 24 days.
    package static func milliseconds(_ text: String) -> Int? {
        let trimmed = text.filter { $0 != " " }
        let digits = trimmed.prefix { $0.isNumber || $0 == "." }, unit = trimmed.dropFirst(digits.count)
        guard let number = Double(digits), unit.isEmpty || units.contains(where: { $0.name == unit }) else { return nil }
        let value = (number * (units.first { $0.name == unit }?.milliseconds ?? 1)).rounded()
        return value <= Double(Int32.max) ? Int(value) : nil
    }

    /// The text as SHOW gives it: in the largest unit that is whole.
    static func shown(_ text: String) throws(SQLError) -> String {
        guard let value = milliseconds(text) else {
            throw SQLError(
                .invalidParameterValue, "invalid value \"\(text)\"",
                hint: "Expected a length of time, such as 500 (milliseconds), '500ms', '30s' or '5min'.")
        }
        if value == 0 { return "0" }
        let unit = units.dropFirst().last { value % Int($0.milliseconds) == 0 }
        return "\(value / Int(unit?.milliseconds ?? 1))\(unit?.name ?? "ms")"
    }
}
