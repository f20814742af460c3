/// What is known about a column's values in some set of rows, and what that rules out.

import LodeCore

/// Either the one value that every row has (a partition column) or bounds (a file's or row group's statistics).
package enum ColumnFacts: Hashable, Sendable {
    case exactly(Value)
    /// `rowCount` tells "all are NULL" from `nullCount`; nil means unknown.
    case within(ColumnStatistics, rowCount: Int?)

    /// Whether some row could pass `test`; true whenever that is not certain to be false.
    package func couldPass(_ test: ColumnPredicate.Test) -> Bool {
        switch self {
        case .exactly(let value): Self.couldPass(value, test)
        case .within(let statistics, let rowCount): Self.couldPass(statistics, rowCount: rowCount, test)
        }
    }

    private static func couldPass(_ value: Value, _ test: ColumnPredicate.Test) -> Bool {
        switch test {
        case .unknown: return true
        case .isNull: return value.isNull
        case .isNotNull: return !value.isNull
        default: break
        }
        if value.isNull { return false }
        switch test {
        case .equal(let other): return holds(value, other) { $0 == 0 }
        case .notEqual(let other): return holds(value, other) { $0 != 0 }
        case .less(let other): return holds(value, other) { $0 < 0 }
        case .lessOrEqual(let other): return holds(value, other) { $0 <= 0 }
        case .greater(let other): return holds(value, other) { $0 > 0 }
        case .greaterOrEqual(let other): return holds(value, other) { $0 >= 0 }
        case .oneOf(let list): return list.contains { holds(value, $0) { $0 == 0 } }
        case .noneOf(let list): return list.allSatisfy { holds(value, $0) { $0 != 0 } }
        case .hasPrefix(let prefix):
            guard case .text(let text) = value else { return true }
            return text.utf8.starts(with: prefix.utf8)
        case .isNull, .isNotNull, .unknown: return true
        }
    }

    private static func couldPass(
        _ statistics: ColumnStatistics, rowCount: Int?, _ test: ColumnPredicate.Test
    ) -> Bool {
        switch test {
        case .unknown: return true
        case .isNull: return statistics.nullCount != 0
        default: break
        }
        // Every other test is true only of values that are not NULL.
        if let nulls = statistics.nullCount, let rows = rowCount, nulls >= rows { return false }
        switch test {
        case .equal(let other): return contains(other, statistics)
        case .oneOf(let list): return list.contains { contains($0, statistics) }
        case .less(let other): return atLeastOne(statistics, below: other) { $0 < 0 }
        case .lessOrEqual(let other): return atLeastOne(statistics, below: other) { $0 <= 0 }
        case .greater(let other): return atLeastOne(statistics, above: other) { $0 > 0 }
        case .greaterOrEqual(let other): return atLeastOne(statistics, above: other) { $0 >= 0 }
        case .notEqual(let other): return !isOnly(other, statistics)
        case .noneOf(let list):
            return !list.contains(.null) && !list.contains { isOnly($0, statistics) }
        case .hasPrefix(let prefix): return reaches(prefix, statistics)
        case .isNull, .isNotNull, .unknown: return true
        }
    }

    /// Whether `value` compared with `other` satisfies `condition`; unknown comparisons count as yes, NULL as no.
    private static func holds(_ value: Value, _ other: Value, _ condition: (Int) -> Bool) -> Bool {
        if other.isNull { return false }
        guard let order = order(value, other) else { return true }
        return condition(order)
    }

    private static func contains(_ value: Value, _ statistics: ColumnStatistics) -> Bool {
        atLeastOne(statistics, below: value) { $0 <= 0 } && atLeastOne(statistics, above: value) { $0 >= 0 }
    }

    private static func atLeastOne(
        _ statistics: ColumnStatistics, below value: Value, _ condition: (Int) -> Bool
    ) -> Bool {
        if value.isNull { return false }
        guard let minimum = statistics.minimum else { return true }
        // A bound that is NaN says nothing: writers disagree on what it means.
        if minimum.isNotANumber { return true }
        // NaN is greater than all other values, so that NaNs only matter below a NaN.
        if value.isNotANumber { return true }
        guard let order = order(minimum, value) else { return true }
        return condition(order)
    }

    private static func atLeastOne(
        _ statistics: ColumnStatistics, above value: Value, _ condition: (Int) -> Bool
    ) -> Bool {
        if value.isNull { return false }
        guard let maximum = statistics.maximum else { return true }
        // NaN is greater than all other values and maxima leave it out.
        if maximum.isDouble, statistics.nanCount != 0 { return true }
        if maximum.isNotANumber || value.isNotANumber { return true }
        guard let order = order(maximum, value) else { return true }
        return condition(order)
    }

    /// Whether every value that is not NULL equals `value`.
    private static func isOnly(_ value: Value, _ statistics: ColumnStatistics) -> Bool {
        guard let minimum = statistics.minimum, let maximum = statistics.maximum else { return value.isNull }
        if value.isNull { return true }
        if maximum.isDouble, statistics.nanCount != 0 { return false }
        return order(minimum, value) == 0 && order(maximum, value) == 0
    }

    /// Whether text that starts with `prefix` could lie between the bounds.
    private static func reaches(_ prefix: String, _ statistics: ColumnStatistics) -> Bool {
        if case .text(let maximum)? = statistics.maximum {
            // All such text is at least the prefix itself.
            if let order = Value.compare(.text(maximum), .text(prefix)), order < 0 { return false }
        }
        if case .text(let minimum)? = statistics.minimum {
            // A minimum above the prefix that does not start with it is above everything that starts with it.
            if let order = Value.compare(.text(minimum), .text(prefix)), order > 0 {
                return minimum.utf8.starts(with: prefix.utf8)
            }
        }
        return true
    }

    /// SQL's order, also between integers and doubles where it is exact; nil if the values do not compare.
    private static func order(_ left: Value, _ right: Value) -> Int? {
        switch (left, right) {
        case (.integer(let integer), .double(let double)): return order(integer, double)
        case (.double(let double), .integer(let integer)): return order(integer, double).map { -$0 }
        default: return Value.compare(left, right)
        }
    }

    private static func order(_ integer: Int64, _ double: Double) -> Int? {
        guard integer.magnitude <= 1 << 53 else { return nil }
        return Value.compare(.double(Double(integer)), .double(double))
    }
}

extension Value {
    var isDouble: Bool { if case .double = self { true } else { false } }
    var isNotANumber: Bool { if case .double(let number) = self { number.isNaN } else { false } }
}
