/// Which types become which without being asked.

import LodeCore

/// Conversions between types: kernels (`Casts.kernel`), and when they happen implicitly.
package enum Casts {
    /// How far an implicit cast goes: 0 for the same type, less for nearer types; nil if the types don't convert implicitly.
    ///
    /// Numbers widen, towards double; dates become timestamps; a bare NULL becomes anything. Nothing becomes text implicitly.
    /// - Source: PostgreSQL 17, 10 "Type Conversion".
    package static func implicitCost(from: SQLType, to: SQLType) -> Int? {
        if from == to { return 0 }
        if from == .null { return 1 }
        if let source = numericRank(from), let target = numericRank(to) { return numericCost(from, source, to, target) }
        switch (from, to) {
        case (.date, .timestamp): return 1
        case (.date, .timestamptz): return 2
        case (.timestamp, .timestamptz): return 1
        case (.time, .interval): return 3
        case (.char, .varchar): return 1
        case (.varchar, .char), (.char, .char): return 2
        case (.json, .varchar): return 3
        case (.list(let a), .list(let b)): return implicitCost(from: a, to: b)
        case (.map(let ak, let av), .map(let bk, let bv)):
            guard let key = implicitCost(from: ak, to: bk), let value = implicitCost(from: av, to: bv) else { return nil }
            return max(key, value)
        case (.structure(let a), .structure(let b)):
            guard a.count == b.count else { return nil }
            var cost = 0
            for (x, y) in zip(a, b) {
                guard let part = implicitCost(from: x.type, to: y.type) else { return nil }
                cost = max(cost, part)
            }
            return cost
        default: return nil
        }
    }

    private static func numericRank(_ type: SQLType) -> Int? {
        switch type {
        case .tinyint: 0
        case .smallint: 1
        case .integer: 2
        case .bigint: 3
        case .decimal: 4
        case .real: 5
        case .double: 6
        default: nil
        }
    }

    private static func numericCost(_ from: SQLType, _ source: Int, _ to: SQLType, _ target: Int) -> Int? {
        if case .decimal(let precision, let scale) = to, let held = DecimalTypes.precision(of: from) {
            // Only into decimals that hold every value; the fewer digits to spare, the nearer.
            guard held.scale <= scale, held.precision - held.scale <= precision - scale else { return nil }
            return from.isDecimal ? 1 : 8 - source
        }
        guard target > source else { return nil }
        // Double is PostgreSQL's preferred numeric type: decimals and integers go there rather than to real.
        return to == .real ? target - source + 4 : target - source
    }

    /// The type that both convert to, for CASE, UNION, COALESCE, VALUES and comparisons; nil if there is none.
    package static func commonType(_ a: SQLType, _ b: SQLType) -> SQLType? {
        if a == b { return a }
        if a == .null { return b }
        if b == .null { return a }
        if a.isNumeric, b.isNumeric { return commonNumeric(a, b) }
        switch (a, b) {
        case (.date, .timestamp), (.timestamp, .date): return .timestamp
        case (.date, .timestamptz), (.timestamptz, .date), (.timestamp, .timestamptz), (.timestamptz, .timestamp): return .timestamptz
        case (.time, .interval), (.interval, .time): return .interval
        case (.char, .char), (.char, .varchar), (.varchar, .char), (.json, .varchar), (.varchar, .json), (.json, .char), (.char, .json):
            return .varchar
        case (.list(let x), .list(let y)):
            guard let element = commonType(x, y) else { return nil }
            return .list(element)
        case (.map(let xk, let xv), .map(let yk, let yv)):
            guard let key = commonType(xk, yk), let value = commonType(xv, yv) else { return nil }
            return .map(key: key, value: value)
        case (.structure(let x), .structure(let y)):
            guard x.count == y.count else { return nil }
            var fields: [Field] = []
            for (l, r) in zip(x, y) {
                guard let type = commonType(l.type, r.type) else { return nil }
                fields.append(Field(l.name, type, nullable: l.nullable || r.nullable))
            }
            return .structure(fields)
        default: return nil
        }
    }

    private static func commonNumeric(_ a: SQLType, _ b: SQLType) -> SQLType? {
        if a == .double || b == .double { return .double }
        if a == .real || b == .real {
            let other = a == .real ? b : a
            return other == .real || other == .tinyint || other == .smallint ? .real : .double
        }
        if a.isDecimal || b.isDecimal { return DecimalTypes.common(a, b) }
        return (numericRank(a) ?? 0) >= (numericRank(b) ?? 0) ? a : b
    }

    /// The type that all convert to; nil if there is none or no type is given.
    package static func commonType(_ types: [SQLType]) -> SQLType? {
        guard var result = types.first else { return nil }
        for type in types.dropFirst() {
            guard let next = commonType(result, type) else { return nil }
            result = next
        }
        return result
    }
}
