/// Comparisons: both sides are brought to one type, the column's if the other side allows it.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    func bindComparison(
        _ comparison: ComparisonOperator, _ left: Expression, _ right: Expression, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundExpression {
        if let leftRow = left.rowElements, let rightRow = right.rowElements {
            let l = try bindAll(leftRow, scope), r = try bindAll(rightRow, scope)
            return try compareRows(comparison, l, r, at: span)
        }
        if let row = left.rowElements, case .subquery(let query) = right.kind {
            return try compare(comparison, try bindAll(row, scope), query, at: span, scope)
        }
        let l = try bindLoose(left, scope), r = try bindLoose(right, scope)
        return try compare(comparison, l, r, at: span, sides: (left.span, right.span))
    }

    func bindAll(_ expressions: [Expression], _ scope: Scope) throws(SQLError) -> [BoundExpression] {
        var result: [BoundExpression] = []
        result.reserveCapacity(expressions.count)
        for expression in expressions { result.append(try bind(expression, scope)) }
        return result
    }

    /// `left comparison right`, at a common type.
    /// - Throws: `42883` if the types don't compare, `22007` and kin for a literal that is none of the other side's type.
    func compare(
        _ comparison: ComparisonOperator, _ left: BoundExpression, _ right: BoundExpression, at span: SourceSpan?,
        sides: (SourceSpan, SourceSpan)? = nil
    ) throws(SQLError) -> BoundExpression {
        let (l, r) = try matched(left, right, symbol: comparison.rawValue, at: span, sides: sides)
        return .comparison(comparison, l, r, span)
    }

    /// Both sides at one type. A constant moves to the type of the other side if it loses nothing, so that filters on
    /// columns stay filters on the column as it is stored.
    func matched(
        _ left: BoundExpression, _ right: BoundExpression, symbol: String, at span: SourceSpan?, sides: (SourceSpan, SourceSpan)? = nil
    ) throws(SQLError) -> (BoundExpression, BoundExpression) {
        if left.type == right.type { return (settle(left), settle(right)) }
        var left = left, right = right
        if left.isUntyped, let typed = try literal(left, like: right.type, at: sides?.0 ?? span) { left = typed }
        if right.isUntyped, let typed = try literal(right, like: left.type, at: sides?.1 ?? span) { right = typed }
        if left.isLoose || right.isLoose, let common = Self.commonType(of: [left, right]) {
            (left, right) = (try convert(left, to: common, at: span), try convert(right, to: common, at: span))
        }
        if left.type == right.type { return (left, right) }
        // Constants are computed first: `1 + 10` then takes the column's type just as `11` does.
        (left, right) = (folded(settle(left)), folded(settle(right)))
        if left.type == right.type { return (left, right) }
        guard var common = Self.commonType(of: [left, right]) else { throw incomparable(left.type, right.type, symbol, at: span) }
        // A year that nanoseconds don't reach compares in microseconds.
        if let micros = common.inMicros, [left, right].contains(where: { isBeyond($0, common) }) { common = micros }
        if let moved = moving(right, to: left.type, common) { return (left, moved) }
        if let moved = moving(left, to: right.type, common) { return (moved, right) }
        return (try convert(left, to: common, at: span), try convert(right, to: common, at: span))
    }

    /// A constant expression at another type; nil if it isn't constant, would lose something, or is to be cast anyway.
    private func moving(_ side: BoundExpression, to type: SQLType, _ common: SQLType) -> BoundExpression? {
        guard type != common, case .constant(let value, let from) = side else { return nil }
        return LosslessConstant.convert(value, from, to: type).map { .constant($0, type) }
    }

    /// An untyped literal beside a value of `type`; nil for a string that no char(n) can be equal to.
    private func literal(_ literal: BoundExpression, like type: SQLType, at span: SourceSpan?) throws(SQLError) -> BoundExpression? {
        if case .char(let count) = type, let text = literal.untypedText, text.unicodeScalars.count > count { return nil }
        guard let micros = type.inMicros else { return try convert(literal, to: type, at: span) }
        do throws(SQLError) { return try convert(literal, to: type, at: span) } catch {
            guard error.state == .datetimeFieldOverflow else { throw error }
            return try convert(literal, to: micros, at: span)
        }
    }

    /// Whether a date or timestamp is a constant that timestamps in nanoseconds can't hold.
    private func isBeyond(_ side: BoundExpression, _ type: SQLType) -> Bool {
        guard case .constant(let value, let from) = side, !value.isNull, from.inMicros == nil else { return false }
        switch value {
        case .date(let days):
            let (micros, overflow) = Int64(days).multipliedReportingOverflow(by: CivilDate.microsPerDay)
            return !CivilDate.isInfinite(day: days) && (overflow || Nanoseconds.join(micros) == nil)
        case .timestamp(let micros): return Nanoseconds.join(micros) == nil
        default: return false
        }
    }

    func incomparable(_ left: SQLType, _ right: SQLType, _ symbol: String, at span: SourceSpan?) -> SQLError {
        let texts = left.isText != right.isText
        return SQLError(
            .undefinedFunction, "operator does not exist: \(left) \(symbol) \(right)", at: span,
            hint: texts
                ? "Cast the text to \(left.isText ? right : left), or the other side to varchar."
                : "Cast one side to the type of the other.")
    }

    /// Rows compare element by element; the first difference decides the order.
    func compareRows(
        _ comparison: ComparisonOperator, _ left: [BoundExpression], _ right: [BoundExpression], at span: SourceSpan?
    ) throws(SQLError) -> BoundExpression {
        guard left.count == right.count, !left.isEmpty else {
            throw SQLError(.syntaxError, "unequal number of entries in row expressions: \(left.count) and \(right.count)", at: span)
        }
        var pairs: [(BoundExpression, BoundExpression)] = []
        for (l, r) in zip(left, right) { pairs.append(try matched(l, r, symbol: comparison.rawValue, at: span)) }
        func each(_ operation: ComparisonOperator, _ count: Int) -> [BoundExpression] {
            pairs.prefix(count).map { .comparison(operation, $0.0, $0.1, span) }
        }
        switch comparison {
        case .equal, .isNotDistinct: return pairs.count == 1 ? each(comparison, 1)[0] : .and(each(comparison, pairs.count))
        case .notEqual, .isDistinct: return pairs.count == 1 ? each(comparison, 1)[0] : .or(each(comparison, pairs.count))
        default: break
        }
        let strict: ComparisonOperator = comparison == .less || comparison == .lessOrEqual ? .less : .greater
        var choices: [BoundExpression] = []
        for index in pairs.indices {
            let isLast = index == pairs.count - 1
            let step = BoundExpression.comparison(isLast ? comparison : strict, pairs[index].0, pairs[index].1, span)
            choices.append(index == 0 ? step : .and(each(.equal, index) + [step]))
        }
        return choices.count == 1 ? choices[0] : .or(choices)
    }
}

extension Expression {
    /// The elements of a row value.
    var rowElements: [Expression]? { if case .row(let elements) = kind { elements } else { nil } }
}
