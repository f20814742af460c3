/// A predicate as an expression of GetPartitions.

import LodeCore
import LodeTables

/// What Glue can be asked to leave out: never more than the predicate does.
/// - Source: AWS Glue Web API Reference, "GetPartitions", Expression.
enum GlueExpression {
    /// The service's limit.
    private static let longest = 2_048
    private static let mostValues = 100

    /// Nil if there is nothing that Glue could decide.
    static func text(_ predicate: ColumnPredicate?, _ columns: [Field]) -> String? {
        guard let text = predicate.flatMap({ part($0, columns) }), text.utf8.count <= longest else { return nil }
        return text
    }

    private static func part(_ predicate: ColumnPredicate, _ columns: [Field]) -> String? {
        switch predicate {
        case .compare(let name, let comparison, let value):
            guard let column = column(name, columns), let sign = sign(comparison), let text = literal(value, column.type) else {
                return nil
            }
            return "\(column.name) \(sign) \(text)"
        case .isIn(let name, let values):
            let values = values.values
            guard let column = column(name, columns), (1...mostValues).contains(values.count) else { return nil }
            let texts = values.compactMap { literal($0, column.type) }
            return texts.count == values.count ? "\(column.name) IN (\(texts.joined(separator: ", ")))" : nil
        case .all(let parts):
            let texts = parts.compactMap { part($0, columns) }
            return texts.isEmpty ? nil : texts.map { "(\($0))" }.joined(separator: " AND ")
        case .any(let parts):
            let texts = parts.compactMap { part($0, columns) }
            return texts.count == parts.count && !texts.isEmpty ? texts.map { "(\($0))" }.joined(separator: " OR ") : nil
        case .anything, .nothing, .hasPrefix, .isNull, .isNotNull: return nil
        }
    }

    /// A partition column whose name needs no quotes.
    private static func column(_ name: String, _ columns: [Field]) -> Field? {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain ? columns.first { $0.name.lowercased() == name.lowercased() } : nil
    }

    private static func sign(_ comparison: ComparisonOperator) -> String? {
        switch comparison {
        case .equal: "="
        case .notEqual: "<>"
        case .less: "<"
        case .lessOrEqual: "<="
        case .greater: ">"
        case .greaterOrEqual: ">="
        case .isDistinct, .isNotDistinct: nil
        }
    }

    /// Numbers as they are, texts and dates in quotes; nil for what Glue might compare in another way.
    private static func literal(_ value: Value, _ type: SQLType) -> String? {
        switch (value, type) {
        case (.integer(let number), .tinyint), (.integer(let number), .smallint), (.integer(let number), .integer),
            (.integer(let number), .bigint):
            return String(number)
        case (.date, .date): return "'\(PartitionText.write(value))'"
        case (.text(let text), .varchar):
            let text = text.string
            // The texts of dates and the like; whether others are ordered as bytes is not documented.
            let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "\\") }
            return isPlain ? "'\(text)'" : nil
        default: return nil
        }
    }
}
