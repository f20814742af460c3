/// An aggregation with its expressions compiled and its rows laid out.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

/// What all workers of one aggregation share.
///
/// Chunks become columns in this order: the keys, then everything that aggregates read, each once.
final class AggregatePlan: Sendable {
    /// One aggregate, with positions among the input columns.
    struct Call: Sendable {
        let function: BoundAggregate
        let arguments: [Int]
        let filter: Int?
        /// Where its state lies among the states of a row.
        let stateOffset: Int
        /// The side table that its rows go through; nil for those that are added at once.
        let side: Int?
        /// Whether an earlier call keeps the same state: then only the result is this call's.
        let sharesState: Bool
    }

    /// Rows that are kept beside the group until the end: those of a DISTINCT aggregate, once each; those of an ordered one, to be sorted.
    struct Side: Sendable {
        let arguments: [Int]
        let filter: Int?
        let isDistinct: Bool
        /// Positions among the input columns.
        let order: [OrderKey]
        let call: Int
        /// The columns that it keeps after the group's address: arguments, then order keys that are none.
        var columns: [Int] { arguments + order.map(\.column).filter { !arguments.contains($0) } }
    }

    struct OrderKey: Sendable, Hashable {
        let column: Int
        let descending: Bool
        let nullsFirst: Bool
    }

    /// A call without side table or filter, over columns that were put into the order of their groups.
    final class RunCall: Sendable {
        let function: BoundAggregate
        /// Positions among `runColumns`.
        let columns: [Int]
        let stateOffset: Int

        init(function: BoundAggregate, columns: [Int], stateOffset: Int) {
            self.function = function
            self.columns = columns
            self.stateOffset = stateOffset
        }
    }

    /// What makes states equal: the same rows in a state of one kind.
    private struct StateSource: Hashable {
        let kind: ObjectIdentifier
        let arguments: [Int]
        let filter: Int?
    }

    /// A call of the node and where its expressions lie.
    private struct PlacedCall {
        let call: AggregateCall
        let arguments: [Int]
        let filter: Int?
        let keys: [Int]

        var isDistinct: Bool {
            call.isDistinct && !call.arguments.isEmpty && !(FunctionRegistry.aggregates[call.name]?.ignoresDuplicates ?? false)
        }

        /// What its rows are sorted by before they are added: nothing, as a rule.
        ///
        /// Rows that the order leaves equal come as they stand in the input. Distinct values whose order matters come in their own, as in
        /// PostgreSQL.
        func order(_ batch: [Int]) -> [OrderKey] {
            func ascending(_ columns: [Int]) -> [OrderKey] { columns.map { OrderKey(column: $0, descending: false, nullsFirst: false) } }
            if keys.isEmpty { return isDistinct && call.function.takesBatch ? ascending(arguments) : [] }
            let order = zip(keys, call.order).map { OrderKey(column: $0, descending: $1.descending, nullsFirst: $1.nullsFirst) }
            return order + (isDistinct ? [] : ascending(batch))
        }
    }

    /// What calls that add at once read, each column once.
    let runColumns: [Int]
    let runCalls: [RunCall]
    /// Whether no other call keeps a state.
    var addsRunsOnly: Bool { runCalls.count == stateCalls.count }
    let inputs: ExpressionList
    /// Whether the number of each chunk's batch is a column behind those of the expressions, for calls whose result depends on order.
    private let numbersBatches: Bool
    /// Whether some result depends on the order of rows.
    let dependsOnOrder: Bool
    let keyTypes: [SQLType]
    let keyNullable: [Bool]
    /// Each a list of keys; one of all keys where there are no GROUPING SETS.
    let sets: [[Int]]
    let hasSetColumn: Bool
    let calls: [Call]
    /// The calls that keep a state, each state once.
    let stateCalls: [Call]
    let sides: [Side]
    let stateBytes: Int
    let hasStateOwners: Bool
    let resultTypes: [SQLType]

