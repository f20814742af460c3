// Pipelines end to end: order, limits, unions, CTEs, recursion, cancelling, errors of workers.

import Glibc
import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors
import Synchronization
import Testing

@testable import LodeExecution

@Suite struct PipelineTests {
    let fixture = OperatorFixture()

    func numbers(_ count: Int, chunkRows: Int = 64) throws -> LogicalPlan {
        try fixture.table([("n", .bigint)], (0..<count).map { [.integer(Int64($0))] }, chunkRows: chunkRows)
    }

    func integer(_ value: Int) -> BoundExpression { .constant(.integer(Int64(value)), .bigint) }

    @Test(arguments: [1, 2, 4])
    func `rows come in the order of the table, however many workers read it`(threads: Int) throws {
        let input = try numbers(20_000)
        let odd = BoundExpression.comparison(.notEqual, fixture.column(input, 0), integer(77), nil)
        let found = try OperatorFixture.run(.filter(FilterNode(input: input, predicate: odd)), threads: threads)
        #expect(found == (0..<20_000).filter { $0 != 77 }.map { [.integer(Int64($0))] })
    }

    @Test func `a limit gives the first rows, and an offset skips them`() throws {
        let input = try numbers(50_000)
        for (count, offset) in [(10, 0), (100, 30_000), (5, 49_998), (0, 3), (1, 60_000)] {
            let plan = LogicalPlan.limit(LimitNode(input: input, count: integer(count), offset: integer(offset)))
            let expected = (0..<50_000).dropFirst(offset).prefix(count).map { [Value.integer(Int64($0))] }
            #expect(try OperatorFixture.run(plan, threads: 4) == Array(expected))
        }
        let error = try #require(throws: SQLError.self) {
            try OperatorFixture.run(.limit(LimitNode(input: input, count: integer(-1), offset: nil)))
        }
        #expect(error.state == .invalidLimit)
    }

    @Test func `with ties, rows equal to the last one come too`() throws {
        let input = try fixture.table([("a", .bigint)], [1, 1, 2, 2, 2, 3].map { [.integer($0)] }, chunkRows: 2)
        let plan = LogicalPlan.limit(LimitNode(input: input, count: integer(3), offset: nil, ties: [SortKey(fixture.column(input, 0))]))
        #expect(try OperatorFixture.run(plan).map { $0[0] } == [1, 1, 2, 2, 2].map { .integer($0) })
    }

    @Test func `unions keep all rows or each once`() throws {
        let a = try numbers(300), b = try numbers(500)
        func union(_ kind: SetOperationNode.Kind) -> LogicalPlan {
            .setOperation(SetOperationNode(kind: kind, inputs: [a, b], columns: [PlanColumn(fixture.ids.fresh(), "n", .bigint)]))
        }
        let inOrder = ((0..<300) + Array(0..<500)).map { [Value.integer(Int64($0))] }
        for _ in 0..<20 { #expect(try OperatorFixture.run(union(.unionAll), threads: 3) == inOrder) }
        #expect(Set(try OperatorFixture.run(union(.union))).count == 500)
        #expect(try OperatorFixture.run(union(.union)).count == 500)
    }

    @Test func `a CTE is computed once and read twice`() throws {
        let input = try numbers(100)
        func read() -> LogicalPlan { .cteScan(CTEScanNode(cte: 1, name: "c", columns: [PlanColumn(fixture.ids.fresh(), "n", .bigint)])) }
        let both = LogicalPlan.setOperation(
            SetOperationNode(kind: .unionAll, inputs: [read(), read()], columns: [PlanColumn(fixture.ids.fresh(), "n", .bigint)]))
        #expect(try OperatorFixture.run(.with(WithNode(cte: 1, name: "c", definition: input, body: both))).count == 200)
    }

    /// `n, then n + 1 …`, as a recursion; `modulus` makes it come back to rows that it had.
    func recursion(isDistinct: Bool, below limit: Int?) throws -> LogicalPlan {
        let anchor = try fixture.table([("n", .bigint)], [[.integer(0)]])
        let scan = LogicalPlan.cteScan(CTEScanNode(cte: 9, name: "r", columns: [PlanColumn(fixture.ids.fresh(), "n", .bigint)]))
        let plus = try #require(FunctionRegistry.scalars[isDistinct ? "%" : "+"])
        let other = integer(isDistinct ? 3 : 1)
        let bound = try #require(plus.overloads.lazy.compactMap { try? $0.bind([.bigint, .bigint]) }.first)
        let next = BoundExpression.call(
            ScalarCall(
                name: "+", function: bound, volatility: .immutable, isStrict: true, arguments: [fixture.column(scan, 0), other], span: nil))
        var step = LogicalPlan.project(ProjectNode(input: scan, items: [.init(PlanColumn(fixture.ids.fresh(), "n", .bigint), next)]))
        if let limit {
            step = .filter(FilterNode(input: step, predicate: .comparison(.less, fixture.column(step, 0), integer(limit), nil)))
        }
        return .recursive(
            RecursiveNode(
                cte: 9, name: "r", columns: [PlanColumn(fixture.ids.fresh(), "n", .bigint)], anchor: anchor, step: step,
                isDistinct: isDistinct))
    }

    @Test func `a recursion ends when a round gives nothing new`() throws {
        #expect(try OperatorFixture.run(recursion(isDistinct: false, below: 200)).map { $0[0] } == (0..<200).map { .integer($0) })
        #expect(try OperatorFixture.run(recursion(isDistinct: true, below: nil)) == [[.integer(0)]])
    }

    @Test func `an endless recursion ends at a limit`() throws {
        let endless = try recursion(isDistinct: false, below: nil)
        let plan = LogicalPlan.limit(LimitNode(input: endless, count: integer(25), offset: nil))
        #expect(try OperatorFixture.run(plan).count == 25)
    }

    @Test func `cancelling ends a query within a tenth of a second`() throws {
        let endless = try recursion(isDistinct: false, below: nil)
        let cancellation = Cancellation()
        let context = ExecutionContext(
            pool: OperatorFixture.pool, memory: MemoryBudget(limit: 1 << 30), cancellation: cancellation,
            functions: FunctionContext(transactionMicros: 0),
            relations: OperatorFixture.relations, threads: 2)
        let cancelled = Atomic<Int>(0)
        let error = try WithThread.run {
            usleep(50_000)
            cancelled.store(MonotonicClock.now(), ordering: .relaxed)
            cancellation.cancel()
        } during: {
            try #require(throws: SQLError.self) { _ = try QueryExecution(plan: endless, context: context).collect() }
        }
        #expect(error.state == .queryCanceled)
        #expect(MonotonicClock.now() - cancelled.load(ordering: .relaxed) < 100_000_000)
    }

    @Test func `an error of one worker ends the query and is the one reported`() throws {
        let input = try numbers(100_000)
        let modulo = try #require(FunctionRegistry.scalars["%"])
        let bound = try #require(modulo.overloads.lazy.compactMap { try? $0.bind([.bigint, .bigint]) }.first)
        let minus = try #require(FunctionRegistry.scalars["-"])
        let subtract = try #require(
            minus.overloads.lazy.filter { $0.signature.accepts(count: 2) }.compactMap { try? $0.bind([.bigint, .bigint]) }.first {
                $0.parameters == [.bigint, .bigint]
            })
        func call(_ name: String, _ f: BoundScalar, _ a: BoundExpression, _ b: BoundExpression) -> BoundExpression {
            .call(ScalarCall(name: name, function: f, volatility: .immutable, isStrict: true, arguments: [a, b], span: SourceSpan(1, 2)))
        }
        let failing = call("%", bound, integer(1), call("-", subtract, fixture.column(input, 0), integer(70_000)))
        let plan = LogicalPlan.project(ProjectNode(input: input, items: [.init(PlanColumn(fixture.ids.fresh(), "x", .bigint), failing)]))
        let error = try #require(throws: SQLError.self) { try OperatorFixture.run(plan, threads: 4) }
        #expect(error.state == .divisionByZero)
    }

    @Test func `a receiver that has enough ends the query`() throws {
        final class First: ResultConsumer {
            let rows = Atomic<Int>(0)
            func receive(_ chunk: Chunk) throws(SQLError) -> Demand {
                rows.add(chunk.count, ordering: .relaxed)
                return .enough
            }
        }
        let context = ExecutionContext(
            pool: OperatorFixture.pool, memory: MemoryBudget(limit: 1 << 30), cancellation: Cancellation(),
            functions: FunctionContext(transactionMicros: 0),
            relations: OperatorFixture.relations, threads: 2)
        let first = First()
        try QueryExecution(plan: try recursion(isDistinct: false, below: nil), context: context).run(into: first)
        #expect(first.rows.load(ordering: .relaxed) == 1)
    }

    @Test func `metrics tell the rows of every node`() throws {
        let input = try numbers(1000)
        let plan = LogicalPlan.filter(FilterNode(input: input, predicate: .comparison(.less, fixture.column(input, 0), integer(10), nil)))
        let context = ExecutionContext(
            pool: OperatorFixture.pool, memory: MemoryBudget(limit: 1 << 30), cancellation: Cancellation(),
            functions: FunctionContext(transactionMicros: 0),
            relations: OperatorFixture.relations, threads: 2)
        let execution = try QueryExecution(plan: plan, context: context)
        _ = try execution.collect()
        #expect(execution.metrics.preorder(plan).map(\.rows) == [10, 1000])
        #expect(execution.progress == 1)
    }
}

/// Runs something on another thread for as long as a body takes.
private enum WithThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    static func run<R>(_ body: @escaping @Sendable () -> Void, during main: () throws -> R) throws -> R {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, Unmanaged.passRetained(Work(body)).toOpaque())
        defer { pthread_join(thread, nil) }
        return try main()
    }
}
