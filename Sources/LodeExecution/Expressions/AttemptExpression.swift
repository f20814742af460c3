/// `try(x)`: NULL where computing x fails.

import LodeCore
import LodeVectors

/// Computes all rows at once; when that fails, halves the rows until the failing ones stand alone.
final class AttemptExpression: CompiledExpression {
    private let operand: any CompiledExpression

    init(_ operand: any CompiledExpression) { self.operand = operand }

    var type: SQLType { operand.type }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column {
        do {
            return try operand.evaluate(chunk)
        } catch where error.isDataError {
            if chunk.count <= 1 { return try Column.null(type, count: chunk.count) }
            let half = chunk.count / 2
            let first = try evaluate(try chunk.slice(0, half))
            let second = try evaluate(try chunk.slice(half, chunk.count - half))
            let base = try ColumnScatter.place(first, at: try Selection.range(0, half), chunk.count)
            return try ColumnScatter.overlay(base, second, at: try Selection.range(half, chunk.count - half), chunk.count)
        }
    }
}

extension SQLError {
    /// Whether a value is to blame (class 22), rather than the statement or the machine.
    var isDataError: Bool { state.rawValue.hasPrefix("22") }
}
