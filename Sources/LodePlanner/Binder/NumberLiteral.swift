/// Which type a written number has.

import LodeCore
import LodePlan
import LodeVectors

enum NumberLiteral {
    /// Integers are integer, bigint or decimal, as large as needed; a point makes an exact decimal, an exponent a double.
    /// - Throws: `22003` for integers of more than 38 digits, which would lose digits as doubles.
    static func constant(_ text: String, at span: SourceSpan) throws(SQLError) -> BoundExpression {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative ? text.dropFirst() : text[...]
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") { return try radix(digits.dropFirst(2), 16, isNegative, span) }
        if digits.hasPrefix("0o") || digits.hasPrefix("0O") { return try radix(digits.dropFirst(2), 8, isNegative, span) }
        if digits.hasPrefix("0b") || digits.hasPrefix("0B") { return try radix(digits.dropFirst(2), 2, isNegative, span) }
        if let number = Int64(text) { return integer(number) }
        if digits.utf8.contains(where: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }) { return try double(text, span) }
        if let exact = decimal(digits, isNegative) { return exact }
        guard digits.utf8.contains(UInt8(ascii: ".")) else {
            throw SQLError(
                .numericValueOutOfRange, "integer literal has more than 38 digits", at: span,
                hint: "Write it with an exponent, such as 1e39, if a double is meant.")
        }
        return try double(text, span)
    }

    static func integer(_ number: Int64) -> BoundExpression {
        .constant(.integer(number), Int32(exactly: number) == nil ? .bigint : .integer)
    }

    /// The constant with the other sign; nil if it is not a number.
    static func negated(_ constant: BoundExpression) -> BoundExpression? {
        guard case .constant(let value, let type) = constant else { return nil }
        switch value {
        case .integer(let number) where type == .integer || type == .bigint:
            return number == .min ? nil : integer(-number)
        case .decimal(let unscaled, 0) where type.isDecimal:
            if let narrow = Int64(exactly: -unscaled) { return integer(narrow) }
            return .constant(.decimal(-unscaled, scale: 0), type)
        case .decimal(let unscaled, let scale): return .constant(.decimal(-unscaled, scale: scale), type)
        case .double(let number): return .constant(.double(-number), type)
        default: return nil
        }
    }

    private static func radix(_ digits: Substring, _ radix: Int, _ isNegative: Bool, _ span: SourceSpan) throws(SQLError) -> BoundExpression
    {
        guard let number = Int64((isNegative ? "-" : "") + digits, radix: radix) else {
            throw SQLError(.numericValueOutOfRange, "integer literal is out of range for type bigint", at: span)
        }
        return integer(number)
    }

    private static func double(_ text: String, _ span: SourceSpan) throws(SQLError) -> BoundExpression {
        do throws(SQLError) {
            return .constant(try LiteralText.value(text, .double) ?? .null, .double)
        } catch {
            throw error.at(span)
        }
    }

    /// `12.50` is decimal(4,2) and `0.05` decimal(2,2); nil if it has more than 38 digits.
    private static func decimal(_ text: Substring, _ isNegative: Bool) -> BoundExpression? {
        var unscaled: Int128 = 0, scale = 0, count = 0, seenPoint = false
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                if seenPoint { return nil }
                seenPoint = true
                continue
            }
            guard byte >= 48, byte <= 57 else { return nil }
            if unscaled != 0 || byte != 48 { count += 1 }
            if seenPoint { scale += 1 }
            guard count <= Decimal128.maximumPrecision, scale <= Decimal128.maximumPrecision else { return nil }
            unscaled = unscaled * 10 + Int128(byte - 48)
        }
        return .constant(.decimal(isNegative ? -unscaled : unscaled, scale: scale), .decimal(precision: max(count, scale, 1), scale: scale))
    }
}
