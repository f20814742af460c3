/// AND, OR and NOT.

import LodeCore
import LodeVectors

/// Parts from left to right. A part that can fail is computed only for rows that the parts before left open.
final class ConnectiveExpression: CompiledExpression {
    enum Step: Sendable {
        case eager(any CompiledExpression)
        case lazy(SubsetExpression)
    }

    private let steps: [Step]
    private let isAnd: Bool

    init(_ steps: [Step], isAnd: Bool) {
        self.steps = steps
        self.isAnd = isAnd
    }

    var type: SQLType { .boolean }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column {
        let n = chunk.count
        var result: Column?
        for step in steps {
            switch step {
            case .eager(let part):
                let column = try part.evaluate(chunk)
                if let known = result { result = try combine(known, column, n) } else { result = column }
            case .lazy(let part):
                guard let known = result else {
                    result = try part.evaluate(chunk, nil)
                    continue
                }
                let open = try BooleanLogic.unsettled(known, n, decisive: isAnd ? 0 : 1)
                if open.count == 0 { return known }
                if open.count == n {
                    result = try combine(known, try part.evaluate(chunk, nil), n)
                    continue
                }
                let found = try part.evaluate(chunk, open)
                // Settled rows get the neutral value, which changes nothing.
                let neutral = try Column.constant(.boolean(isAnd), .boolean, count: n)
                let spread = try ColumnScatter.overlay(neutral, found, at: open, n)
                result = try combine(known, spread, n)
            }
        }
        if let result { return result }
        return try Column.constant(.boolean(isAnd), .boolean, count: n)
    }

    private func combine(_ left: Column, _ right: Column, _ count: Int) throws(SQLError) -> Column {
        isAnd ? try BooleanLogic.and(left, right, count) : try BooleanLogic.or(left, right, count)
    }
}

final class NotExpression: CompiledExpression {
    private let operand: any CompiledExpression

    init(_ operand: any CompiledExpression) { self.operand = operand }

    var type: SQLType { .boolean }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column {
        try BooleanLogic.not(try operand.evaluate(chunk), chunk.count)
    }
}
