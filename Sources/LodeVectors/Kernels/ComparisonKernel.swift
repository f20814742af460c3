/// Compares two columns of one type, whatever their layouts.

import LodeCore

/// A comparison of lanes that are not NULL: picks the loop for the lane type and the two layouts.
///
/// Constants on the left are swapped to the right, constants and dictionaries are used as they are against a constant, and
/// all else is flattened. Verdicts on the strings of a dictionary are remembered from chunk to chunk.
struct ComparisonKernel: Sendable {
    let comparison: ComparisonOperator
    let type: SQLType
    private let verdicts = DictionaryVerdicts()

    init(_ comparison: ComparisonOperator, _ type: SQLType) {
        self.comparison = comparison
        self.type = type
    }

    /// - Requires: both columns have `count` rows and this type (up to what its lanes don't show, such as precision).
    func run(_ left: Column, _ right: Column, _ count: Int, _ output: ComparisonOutput) throws(SQLError) {
        if left.layout == .constant, right.layout != .constant {
            return try Self.dispatch(comparison.mirrored, right, left, count, output, verdicts)
        }
        try Self.dispatch(comparison, left, right, count, output, verdicts)
    }

    private static func dispatch(
        _ comparison: ComparisonOperator, _ left: Column, _ right: Column, _ count: Int, _ output: ComparisonOutput,
        _ verdicts: DictionaryVerdicts
    ) throws(SQLError) {
        switch left.physical {
        case .bool: try lanes(UInt8.self, comparison, left, right, count, output)
        case .int8: try lanes(Int8.self, comparison, left, right, count, output)
        case .int16: try lanes(Int16.self, comparison, left, right, count, output)
        case .int32: try lanes(Int32.self, comparison, left, right, count, output)
        case .int64: try lanes(Int64.self, comparison, left, right, count, output)
        case .int128: try lanes(Int128.self, comparison, left, right, count, output)
        case .float32: try lanes(Float.self, comparison, left, right, count, output)
        case .float64: try lanes(Double.self, comparison, left, right, count, output)
        case .interval: try lanes(Interval.self, comparison, left, right, count, output)
        case .text: try texts(comparison, left, right, count, output, verdicts)
        case .list, .structure: try nested(comparison, left, right, count, output)
        }
    }

    private static func lanes<Lane: OrderedLane>(
        _: Lane.Type, _ comparison: ComparisonOperator, _ left: Column, _ right: Column, _ count: Int,
        _ output: ComparisonOutput
    ) throws(SQLError) {
        if right.layout == .constant, left.layout != .constant {
            let constant = RepeatedLane(value: right.lanes(as: Lane.self)[0])
            if left.layout == .dictionary, let dictionary = left.dictionary {
                let coded = CodedLanes(values: dictionary.lanes(as: Lane.self), codes: left.lanes(as: Int32.self))
                return runComparison(comparison, coded, constant, count, output)
            }
            return runComparison(comparison, FlatLanes(base: left.lanes(as: Lane.self)), constant, count, output)
        }
        let l = try left.flattened(), r = try right.flattened()
        runComparison(
            comparison, FlatLanes(base: l.lanes(as: Lane.self)), FlatLanes(base: r.lanes(as: Lane.self)), count, output)
    }

    private static func texts(
        _ comparison: ComparisonOperator, _ left: Column, _ right: Column, _ count: Int, _ output: ComparisonOutput,
        _ verdicts: DictionaryVerdicts
    ) throws(SQLError) {
        guard right.layout == .constant, left.layout == .dictionary, let dictionary = left.dictionary else {
            return try lanes(StringView.self, comparison, left, right, count, output)
        }
        let constant = right.lanes(as: StringView.self)[0]
        guard dictionary.count <= max(count * 4, 64) || verdicts.knows(dictionary, comparison, constant) else {
            let coded = CodedLanes(values: dictionary.lanes(as: StringView.self), codes: left.lanes(as: Int32.self))
            return runComparison(comparison, coded, RepeatedLane(value: constant), count, output)
        }
        let table = try verdicts.table(dictionary, comparison, constant)
        let flags = CodedLanes(values: Lanes(table.lanes(as: UInt8.self)), codes: left.lanes(as: Int32.self))
        runFlags(flags, count, output)
    }

    private static func nested(
        _ comparison: ComparisonOperator, _ left: Column, _ right: Column, _ count: Int, _ output: ComparisonOutput
    ) throws(SQLError) {
        let table = try Buffer(byteCount: count)
        let flags = table.lanes(as: UInt8.self)
        for row in 0..<count {
            let order = left.isNull(row) || right.isNull(row) ? 0 : RowOrder.compare(left, row, right, row)
            flags[row] = comparison.holds(order) ? 1 : 0
        }
        runFlags(FlatLanes(base: Lanes(flags)), count, output)
    }
}
