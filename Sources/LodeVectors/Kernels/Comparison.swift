/// Comparisons as boolean columns.

import LodeCore

package enum Comparison {
    package typealias Kernel = @Sendable (_ left: Column, _ right: Column, _ count: Int) throws(SQLError) -> Column

    /// A kernel for two columns of `type`; NULL where either is NULL, but for `isDistinct` and `isNotDistinct`.
    package static func kernel(_ comparison: ComparisonOperator, _ type: SQLType) -> Kernel {
        let kernel = ComparisonKernel(comparison, type)
        switch comparison {
        case .isDistinct, .isNotDistinct:
            return { left, right, count throws(SQLError) in try distinct(kernel, left, right, count) }
        default:
            return { left, right, count throws(SQLError) in try strict(kernel, left, right, count) }
        }
    }

    private static func strict(_ kernel: ComparisonKernel, _ left: Column, _ right: Column, _ count: Int) throws(SQLError) -> Column {
        if left.isConstantNull || right.isConstantNull { return try .null(.boolean, count: count) }
        if left.layout == .constant, right.layout == .constant {
            return Column(repeating: try flags(kernel, left.singleRow, right.singleRow, 1, nil), count: count)
        }
        return try flags(kernel, left, right, count, try Validity.and(left.rowValidity, right.rowValidity, count))
    }

    private static func distinct(_ kernel: ComparisonKernel, _ left: Column, _ right: Column, _ count: Int) throws(SQLError) -> Column {
        let result = try flags(kernel, left, right, count, nil)
        guard left.mayHaveNulls || right.mayHaveNulls else { return result }
        let out = result.lanes.assumingMemoryBound(to: UInt8.self)
        let distinct: UInt8 = kernel.comparison == .isDistinct ? 1 : 0
        for row in 0..<count {
            let leftNull = left.isNull(row), rightNull = right.isNull(row)
            if leftNull || rightNull { out[row] = leftNull == rightNull ? 1 - distinct : distinct }
        }
        return result
    }

    private static func flags(
        _ kernel: ComparisonKernel, _ left: Column, _ right: Column, _ count: Int, _ validity: Buffer?
    ) throws(SQLError) -> Column {
        let buffer = try Buffer(byteCount: count)
        try kernel.run(left, right, count, .flags(buffer.base.assumingMemoryBound(to: UInt8.self)))
        return Column(flat: .boolean, count: count, lanes: buffer, validity: validity)
    }
}