    /// - Parameter inBatches: whether chunks come from several workers and say by their batch where in the input's order they belong.
    init(_ node: AggregateNode, input: [PlanColumn], inBatches: Bool, _ context: ExecutionContext) throws(SQLError) {
        var expressions = node.groups.map(\.expression)
        let keyCount = expressions.count
        var places: [BoundExpression: Int] = [:]
        func position(_ expression: BoundExpression) -> Int {
            if let index = places[expression] { return index }
            expressions.append(expression)
            if !expression.isVolatile { places[expression] = expressions.count - 1 }
            return expressions.count - 1
        }
        let placed = ShiftedSums.sharing(node.aggregates).map { call in
            PlacedCall(
                call: call, arguments: call.arguments.map(position), filter: call.filter.map(position),
                keys: call.order.map { position($0.expression) })
        }
        dependsOnOrder = !node.ignoresOrder
        numbersBatches = inBatches && dependsOnOrder
        let batch = numbersBatches ? [expressions.count] : []
        var calls: [Call] = [], sides: [Side] = []
        var offset = 0
        var states: [StateSource: Int] = [:]
        for placed in placed {
            let aggregate = placed.call, filter = placed.filter, isDistinct = placed.isDistinct
            var arguments = placed.arguments
            let order = placed.order(batch)
            var side: Int?
            if isDistinct || !order.isEmpty {
                side = sides.count
                sides.append(Side(arguments: arguments, filter: filter, isDistinct: isDistinct, order: order, call: calls.count))
            } else if aggregate.function.takesBatch {
                arguments += batch
            }
            let source =
                side == nil ? aggregate.function.stateKind.map { StateSource(kind: $0, arguments: arguments, filter: filter) } : nil
            let known = source.flatMap { states[$0] }
            calls.append(
                Call(
                    function: aggregate.function.limited(by: context.memory, name: aggregate.name, staysUntilEnd: true),
                    arguments: arguments, filter: filter, stateOffset: known ?? offset, side: side, sharesState: known != nil))
            if known != nil { continue }
            if let source { states[source] = offset }
            offset += (aggregate.function.stateBytes + 7) / 8 * 8
        }
        inputs = try ExpressionList(expressions, columns: input, functions: context.functions)
        keyTypes = node.groups.map(\.expression.type)
        let known = Set(node.input.columns.filter { !$0.nullable }.map(\.id)).intersection(input.filter { !$0.nullable }.map(\.id))
        keyNullable = node.groups.map { item in
            if case .column(let id, _) = item.expression, known.contains(id) { return false }
            return item.column.nullable
        }
        sets = node.sets ?? [Array(0..<keyCount)]
        hasSetColumn = node.setColumn != nil
        self.calls = calls
        stateCalls = calls.filter { !$0.sharesState }
        self.sides = sides
        stateBytes = offset
        (runColumns, runCalls) = Self.runs(stateCalls)
        hasStateOwners = calls.contains { $0.function.destroy != nil }
        resultTypes = node.aggregates.map(\.function.returns)
    }

    /// DISTINCT over all columns: keys only.
    init(distinct columns: [PlanColumn], functions: FunctionContext) throws(SQLError) {
        inputs = try ExpressionList(columns.map(\.reference), columns: columns, functions: functions)
        numbersBatches = false
        dependsOnOrder = false
        keyTypes = columns.map(\.type)
        keyNullable = columns.map { _ in true }
        sets = [Array(columns.indices)]
        hasSetColumn = false
        calls = []
        stateCalls = []
        sides = []
        stateBytes = 0
        runColumns = []
        runCalls = []
        hasStateOwners = false
        resultTypes = []
    }

    /// Keys and all that aggregates read, for the rows of a chunk.
    func evaluate(_ chunk: Chunk) throws(SQLError) -> [Column] {
        let columns = try inputs.evaluate(chunk)
        return numbersBatches ? columns + [try .constant(.integer(Int64(chunk.batch)), .bigint, count: chunk.count)] : columns
    }

    /// The type of a column that `evaluate` gives.
    func type(of column: Int) -> SQLType { column < inputs.count ? inputs.types[column] : .bigint }

    private static func runs(_ calls: [Call]) -> ([Int], [RunCall]) {
        var columns: [Int] = []
        var runs: [RunCall] = []
        for call in calls where call.side == nil && call.filter == nil {
            let places = call.arguments.map { argument in
                if let known = columns.firstIndex(of: argument) { return known }
                columns.append(argument)
                return columns.count - 1
            }
            runs.append(RunCall(function: call.function, columns: places, stateOffset: call.stateOffset))
        }
        return (columns, runs)
    }

    /// The rows of groups; where there are side tables, a word behind the states leads from a row that was merged to the one that stands
    /// for
    /// its group.
    func layout(of set: [Int]) throws(SQLError) -> GroupLayout {
        try GroupLayout(
            keys: set.map { NestedKeys.keyType(keyTypes[$0]) }, nullable: set.map { keyNullable[$0] || sets.count > 1 },
            stateBytes: stateBytes + (sides.isEmpty ? 0 : 8))
    }

    /// The rows of a side table: the address of the group's row unless there is one group only, the arguments, what they are ordered by.
    func layout(of side: Side, in set: [Int]) throws(SQLError) -> GroupLayout {
        let columns = side.columns.map { NestedKeys.keyType(type(of: $0)) }
        let address: [SQLType] = set.isEmpty ? [] : [.bigint]
        return try GroupLayout(
            keys: address + columns, nullable: address.map { _ in false } + columns.map { _ in true }, stateBytes: 0)
    }

    /// Frees what the states of rows own; nil if they own nothing.
    func destroyer(_ layout: GroupLayout) -> (@Sendable (Lanes<UnsafeMutableRawPointer>, Int) -> Void)? {
        guard hasStateOwners else { return nil }
        let base = layout.stateOffset, calls = stateCalls
        return { rows, count in
            for call in calls { call.function.destroy?(rows, base + call.stateOffset, count) }
        }
    }
}
