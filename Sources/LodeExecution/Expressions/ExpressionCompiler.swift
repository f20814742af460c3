/// From bound expressions to compiled ones: column ids become positions.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

/// Compiles expressions over chunks of one shape. Recursion is bounded by the parser's limit on nesting.
package struct ExpressionCompiler {
    let columns: [PlanColumn]
    let functions: FunctionContext
    private let positions: [ColumnID: Int]

    package init(columns: [PlanColumn], functions: FunctionContext) {
        self.columns = columns
        self.functions = functions
        var positions: [ColumnID: Int] = [:]
        for (index, column) in columns.enumerated() where positions[column.id] == nil { positions[column.id] = index }
        self.positions = positions
    }

    package func compile(_ expression: BoundExpression) throws(SQLError) -> any CompiledExpression {
        switch expression {
        case .column(let id, let type):
            return ColumnExpression(position: try position(of: id), type: type)
        case .constant(let value, let type):
            return ConstantExpression(try Column.constant(value, type, count: 1), type: type)
        case .parameter(let number, _): throw .internalFault("the parameter $\(number) reached the executor without a value")
        case .comparison(let comparison, let left, let right, let span):
            return ComparisonExpression(comparison, try compile(left), try compile(right), span)
        case .and(let parts): return try connective(parts, isAnd: true)
        case .or(let parts): return try connective(parts, isAnd: false)
        case .not(.isNull(let operand)): return NullTestExpression(try compile(operand), wantsNull: false)
        case .not(let operand): return NotExpression(try compile(operand))
        case .isNull(let operand): return NullTestExpression(try compile(operand), wantsNull: true)
        case .isIn(let operand, let list): return try membership(operand, list)
        case .cast(let operand, let type, let isTry, let span):
            return try CastExpression.make(try compile(operand), to: type, isTry: isTry, span, functions)
        case .conditional(let branches, let otherwise, let type): return try conditional(branches, otherwise, type)
        case .coalesce(let parts, let type): return try coalesce(parts, type)
        case .call(let call): return try compile(call)
        case .attempt(let operand): return AttemptExpression(try compile(operand))
        case .lambda: throw .unsupported("a lambda as a value")
        case .subquery(let query): throw .internalFault("a subquery reached the executor", at: query.span)
        }
    }

    private func position(of id: ColumnID) throws(SQLError) -> Int {
        guard let position = positions[id] else {
            throw .internalFault("an expression reads column #\(id.number), which its input does not have")
        }
        return position
    }

    /// An expression that is evaluated for some rows of a chunk only: it gathers no more columns than it reads.
    func subset(_ expression: BoundExpression) throws(SQLError) -> SubsetExpression {
        let used = expression.columns
        let kept = columns.indices.filter { used.contains(columns[$0].id) && positions[columns[$0].id] == $0 }
        let inner = ExpressionCompiler(columns: kept.map { columns[$0] }, functions: functions)
        return SubsetExpression(positions: kept, inner: try inner.compile(expression))
    }

    private func connective(_ parts: [BoundExpression], isAnd: Bool) throws(SQLError) -> any CompiledExpression {
        var steps: [ConnectiveExpression.Step] = []
        for (index, part) in parts.enumerated() {
            if index > 0, part.canFail {
                steps.append(.lazy(try subset(part)))
            } else {
                steps.append(.eager(try compile(part)))
            }
        }
        return ConnectiveExpression(steps, isAnd: isAnd)
    }

    private func membership(_ operand: BoundExpression, _ list: [BoundExpression]) throws(SQLError) -> any CompiledExpression {
        var values: [Value] = []
        for element in list { if case .constant(let value, _) = element { values.append(value) } }
        if values.count == list.count, !operand.type.isNested {
            return InListExpression(try compile(operand), try ValueSet(values, operand.type))
        }
        return try connective(list.map { .comparison(.equal, operand, $0, nil) }, isAnd: false)
    }

    private func conditional(
        _ branches: [BoundExpression.Branch], _ otherwise: BoundExpression, _ type: SQLType
    ) throws(SQLError) -> any CompiledExpression {
        let failing = branches.dropFirst().contains { $0.condition.canFail } || branches.contains { $0.result.canFail } || otherwise.canFail
        if failing || branches.count > 8 || type.isNested {
            var lazy: [LazyConditional.Branch] = []
            for branch in branches {
                lazy.append(LazyConditional.Branch(condition: try subset(branch.condition), result: try subset(branch.result)))
            }
            return LazyConditional(lazy, otherwise: try subset(otherwise), type)
        }
        var result = try compile(otherwise)
        for branch in branches.reversed() {
            result = BlendExpression(try compile(branch.condition), try compile(branch.result), result, type)
        }
        return result
    }

    private func coalesce(_ parts: [BoundExpression], _ type: SQLType) throws(SQLError) -> any CompiledExpression {
        var lazy: [SubsetExpression] = []
        for part in parts.dropFirst() { lazy.append(try subset(part)) }
        guard let first = parts.first else { return ConstantExpression(try Column.constant(.null, type, count: 1), type: type) }
        return CoalesceExpression(try compile(first), lazy, type)
    }

    private func compile(_ call: ScalarCall) throws(SQLError) -> any CompiledExpression {
        if case .lambda(let parameters, let body)? = call.arguments.last { return try compileLambda(call, parameters, body) }
        var arguments: [any CompiledExpression] = []
        for argument in call.arguments {
            if case .lambda = argument { throw .unsupported("a lambda in a call of \(call.name)", at: call.span) }
            arguments.append(try compile(argument))
        }
        return CallExpression(call, arguments, functions)
    }
}
