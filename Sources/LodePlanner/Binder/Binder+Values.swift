/// VALUES: literal rows, each column of one type.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    func bindValues(_ values: Values, in scope: Scope, keepUntyped: Bool = false) throws(SQLError) -> BoundQuery {
        let width = try width(of: values)
        let inner = Scope(parent: scope, from: FromScope(), clause: .values)
        var rows: [[BoundExpression]] = []
        rows.reserveCapacity(values.rowCount)
        for index in 0..<values.rowCount {
            rows.append(try bindRow(values, index, inner))
        }
        var columns: [PlanColumn] = []
        for position in 0..<width {
            let cells = rows.map { $0[position] }
            guard let common = Self.commonType(of: cells) else { throw mismatch(values, cells, position) }
            let type = keepUntyped && rows.count == 1 && cells[0].type.isLoose ? cells[0].type : common
            for row in rows.indices where rows[row][position].type != type {
                rows[row][position] = try convert(rows[row][position], to: type, at: cellSpan(values, row, position))
            }
            let nullable = cells.contains { if case .constant(let value, _) = $0 { value.isNull } else { true } }
            columns.append(PlanColumn(ids.fresh(), "column\(position + 1)", type, nullable: nullable))
        }
        // A single row is a projection, whose untyped literals can still take a type.
        if rows.count == 1 {
            let items = zip(columns, rows[0]).map { ProjectNode.Item($0, $1) }
            return BoundQuery(plan: .project(ProjectNode(input: .values(.singleRow), items: items)), names: columns.map(\.name))
        }
        return BoundQuery(plan: .values(ValuesNode(columns: columns, rows: rows)), names: columns.map(\.name))
    }

    /// - Throws: `42601` if the rows differ in length.
    func width(of values: Values) throws(SQLError) -> Int {
        if let literals = values.literals { return literals.columnCount }
        let width = values.rowCount == 0 ? 0 : values.row(0).count
        for index in 0..<values.rowCount {
            let row = values.row(index)
            guard row.count == width else {
                throw SQLError(
                    .syntaxError, "VALUES lists must all be the same length", at: row.first?.span ?? values.span,
                    detail: "Row 1 has \(width) values and row \(index + 1) has \(row.count).")
            }
        }
        return width
    }

    func bindRow(_ values: Values, _ index: Int, _ scope: Scope) throws(SQLError) -> [BoundExpression] {
        guard let literals = values.literals else { return try bindAllLoose(values.row(index), scope) }
        var row: [BoundExpression] = []
        row.reserveCapacity(literals.columnCount)
        for column in 0..<literals.columnCount {
            row.append(try bindLiteral(literals[index, column], literals.span(index, column)))
        }
        return row
    }

    func cellSpan(_ values: Values, _ row: Int, _ column: Int) -> SourceSpan {
        values.literals?.span(row, column) ?? values.row(row)[column].span
    }

    private func mismatch(_ values: Values, _ cells: [BoundExpression], _ position: Int) -> SQLError {
        let first = cells.firstIndex { !$0.isUntyped } ?? 0
        let other = cells.firstIndex { Self.commonType(of: [cells[first], $0]) == nil } ?? cells.count - 1
        return SQLError(
            .datatypeMismatch, "VALUES types \(cells[first].type) and \(cells[other].type) cannot be matched",
            at: cellSpan(values, other, position), hint: "Cast one of them to the type of the other.")
    }
}
