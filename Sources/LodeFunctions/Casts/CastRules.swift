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
        if let cost = catalogCost(from, to) { return cost }
        if let source = numericRank(from), let target = numericRank(to) { return numericCost(from, source, to, target) }
        switch (from, to) {
        case (.date, .timestamp): return 1
        case (.date, .timestamptz): return 2
        case (.timestamp, .timestamptz): return 1
        case (.timestamp, .timestampNanos), (.timestamptz, .timestamptzNanos): return 2
        case (.date, .timestampNanos), (.timestampNanos, .timestamptzNanos): return 3
        case (.date, .timestamptzNanos), (.timestamp, .timestamptzNanos): return 4
        case (.time, .interval): return 3
        case (.char, .varchar): return 1
        case (.varchar, .char), (.char, .char): return 2
        case (.json, .varchar): return 3
        case (.list(let a), .list(let b)): return implicitCost(from: a, to: b)
        case (.map(let ak, let av), .map(let bk, let bv)):
            guard let key = implicitCost(from: ak, to: bk), let value = implicitCost(from: av, to: bv) else { return nil }
            return max(key, value)
        case (.structure(let a), .structure(let b)):
            guard let places = fieldSources(of: b, in: a) else { return nil }
            var cost = 0
            for (place, field) in zip(places, b) {
                guard let part = place.map({ implicitCost(from: a[$0].type, to: field.type) }) ?? 1 else { return nil }
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
        if let type = commonCatalogType(a, b) { return type }
        if a.isNumeric, b.isNumeric { return commonNumeric(a, b) }
        switch (a, b) {
        case (.date, .timestamp), (.timestamp, .date): return .timestamp
        case (.date, .timestamptz), (.timestamptz, .date), (.timestamp, .timestamptz), (.timestamptz, .timestamp): return .timestamptz
        case (_, _) where (a.inMicros ?? b.inMicros) != nil && a.isCalendar && b.isCalendar:
            return a.isZoned || b.isZoned ? .timestamptzNanos : .timestampNanos
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
            return commonStruct(x, y)
        default: return nil
        }
    }

    /// Where each of `wanted` comes from among the fields that are given: the one of its name, or nil, which is NULL. Where no
    /// name is known, as those of `row(…)`, fields correspond by position.
    ///
    /// Nil if some given field would be lost.
    package static func fieldSources(of wanted: [Field], in given: [Field]) -> [Int?]? {
        let names = given.map { $0.name.lowercased() }
        let places = wanted.map { field in names.firstIndex(of: field.name.lowercased()) }
        let known = places.compactMap { $0 }
        if known.isEmpty { return wanted.count == given.count ? given.indices.map { $0 } : nil }
        return Set(known).count == given.count ? places : nil
    }

    /// The fields of both by name, those of the first before those that only the second has.
    private static func commonStruct(_ x: [Field], _ y: [Field]) -> SQLType? {
        let isPositional = x.count == y.count && (zip(x, y).allSatisfy { $0.name == $1.name } || isUnnamed(x) || isUnnamed(y))
        var rest = y
        var fields: [Field] = []
        for (index, field) in x.enumerated() {
            guard let match = isPositional ? index : rest.firstIndex(where: { $0.name.lowercased() == field.name.lowercased() }) else {
                fields.append(Field(field.name, field.type))
                continue
            }
            let other = isPositional ? y[index] : rest.remove(at: match)
            guard let type = commonType(field.type, other.type) else { return nil }
            let name = isUnnamed(x) ? other.name : field.name
            fields.append(Field(name, type, nullable: field.nullable || other.nullable))
        }
        return .structure(isPositional ? fields : fields + rest.map { Field($0.name, $0.type) })
    }

    /// Whether the names are those that `row(…)` gives.
    private static func isUnnamed(_ fields: [Field]) -> Bool {
        fields.enumerated().allSatisfy { $1.name == "f\($0 + 1)" || $1.name.isEmpty }
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
