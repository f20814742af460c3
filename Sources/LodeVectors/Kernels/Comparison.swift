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
            return Column(
                repeating: Column(flat: .boolean, count: 1, lanes: try flags(kernel, left.singleRow, right.singleRow, 1)), count: count)
        }
        return Column(
            flat: .boolean, count: count, lanes: try flags(kernel, left, right, count),
            validity: try Validity.and(left.rowValidity, right.rowValidity, count))
    }

    private static func distinct(_ kernel: ComparisonKernel, _ left: Column, _ right: Column, _ count: Int) throws(SQLError) -> Column {
        let buffer = try flags(kernel, left, right, count)
        let result = Column(flat: .boolean, count: count, lanes: buffer)
        guard left.mayHaveNulls || right.mayHaveNulls else { return result }
        let out = buffer.lanes(as: UInt8.self)
        let distinct: UInt8 = kernel.comparison == .isDistinct ? 1 : 0
        for row in 0..<count {
            let leftNull = left.isNull(row), rightNull = right.isNull(row)
            if leftNull || rightNull { out[row] = leftNull == rightNull ? 1 - distinct : distinct }
        }
        return result
    }

    private static func flags(_ kernel: ComparisonKernel, _ left: Column, _ right: Column, _ count: Int) throws(SQLError) -> Buffer {
        let buffer = try Buffer(byteCount: count)
        try kernel.run(left, right, count, .flags(buffer.lanes(as: UInt8.self)))
        return buffer
    }
}
