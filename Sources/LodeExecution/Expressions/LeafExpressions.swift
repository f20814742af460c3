/// Columns and constants: expressions that compute nothing.

import LodeCore
import LodeVectors

final class ColumnExpression: CompiledExpression {
    let position: Int
    let type: SQLType

    init(position: Int, type: SQLType) {
        self.position = position
        self.type = type
    }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column { chunk.columns[position] }
}

final class ConstantExpression: CompiledExpression {
    /// One row.
    let value: Column
    let type: SQLType

    init(_ value: Column, type: SQLType) {
        self.value = value
        self.type = type
    }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column { Column(repeating: value, count: chunk.count) }
}
