/// Expressions as SQL-like text, for EXPLAIN, plan tests and error messages.

import LodeCore

extension BoundExpression {
    /// The expression with columns called by the names in `columns` (others by number).
    package func text(naming columns: [PlanColumn]) -> String {
        var names: [ColumnID: String] = [:]
        for column in columns { names[column.id] = column.name }
        return text(names, tight: false)
    }

    private func text(_ names: [ColumnID: String], tight: Bool) -> String {
        func wrap(_ text: String) -> String { tight ? "(\(text))" : text }
        func inner(_ expression: BoundExpression) -> String { expression.text(names, tight: true) }
        switch self {
        case .column(let id, _): return names[id] ?? "#\(id.number)"
        case .constant(let value, let type): return value.literal(type)
        case .parameter(let number, _): return "$\(number)"
        case .comparison(let op, let a, let b, _): return wrap("\(inner(a)) \(op.rawValue) \(inner(b))")
        case .and(let parts): return wrap(parts.map(inner).joined(separator: " and "))
        case .or(let parts): return wrap(parts.map(inner).joined(separator: " or "))
        case .not(.isNull(let a)): return wrap("\(inner(a)) is not null")
        case .not(let a): return wrap("not \(inner(a))")
        case .isNull(let a): return wrap("\(inner(a)) is null")
        case .isIn(let a, let list):
            let shown = list.prefix(8).map { $0.text(names, tight: false) } + (list.count > 8 ? ["… \(list.count) in all"] : [])
            return wrap("\(inner(a)) in (\(shown.joined(separator: ", ")))")
        case .cast(let a, let type, let isTry, _): return "\(isTry ? "try_cast" : "cast")(\(a.text(names, tight: false)) as \(type))"
        case .conditional(let branches, let otherwise, _):
            let cases = branches.map { "when \($0.condition.text(names, tight: false)) then \($0.result.text(names, tight: false))" }
            return "case \(cases.joined(separator: " ")) else \(otherwise.text(names, tight: false)) end"
        case .coalesce(let parts, _): return "coalesce(\(parts.map { $0.text(names, tight: false) }.joined(separator: ", ")))"
        case .attempt(let a): return "try(\(a.text(names, tight: false)))"
        case .call(let call):
            let isSymbol = call.name.unicodeScalars.first.map { !$0.properties.isAlphabetic } ?? false
            if call.arguments.count == 2, isSymbol || call.name == "like" || call.name == "ilike" {
                return wrap("\(inner(call.arguments[0])) \(call.name) \(inner(call.arguments[1]))")
            }
            return "\(call.name)(\(call.arguments.map { $0.text(names, tight: false) }.joined(separator: ", ")))"
        case .lambda(let parameters, let body):
            return "(\(parameters.map(\.name).joined(separator: ", "))) -> \(body.text(names, tight: false))"
        case .subquery(let query):
            return switch query.kind {
            case .scalar: "(subquery)"
            case .exists: "exists (subquery)"
            case .any(let op): wrap("\(query.operands.map(inner).joined(separator: ", ")) \(op.rawValue) any (subquery)")
            case .all(let op): wrap("\(query.operands.map(inner).joined(separator: ", ")) \(op.rawValue) all (subquery)")
            }
        }
    }
}

extension SortKey {
    package func text(naming columns: [PlanColumn]) -> String {
        expression.text(naming: columns) + (descending ? " desc" : "")
            + (nullsFirst == descending ? "" : nullsFirst ? " nulls first" : " nulls last")
    }
}

extension Value {
    /// The value as a literal of `type`.
    package func literal(_ type: SQLType) -> String {
        switch self {
        case .null: return "null"
        case .boolean(let flag): return flag ? "true" : "false"
        case .integer(let number): return String(number)
        case .decimal(let unscaled, let scale): return Decimal128.text(unscaled, scale: scale)
        case .double(let number): return "\(number)"
        case .text(let text): return text.literal
        case .bytes(let bytes): return "'\\x" + bytes.prefix(16).map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined() + "'"
        case .date(let days):
            let (year, month, day) = CivilDate.civil(fromDays: Int64(days))
            return "date '\(Self.padded(year, 4))-\(Self.padded(Int64(month), 2))-\(Self.padded(Int64(day), 2))'"
        case .time(let micros): return "time '\(Self.clock(micros))'"
        case .timestamp(let micros): return "\(type) '\(Self.instant(micros))'"
        case .timestampNanos(let nanos):
            let (micros, rest) = Nanoseconds.split(nanos)
            if rest == 0 { return "\(type) '\(Self.instant(micros))'" }
            // Of a second, in microseconds.
            let part = ((micros % 1_000_000) + 1_000_000) % 1_000_000
            return "\(type) '\(Self.instant(micros - part)).\(Self.padded(part * Nanoseconds.perMicro + rest, 9))'"
        case .interval(let interval): return "interval '\(interval.months) months \(interval.days) days \(interval.micros) microseconds'"
        case .uuid(let number): return "uuid '\(String(number, radix: 16))'"
        case .list(let items):
            let element: SQLType = if case .list(let element) = type.base { element } else { .null }
            return "[" + items.prefix(8).map { $0.literal(element) }.joined(separator: ", ") + (items.count > 8 ? ", …]" : "]")
        case .structure, .map: return "{…}"
        }
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func instant(_ micros: Int64) -> String {
        let days = micros >= 0 ? micros / CivilDate.microsPerDay : (micros &+ 1) / CivilDate.microsPerDay &- 1
        let (year, month, day) = CivilDate.civil(fromDays: days)
        let date = "\(padded(year, 4))-\(padded(Int64(month), 2))-\(padded(Int64(day), 2))"
        return "\(date) \(clock(micros &- days &* CivilDate.microsPerDay))"
    }

    private static func clock(_ micros: Int64) -> String {
        let seconds = micros / 1_000_000
        let text = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        return micros % 1_000_000 == 0 ? text : text + "." + padded(micros % 1_000_000, 6)
    }
}
