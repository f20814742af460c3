/// Comparisons and tests for NULL.

import LodeCore
import LodeVectors

final class ComparisonExpression: CompiledExpression {
    let left: any CompiledExpression
    let right: any CompiledExpression
    let comparison: ComparisonOperator
    private let kernel: Comparison.Kernel
    private let span: SourceSpan?

    init(_ comparison: ComparisonOperator, _ left: any CompiledExpression, _ right: any CompiledExpression, _ span: SourceSpan?) {
        self.comparison = comparison
        self.left = left
        self.right = right
        self.span = span
        kernel = Comparison.kernel(comparison, left.type)
    }

    var type: SQLType { .boolean }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column {
        try kernel(try left.evaluate(chunk), try right.evaluate(chunk), chunk.count)
    }
}

final class NullTestExpression: CompiledExpression {
    private let operand: any CompiledExpression
    private let wantsNull: Bool

    init(_ operand: any CompiledExpression, wantsNull: Bool) {
        self.operand = operand
        self.wantsNull = wantsNull
    }

    var type: SQLType { .boolean }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column {
        let column = try operand.evaluate(chunk)
        let n = chunk.count
        if column.layout == .constant {
            return try Column.constant(.boolean(column.isNull(0) == wantsNull), .boolean, count: n)
        }
        guard let mask = column.mask else { return try Column.constant(.boolean(!wantsNull), .boolean, count: n) }
        let lanes = try Buffer(byteCount: n)
        let out = lanes.lanes(as: UInt8.self)
        let flip: UInt8 = wantsNull ? 1 : 0
        var i = 0
        while i < n {
            out[i] = UInt8(truncatingIfNeeded: mask[i &>> 6] &>> UInt64(truncatingIfNeeded: i & 63) & 1) ^ flip
            i &+= 1
        }
        return Column(flat: .boolean, count: n, lanes: lanes)
    }
}
