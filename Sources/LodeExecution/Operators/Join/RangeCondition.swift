/// Inequalities between the two sides of a join, by which partners are found in sorted rows instead of by trying all.

import LodeCore
import LodePlan
import LodeVectors

/// One inequality between something of the left and something of the right side.
struct RangeCondition: Sendable {
    let left: BoundExpression
    let right: BoundExpression
    /// Whether the right side is to be the smaller one.
    let isUpper: Bool
    let isStrict: Bool
}

/// The inequalities that find the partners of a join, and whether that is all that it asks.
struct RangeConditions: Sendable {
    let first: RangeCondition
    let second: RangeCondition?
    let isAll: Bool

    /// Nil if no part of the condition compares something of the one side with something of the other, or if it matters which are NULL.
    init?(_ node: JoinNode) {
        if case .mark(_, isNullAware: true) = node.kind { return nil }
        guard let parts = node.residual?.conjuncts else { return nil }
        let left = Set(node.left.columns.map(\.id)), right = Set(node.right.columns.map(\.id))
        let found = parts.compactMap { Self.condition($0, left, right) }
        guard let first = found.first else { return nil }
        // Bounds from both sides leave the least.
        let second = found.dropFirst().first { $0.isUpper != first.isUpper } ?? found.dropFirst().first
        self.first = first
        self.second = second
        isAll = parts.count == (second == nil ? 1 : 2)
    }

    private static func condition(_ part: BoundExpression, _ left: Set<ColumnID>, _ right: Set<ColumnID>) -> RangeCondition? {
        guard case .comparison(let written, let a, let b, _) = part, a.type == b.type, RangeKeys.exist(for: a.type), !part.isVolatile,
            !part.hasSubquery, !a.columns.isEmpty, !b.columns.isEmpty
        else { return nil }
        let comparison: ComparisonOperator, ours: BoundExpression, theirs: BoundExpression
        if a.columns.isSubset(of: left), b.columns.isSubset(of: right) {
            (comparison, ours, theirs) = (written.mirrored, a, b)
        } else if a.columns.isSubset(of: right), b.columns.isSubset(of: left) {
            (comparison, ours, theirs) = (written, b, a)
        } else {
            return nil
        }
        switch comparison {
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return RangeCondition(
                left: ours, right: theirs, isUpper: comparison == .less || comparison == .lessOrEqual,
                isStrict: comparison == .less || comparison == .greater)
        case .equal, .notEqual, .isDistinct, .isNotDistinct: return nil
        }
    }
}

/// One side's part of the conditions, as numbers of which the first of the right side are to be at most those of the left one, and the
/// second at least.
struct RangeSide: Sendable {
    let conditions: RangeConditions
    private let isLeft: Bool
    private let first: any CompiledExpression
    private let second: (any CompiledExpression)?

    init(_ conditions: RangeConditions, isLeft: Bool, _ columns: [PlanColumn], _ builder: PipelineBuilder) throws(SQLError) {
        self.conditions = conditions
        self.isLeft = isLeft
        first = try builder.compile(isLeft ? conditions.first.left : conditions.first.right, columns)
        second = try conditions.second.map { (c) throws(SQLError) in try builder.compile(isLeft ? c.left : c.right, columns) }
    }

    func firstKeys(_ chunk: Chunk) throws(SQLError) -> [Int64?] {
        try keys(chunk, first, conditions.first, flips: !conditions.first.isUpper)
    }

    /// Nil if there is one condition.
    func secondKeys(_ chunk: Chunk) throws(SQLError) -> [Int64?]? {
        guard let second, let condition = conditions.second else { return nil }
        return try keys(chunk, second, condition, flips: condition.isUpper)
    }

    private func keys(
        _ chunk: Chunk, _ expression: any CompiledExpression, _ condition: RangeCondition, flips: Bool
    ) throws(SQLError) -> [Int64?] {
        let keys = try RangeKeys.of(try expression.evaluate(chunk), chunk.count)
        let isBelow = condition.isUpper != flips
        if !flips, !(isLeft && condition.isStrict) { return keys }
        return keys.map { key in
            guard let key else { return nil }
            let turned = flips ? ~key : key
            guard isLeft, condition.isStrict else { return turned }
            // What is to be less is at most the number before.
            let (moved, isNone) = isBelow ? turned.subtractingReportingOverflow(1) : turned.addingReportingOverflow(1)
            return isNone ? nil : moved
        }
    }
}

/// Values as 64-bit numbers of the same order.
enum RangeKeys {
    static func exist(for type: SQLType) -> Bool {
        switch type.physical {
        case .int8, .int16, .int32, .int64, .float32, .float64: true
        case .bool, .int128, .text, .interval, .list, .structure: false
        }
    }

    /// Nil where the value is NULL.
    static func of(_ column: Column, _ count: Int) throws(SQLError) -> [Int64?] {
        let flat = try column.flattened()
        switch flat.type.physical {
        case .int8: return keys(flat, count, Int8.self) { Int64($0) }
        case .int16: return keys(flat, count, Int16.self) { Int64($0) }
        case .int32: return keys(flat, count, Int32.self) { Int64($0) }
        case .int64: return keys(flat, count, Int64.self) { $0 }
        case .float32: return keys(flat, count, Float.self) { number(Double($0)) }
        case .float64: return keys(flat, count, Double.self) { number($0) }
        case .bool, .int128, .text, .interval, .list, .structure: throw .internalFault("a range of values that are no numbers")
        }
    }

    private static func keys<Lane>(_ flat: Column, _ count: Int, _: Lane.Type, _ number: (Lane) -> Int64) -> [Int64?] {
        let lanes = flat.lanes(as: Lane.self), mask = flat.mask
        var keys: [Int64?] = []
        keys.reserveCapacity(count)
        for row in 0..<count { keys.append(Validity.isValid(mask, row) ? number(lanes[row]) : nil) }
        return keys
    }

    /// NaN is above all and equal to itself, -0 is 0.
    private static func number(_ value: Double) -> Int64 {
        if value.isNaN { return .max }
        let bits = Int64(bitPattern: (value == 0 ? 0 : value).bitPattern)
        return bits < 0 ? bits ^ .max : bits
    }
}
