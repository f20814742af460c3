/// What every row must satisfy before it is written: NOT NULL and CHECK.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

/// The constraints of one table, over its columns in their order. Shared by all workers.
package struct RowConstraints: Sendable {
    private struct Check: Sendable {
        var name: String
        var condition: any CompiledExpression
    }

    /// Which rows are checked: what is known about a broken constraint depends on it.
    package enum Rows: Sendable { case new, stored }

    private let relation: String
    private let rows: Rows
    private let schema: Schema
    private let notNull: [Int]
    private let checks: [Check]
    private let zone: ValueText.Zone?

    /// - Parameter checks: conditions over `columns`, which are those of `schema`.
    package init(
        relation: String, schema: Schema, columns: [PlanColumn] = [], checks: [(name: String, condition: BoundExpression)] = [],
        of rows: Rows = .new, functions: FunctionContext
    ) throws(SQLError) {
        self.relation = relation
        self.rows = rows
        self.schema = schema
        notNull = schema.fields.indices.filter { !schema.fields[$0].nullable }
        let compiler = ExpressionCompiler(columns: columns, functions: functions)
        self.checks = try checks.map { (check) throws(SQLError) in
            Check(name: check.name, condition: try compiler.compile(check.condition))
        }
        let rules = try TimeZoneRules.named(functions.timeZone)
        zone = { rules.offsetSeconds(atUTC: $0) }
    }

    /// - Throws: `23502` for a NULL where none may be, `23514` for a condition that is false; both show the row.
    package func check(_ chunk: Chunk) throws(SQLError) {
        for index in notNull where chunk.columns[index].mayHaveNulls {
            let column = chunk.columns[index]
            if column.layout != .constant, Validity.nullCount(column.mask, chunk.count) == 0 { continue }
            guard let row = (0..<chunk.count).first(where: { column.isNull($0) }) else { continue }
            let name = "column \"\(schema.fields[index].name)\" of relation \"\(relation)\""
            throw SQLError(
                .notNullViolation, rows == .stored ? "\(name) contains null values" : "null value in \(name) violates not-null constraint",
                detail: try failing(row, of: chunk))
        }
        for check in checks {
            guard let row = try firstFalse(check.condition.evaluate(chunk), chunk.count) else { continue }
            let name = "check constraint \"\(check.name)\"", relation = "relation \"\(relation)\""
            throw SQLError(
                .checkViolation,
                rows == .stored ? "\(name) of \(relation) is violated by some row" : "new row for \(relation) violates \(name)",
                detail: try failing(row, of: chunk))
        }
    }

    /// NULL is not false.
    private func firstFalse(_ condition: Column, _ count: Int) throws(SQLError) -> Int? {
        let flags = try condition.flattened()
        let values = flags.lanes(as: UInt8.self)
        return (0..<count).first { values[$0] == 0 && !flags.isNull($0) }
    }

    private static let shownBytes = 64

    private func failing(_ row: Int, of chunk: Chunk) throws(SQLError) -> String {
        var cells: [String] = []
        let sink = try ByteSink()
        for column in chunk.columns {
            if column.isNull(row) {
                cells.append("null")
                continue
            }
            sink.truncate()
            try ValueText(column, zone: zone).append(row, to: sink)
            let text = sink.string
            cells.append(text.utf8.count <= Self.shownBytes ? text : text.prefix(Self.shownBytes) + "…")
        }
        return "Failing row contains (\(cells.joined(separator: ", ")))."
    }
}
