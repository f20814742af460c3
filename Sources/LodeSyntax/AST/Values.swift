/// VALUES: rows of expressions, or of plain literals in a compact form.
import LodeCore

/// `VALUES (…), (…)`. Rows may differ in length: the binder complains.
package final class Values: Sendable {
    private enum Storage: Sendable {
        case rows([[Expression]])
        case literals(LiteralRows)
    }

    private let storage: Storage
    package let span: SourceSpan

    package init(rows: [[Expression]], span: SourceSpan) {
        storage = .rows(rows)
        self.span = span
    }

    package init(literals: LiteralRows, span: SourceSpan) {
        storage = .literals(literals)
        self.span = span
    }

    package var rowCount: Int {
        switch storage {
        case .rows(let rows): rows.count
        case .literals(let rows): rows.rowCount
        }
    }

    /// The compact form, if every cell is a literal and all rows are equally long (so are most big INSERTs).
    package var literals: LiteralRows? { if case .literals(let rows) = storage { rows } else { nil } }

    /// The cells of one row as expressions; made on demand from the compact form.
    package func row(_ index: Int) -> [Expression] {
        switch storage {
        case .rows(let rows): rows[index]
        case .literals(let rows):
            (0..<rows.columnCount).map { column in
                Expression(.literal(rows[index, column]), span: rows.span(index, column))
            }
        }
    }
}

/// A rectangle of literals, row by row: 32 bytes a cell and no object of its own.
///
/// Negative numbers keep their sign in the text (`.number("-1")`), since no operator node holds it.
package struct LiteralRows: Sendable {
    package let columnCount: Int
    /// `rowCount * columnCount` cells.
    package let cells: [Literal]
    private let spans: [(start: UInt32, end: UInt32)]

    package init(columnCount: Int, cells: [Literal], spans: [(start: UInt32, end: UInt32)]) {
        self.columnCount = columnCount
        self.cells = cells
        self.spans = spans
    }

    package var rowCount: Int { columnCount == 0 ? 0 : cells.count / columnCount }

    package subscript(row: Int, column: Int) -> Literal { cells[row * columnCount + column] }

    package func span(_ row: Int, _ column: Int) -> SourceSpan {
        let span = spans[row * columnCount + column]
        return SourceSpan(Int(span.start), Int(span.end))
    }
}
