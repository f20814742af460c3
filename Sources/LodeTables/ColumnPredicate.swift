/// One condition on one column that planning can test without rows.

import LodeCore

/// `column <test>`, under SQL's three-valued logic: a row passes only if the condition is true.
///
/// Constants must already have the column's type; a comparison that the values cannot answer keeps the file. Columns of
/// type char(n) compare without trailing blanks and must not be given here.
package struct ColumnPredicate: Hashable, Sendable, CustomStringConvertible {
    package enum Test: Hashable, Sendable {
        case equal(Value), notEqual(Value)
        case less(Value), lessOrEqual(Value), greater(Value), greaterOrEqual(Value)
        case isNull, isNotNull
        case oneOf([Value]), noneOf([Value])
        /// Text that starts with these characters.
        case hasPrefix(String)
        /// Anything that can't be tested: always "could match".
        case unknown
    }

    package var column: String
    package var test: Test

    package init(_ column: String, _ test: Test) {
        self.column = column
        self.test = test
    }

    package var description: String {
        switch test {
        case .equal(let value): "\(column) = \(value.planText)"
        case .notEqual(let value): "\(column) <> \(value.planText)"
        case .less(let value): "\(column) < \(value.planText)"
        case .lessOrEqual(let value): "\(column) <= \(value.planText)"
        case .greater(let value): "\(column) > \(value.planText)"
        case .greaterOrEqual(let value): "\(column) >= \(value.planText)"
        case .isNull: "\(column) IS NULL"
        case .isNotNull: "\(column) IS NOT NULL"
        case .oneOf(let values): "\(column) IN (\(values.map(\.planText).joined(separator: ", ")))"
        case .noneOf(let values): "\(column) NOT IN (\(values.map(\.planText).joined(separator: ", ")))"
        case .hasPrefix(let prefix): "starts_with(\(column), \(Value.text(prefix).planText))"
        case .unknown: "\(column): unknown"
        }
    }
}
