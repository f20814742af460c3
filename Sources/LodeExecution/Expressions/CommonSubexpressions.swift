/// Finding what several expressions have in common.

import LodeCore
import LodePlan

/// Replaces repeated sub-expressions by references to columns that are computed once.
///
/// Only parts that would be computed for every row anyway are shared: what stands behind a CASE condition, or is a later part of
/// AND, OR or COALESCE, may fail for rows that never reach it.
enum CommonSubexpressions {
    struct Shared {
        var column: PlanColumn
        var expression: BoundExpression
    }

    struct Result {
        var shared: [Shared]
        var outputs: [BoundExpression]
    }

    static func extract(_ expressions: [BoundExpression], _ columns: [PlanColumn]) -> Result {
        var counts: [BoundExpression: Int] = [:]
        for expression in expressions { count(expression, &counts) }
        let repeated = counts.filter { $0.value > 1 }
        if repeated.isEmpty { return Result(shared: [], outputs: expressions) }
        var next = (columns.map(\.id.number).min() ?? 0) - 1
        next = min(next, -1)
        var known: [BoundExpression: PlanColumn] = [:]
        var shared: [Shared] = []
        func rewrite(_ expression: BoundExpression) -> BoundExpression {
            if let column = known[expression] { return column.reference }
            let parts = expression.children
            if parts.isEmpty { return expression }
            let unconditional = unconditionalParts(expression)
            let rewritten = expression.replacing(
                children: parts.enumerated().map { unconditional.contains($0.offset) ? rewrite($0.element) : replaceKnown($0.element) })
            guard repeated[expression] != nil else { return rewritten }
            let column = PlanColumn(ColumnID(next), "", expression.type)
            next -= 1
            known[expression] = column
            shared.append(Shared(column: column, expression: rewritten))
            return column.reference
        }
        /// Within conditional parts what is already computed is used, and nothing new is computed ahead.
        func replaceKnown(_ expression: BoundExpression) -> BoundExpression {
            if let column = known[expression] { return column.reference }
            if case .lambda = expression { return expression }
            let parts = expression.children
            return parts.isEmpty ? expression : expression.replacing(children: parts.map(replaceKnown))
        }
        let outputs = expressions.map(rewrite)
        return Result(shared: shared, outputs: outputs)
    }

    private static func count(_ expression: BoundExpression, _ counts: inout [BoundExpression: Int]) {
        let parts = expression.children
        if parts.isEmpty { return }
        if !expression.isVolatile, !expression.hasSubquery {
            let seen = counts[expression, default: 0]
            counts[expression] = seen + 1
            // The parts of a repeated expression are not repeated on their own.
            if seen > 0 { return }
        }
        for index in unconditionalParts(expression) { count(parts[index], &counts) }
    }

    /// Which children are computed for every row.
    private static func unconditionalParts(_ expression: BoundExpression) -> Range<Int> {
        switch expression {
        case .and, .or, .coalesce, .conditional: 0..<1
        case .lambda, .attempt: 0..<0
        default: 0..<expression.children.count
        }
    }
}
