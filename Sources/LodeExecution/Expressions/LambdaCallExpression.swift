/// Calls of functions with a lambda: its body is computed once for all elements of a chunk's lists.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

/// `list_transform(list, x -> body)`.
///
/// The lists' elements become rows of a chunk of their own, beside the outer columns that the body reads, repeated for each
/// element. The body's results go to the kernel as a list column with the ranges of the list.
final class LambdaCallExpression: CompiledExpression {
    /// A lambda: its body over outer columns (by position) followed by the element and its position from 1.
    struct Lambda: Sendable {
        var outer: [Int]
        var parameterCount: Int
        var body: any CompiledExpression
    }

    private let function: BoundScalar
    private let list: any CompiledExpression
    private let lambda: Lambda
    private let functions: FunctionContext
    private let span: SourceSpan?

    init(_ call: ScalarCall, list: any CompiledExpression, _ lambda: Lambda, _ functions: FunctionContext) {
        function = call.function
        self.list = list
        self.lambda = lambda
        self.functions = functions
        span = call.span
    }

    var type: SQLType { function.returns }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column {
        let lists = try list.evaluate(chunk).flattened()
        if lists.type == .null { return try .null(type, count: chunk.count) }
        let ranges = lists.lanes(as: ListRange.self)
        var total = 0
        for row in 0..<chunk.count where !lists.isNull(row) { total += Int(ranges[row].count) }
        let members = try Selection(capacity: total), rows = try Selection(capacity: total)
        let compact = try Buffer(byteCount: max(16, chunk.count * MemoryLayout<ListRange>.stride))
        let positions = try Buffer(byteCount: max(16, total * 8))
        let out = compact.lanes(as: ListRange.self)
        for row in 0..<chunk.count {
            let count = lists.isNull(row) ? 0 : ranges[row].count
            out[row] = ListRange(offset: UInt32(truncatingIfNeeded: members.count), count: count)
            for index in 0..<Int(count) {
                members[members.count] = ranges[row].offset &+ UInt32(truncatingIfNeeded: index)
                rows[members.count] = UInt32(truncatingIfNeeded: row)
                positions.lanes(as: Int64.self)[members.count] = Int64(index + 1)
                members.count += 1
            }
        }
        rows.count = members.count
        let elements = try lists.children[0].gather(members)
        var columns: [Column] = []
        for position in lambda.outer { columns.append(try chunk.columns[position].gather(rows)) }
        columns.append(elements)
        if lambda.parameterCount > 1 { columns.append(Column(flat: .bigint, count: total, lanes: positions)) }
        let results = try lambda.body.evaluate(Chunk(columns: columns, count: total))
        let list = Column(flat: lists.type, count: chunk.count, lanes: compact, validity: lists.validityBuffer, children: [elements])
        let computed = Column(
            flat: .list(results.type), count: chunk.count, lanes: compact, validity: lists.validityBuffer, children: [results])
        do { return try function.compute([list, computed], chunk.count, functions) } catch { throw error.at(span) }
    }
}

extension ExpressionCompiler {
    /// A call whose last argument is a lambda over its first, a list.
    func compileLambda(_ call: ScalarCall, _ parameters: [PlanColumn], _ body: BoundExpression) throws(SQLError) -> any CompiledExpression {
        guard call.arguments.count == 2, let first = call.arguments.first, case .list = first.type, (1...2).contains(parameters.count)
        else {
            throw .unsupported("a lambda in a call of \(call.name)", at: call.span)
        }
        let used = body.columns
        let outer = columns.indices.filter { used.contains(columns[$0].id) }
        let inner = ExpressionCompiler(columns: outer.map { columns[$0] } + parameters, functions: functions)
        let lambda = LambdaCallExpression.Lambda(outer: outer, parameterCount: parameters.count, body: try inner.compile(body))
        return LambdaCallExpression(call, list: try compile(first), lambda, functions)
    }
}
