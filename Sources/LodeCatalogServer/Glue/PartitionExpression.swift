/// Expressions of GetPartitions, over the values of one partition.

import LodeCore
import LodeTables

/// Comparisons, IN, BETWEEN, LIKE and IS NULL of partition columns with literals, joined by AND, OR and NOT. Values are compared in the
/// types of their columns, and what is unknown is not true, as in SQL.
/// - Source: AWS Glue Web API Reference, "GetPartitions", `Expression`.
struct PartitionExpression {
    indirect enum Node {
        case compare(column: Int, String, Value)
        case isIn(column: Int, [Value])
        case like(column: Int, String)
        case isNull(column: Int)
        case not(Node)
        case all([Node])
        case any([Node])
    }

    /// As AWS limits it, and far below what the stack can bear.
    private static let longest = 2_048

    private let node: Node
    private let columns: [Field]

    /// - Throws: `22023` for what is no such expression.
    init(_ text: String, _ columns: [Field]) throws(SQLError) {
        guard text.utf8.count <= Self.longest else { throw Self.wrong("it is longer than \(Self.longest) bytes") }
        var reader = PartitionExpressionReader(try PartitionExpressionReader.tokens(text), columns)
        node = try reader.disjunction(depth: 0)
        guard reader.isAtEnd else { throw Self.wrong("it does not end where it should") }
        self.columns = columns
    }

    static func wrong(_ why: String) -> SQLError {
        SQLError(.invalidParameterValue, "the Expression is not understood", detail: "It is none since \(why).")
    }

    /// - Parameter texts: the values of a partition.
    /// - Throws: `22023` for a value that is none of its column's type.
    func holds(_ texts: [String]) throws(SQLError) -> Bool {
        var values: [Value] = []
        for (text, column) in zip(texts, columns) {
            if text == HivePath.defaultPartition {
                values.append(.null)
            } else if let value = PartitionText.read(text, as: column.type) {
                values.append(value)
            } else {
                throw SQLError(.invalidParameterValue, "the partition value \"\(text.prefix(100))\" is no \(column.type)")
            }
        }
        return Self.value(node, values, texts) == true
    }

    /// Nil is unknown.
    private static func value(_ node: Node, _ values: [Value], _ texts: [String]) -> Bool? {
        switch node {
        case .compare(let column, let sign, let literal): return compare(values[column], sign, literal)
        case .isIn(let column, let literals):
            if values[column].isNull { return nil }
            return literals.contains { Value.compare(values[column], $0) == 0 }
        case .like(let column, let pattern): return values[column].isNull ? nil : matches(Array(texts[column]), Array(pattern))
        case .isNull(let column): return values[column].isNull
        case .not(let inner): return value(inner, values, texts).map { !$0 }
        case .all(let nodes):
            let found = nodes.map { value($0, values, texts) }
            return found.contains(false) ? false : found.contains(nil) ? nil : true
        case .any(let nodes):
            let found = nodes.map { value($0, values, texts) }
            return found.contains(true) ? true : found.contains(nil) ? nil : false
        }
    }

    private static func compare(_ value: Value, _ sign: String, _ literal: Value) -> Bool? {
        guard let order = Value.compare(value, literal) else { return nil }
        switch sign {
        case "=": return order == 0
        case "<>", "!=": return order != 0
        case "<": return order < 0
        case "<=": return order <= 0
        case ">": return order > 0
        default: return order >= 0
        }
    }

    /// `%` is any text, `_` any letter. In time that is the product of both lengths at most.
    private static func matches(_ text: [Character], _ pattern: [Character]) -> Bool {
        var at = 0, place = 0, star: (pattern: Int, text: Int)?
        while at < text.count {
            if place < pattern.count, pattern[place] == "%" {
                star = (place, at)
                place += 1
            } else if place < pattern.count, pattern[place] == "_" || pattern[place] == text[at] {
                at += 1
                place += 1
            } else if let last = star {
                place = last.pattern + 1
                at = last.text + 1
                star = (last.pattern, at)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "%" }
    }
}
