/// Constants as they are written: literals, intervals and parameters.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    func bindConstantSyntax(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        switch expression.kind {
        case .literal(let literal): return try bindLiteral(literal, expression.span)
        case .interval(let interval): return try bindInterval(interval, expression.span, scope)
        case .parameter(let parameter): return try bindParameter(parameter, expression.span)
        default:
            throw SQLError(
                .syntaxError, "DEFAULT is not allowed here", at: expression.span,
                hint: "It stands for a column's default in INSERT … VALUES only.")
        }
    }

    func bindLiteral(_ literal: Literal, _ span: SourceSpan) throws(SQLError) -> BoundExpression {
        switch literal {
        case .null: return .constant(.null, .null)
        case .boolean(let flag): return .constant(.boolean(flag), .boolean)
        case .number(let text): return try NumberLiteral.constant(text, at: span)
        case .string(let text): return .constant(.text(text), .null)
        case .blob(let bytes): return .constant(.bytes(bytes), .varbinary)
        case .typed(let name, let text):
            let type = try TypeBinder.type(name, roundsTimes: true)
            return try rounded(try convert(.constant(.text(text), .null), to: type, at: span), to: name, type, at: span)
        }
    }

    /// The value given for a parameter. Texts stay untyped, so that `:day` may be a date.
    private func bindParameter(_ parameter: Parameter, _ span: SourceSpan) throws(SQLError) -> BoundExpression {
        let key: String, shown: String
        switch parameter {
        case .position(let number):
            if let positions { return try positions.expression(number, at: span) }
            (key, shown) = (String(number), "$\(number)")
        case .name(let name): (key, shown) = (name, ":\(name)")
        }
        guard let value = parameters[key] else {
            let near = NearestName.find(key, among: parameters.keys.sorted())
            throw SQLError(
                .undefinedParameter, "there is no value for the parameter \(shown)", at: span,
                hint: near.map { "Did you mean :\($0)?" } ?? "Give it with --var \(key)=value.")
        }
        return .constant(value, Self.type(of: value))
    }

    static func type(of value: Value) -> SQLType {
        switch value {
        case .null, .text: .null
        case .boolean: .boolean
        case .integer(let number): Int32(exactly: number) == nil ? .bigint : .integer
        case .decimal(let unscaled, let scale):
            .decimal(precision: min(38, max(String(unscaled.magnitude).utf8.count, scale, 1)), scale: scale)
        case .double: .double
        case .bytes: .varbinary
        case .date: .date
        case .time: .time
        case .timestamp: .timestamp
        case .timestampNanos: .timestampNanos
        case .interval: .interval
        case .uuid: .uuid
        case .list(let items): .list(items.first.map { Self.type(of: $0) } ?? .varchar)
        case .structure(let parts): .structure(parts.enumerated().map { Field("field\($0 + 1)", Self.type(of: $1)) })
        case .map(let entries):
            .map(
                key: entries.first.map { Self.type(of: $0.key) } ?? .varchar,
                value: entries.first.map { Self.type(of: $0.value) } ?? .varchar)
        }
    }

    private func bindInterval(_ literal: IntervalLiteral, _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression {
        guard case .literal(let written) = literal.value.kind else {
            let one = try intervalText("1", literal, span)
            let count = try bind(literal.value, scope)
            let product = try call("*", [one, try coerceCount(count, at: literal.value.span)], at: span)
            return literal.isNegative ? try call("-", [product], at: span) : product
        }
        let text: String
        switch written {
        case .string(let string): text = string
        case .number(let number): text = number
        default: throw SQLError(.syntaxError, "an interval is written as a string or a number", at: literal.value.span)
        }
        let value = try intervalText(text, literal, span)
        guard literal.isNegative, case .constant(.interval(let interval), let type) = value else { return value }
        let (micros, overflow) = Int64(0).subtractingReportingOverflow(interval.micros)
        guard !overflow, interval.months != .min, interval.days != .min else {
            throw SQLError(.datetimeFieldOverflow, "interval out of range", at: span)
        }
        return .constant(.interval(Interval(months: -interval.months, days: -interval.days, micros: micros)), type)
    }

    private func coerceCount(_ count: BoundExpression, at span: SourceSpan) throws(SQLError) -> BoundExpression {
        if count.isUntyped { return try convert(count, to: .double, at: span) }
        guard count.type.isNumeric else {
            throw SQLError(.datatypeMismatch, "an interval counts in numbers, not in \(count.type)", at: span)
        }
        return count
    }

    /// `'90' DAY` and `'1-2' YEAR TO MONTH` as the text that PostgreSQL reads: units are put behind bare numbers. What is finer
    /// than the last field of a quoted literal is discarded.
    private func intervalText(_ text: String, _ literal: IntervalLiteral, _ span: SourceSpan) throws(SQLError) -> BoundExpression {
        let hasWords = text.unicodeScalars.contains(where: \.properties.isAlphabetic)
        var full = text
        switch (literal.unit, literal.toUnit) {
        case (let unit?, nil) where !hasWords: full = "\(text) \(unit)"
        case ("minute"?, "second"?): full = "0:" + text
        case ("day"?, "hour"?) where !hasWords && !text.contains(":"): full = Self.daysAndHours(text)
        default: break
        }
        let value = try convert(.constant(.text(SQLText(full)), .null), to: .interval, at: span)
        guard case .literal(.string) = literal.value.kind, let last = literal.toUnit ?? literal.unit,
            case .constant(.interval(let interval), let type) = value
        else {
            if literal.precision == nil, literal.leadingPrecision == nil { return value }
            throw .unsupported("a precision of an interval that is no text", at: span)
        }
        var cut = Self.cut(interval, to: last)
        if literal.leadingPrecision != nil || (literal.precision != nil && last != "second") {
            throw .unsupported("a precision of interval fields other than the second", at: span)
        }
        if let digits = literal.precision { cut.micros = try Self.rounded(cut.micros, digits, at: span) }
        return .constant(.interval(cut), type)
    }

    /// This many digits of a second; halves go away from zero (PostgreSQL, AdjustIntervalForTypmod).
    private static func rounded(_ micros: Int64, _ digits: Int, at span: SourceSpan) throws(SQLError) -> Int64 {
        guard (0...6).contains(digits) else {
            throw SQLError(.invalidParameterValue, "precision of interval must be from 0 to 6", at: span)
        }
        let unit = (digits..<6).reduce(Int64(1)) { unit, _ in unit * 10 }
        let (sum, overflow) = micros.addingReportingOverflow(micros < 0 ? -(unit / 2) : unit / 2)
        if overflow { throw SQLError(.datetimeFieldOverflow, "interval out of range", at: span) }
        return sum / unit * unit
    }

    /// `1 5` are a day and five hours, `5` alone hours.
    private static func daysAndHours(_ text: String) -> String {
        let parts = text.split(separator: " ")
        return parts.count == 2 ? "\(parts[0]) days \(parts[1]) hours" : "\(text) hours"
    }

    /// - Source: PostgreSQL 17, 8.5.4 "Interval Input": "field values to the right of the least significant field … are discarded".
    private static func cut(_ interval: Interval, to field: String) -> Interval {
        func clock(_ unit: Int64) -> Interval {
            Interval(months: interval.months, days: interval.days, micros: interval.micros / unit * unit)
        }
        switch field.hasSuffix("s") ? String(field.dropLast()) : field {
        case "year": return Interval(months: interval.months / 12 * 12)
        case "month": return Interval(months: interval.months)
        case "day": return Interval(months: interval.months, days: interval.days)
        case "hour": return clock(3_600_000_000)
        case "minute": return clock(60_000_000)
        default: return interval
        }
    }
}
