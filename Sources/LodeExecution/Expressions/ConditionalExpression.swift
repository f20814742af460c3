/// CASE: by computing everything and choosing, or by computing each branch for its rows only.

import LodeCore
import LodeVectors

/// One branch of a CASE whose parts cannot fail: both results are computed for all rows.
final class BlendExpression: CompiledExpression {
    let type: SQLType
    private let condition: any CompiledExpression
    private let yes: any CompiledExpression
    private let no: any CompiledExpression

    init(_ condition: any CompiledExpression, _ yes: any CompiledExpression, _ no: any CompiledExpression, _ type: SQLType) {
        self.condition = condition
        self.yes = yes
        self.no = no
        self.type = type
    }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column {
        let flags = try condition.evaluate(chunk)
        if flags.layout == .constant {
            let holds = !flags.isNull(0) && flags.lanes(as: UInt8.self)[0] != 0
            return holds ? try yes.evaluate(chunk) : try no.evaluate(chunk)
        }
        return try Blend.choose(flags, try yes.evaluate(chunk), try no.evaluate(chunk), type, chunk.count)
    }
}

/// A CASE of which some part can fail: what a row does not need is not computed for it.
final class LazyConditional: CompiledExpression {
    struct Branch: Sendable {
        let condition: SubsetExpression
        let result: SubsetExpression
    }

    let type: SQLType
    private let branches: [Branch]
    private let otherwise: SubsetExpression

    init(_ branches: [Branch], otherwise: SubsetExpression, _ type: SQLType) {
        self.branches = branches
        self.otherwise = otherwise
        self.type = type
    }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column {
        let n = chunk.count
        var rest: Selection?
        var result: Column?
        for branch in branches {
            let count = rest?.count ?? n
            if count == 0 { break }
            let condition = try branch.condition.evaluate(chunk, rest)
            let (yes, no) = try BooleanLogic.split(condition, rest, count)
            if yes.count == n { return try branch.result.evaluate(chunk, nil) }
            if yes.count > 0 {
                let values = try branch.result.evaluate(chunk, yes)
                if let known = result {
                    result = try ColumnScatter.overlay(known, values, at: yes, n)
                } else {
                    result = try ColumnScatter.place(values, at: yes, n)
                }
            }
            rest = no
        }
        if let rest, rest.count > 0 {
            guard let known = result else { return try otherwise.evaluate(chunk, rest.count == n ? nil : rest) }
            return try ColumnScatter.overlay(known, try otherwise.evaluate(chunk, rest), at: rest, n)
        }
        if let result { return result }
        return try otherwise.evaluate(chunk, nil)
    }
}

/// COALESCE: later parts are computed for the rows that are still NULL.
final class CoalesceExpression: CompiledExpression {
    let type: SQLType
    private let first: any CompiledExpression
    private let others: [SubsetExpression]

    init(_ first: any CompiledExpression, _ others: [SubsetExpression], _ type: SQLType) {
        self.first = first
        self.others = others
        self.type = type
    }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column {
        let n = chunk.count
        var result = try first.evaluate(chunk)
        for part in others {
            if !result.mayHaveNulls { return result }
            if result.isAllNull {
                result = try part.evaluate(chunk, nil)
                continue
            }
            let missing = try Selection(capacity: n)
            var kept = 0
            for row in 0..<n where result.isNull(row) {
                missing[kept] = UInt32(truncatingIfNeeded: row)
                kept += 1
            }
            missing.count = kept
            if kept == 0 { return result }
            result = try ColumnScatter.overlay(result, try part.evaluate(chunk, missing), at: missing, n)
        }
        return result
    }
}
