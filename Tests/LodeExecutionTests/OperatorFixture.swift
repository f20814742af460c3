// Small tables and plans for tests of operators: rows as values, plans by hand, results as values again.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors
import Testing

@testable import LodeExecution

/// One statement's worth of column numbers, tables and a way to run plans.
struct OperatorFixture {
    static let pool = WorkerPool(workers: 4)

    let ids = ColumnIDs()
    /// What the plans of all tests scan.
    static let relations = Relations()

    /// A scan of literal rows, in chunks of `chunkRows`.
    func table(_ columns: [(String, SQLType)], _ rows: [[Value]], chunkRows: Int = 7) throws -> LogicalPlan {
        let schema = Schema(columns.map { Field($0.0, $0.1) })
        var chunks: [Chunk] = []
        var start = 0
        while start < rows.count {
            let part = rows[start..<min(start + chunkRows, rows.count)]
            var made: [Column] = []
            for (index, column) in columns.enumerated() { made.append(try Column.make(column.1, part.map { $0[index] })) }
            chunks.append(Chunk(columns: made, count: part.count))
            start += part.count
        }
        let outputs = columns.enumerated().map { ScanOutput(PlanColumn(ids.fresh(), $1.0, $1.1), index: $0) }
        let relation = Self.relations.add(ChunksRelation(displayName: "t", schema: schema, chunks: chunks))
        return .scan(ScanNode(relation, outputs: outputs))
    }

    func column(_ plan: LogicalPlan, _ index: Int) -> BoundExpression { plan.columns[index].reference }

    func aggregate(_ name: String, _ types: [SQLType]) throws -> BoundAggregate {
        let function = try #require(FunctionRegistry.aggregates[name])
        let overload = try #require(
            function.overloads.first { $0.signature.accepts(count: types.count) && (try? $0.bind(types))?.parameters == types })
        return try overload.bind(types)
    }

    /// The rows of a plan.
    static func run(_ plan: LogicalPlan, threads: Int = 2, memory: Int = 1 << 30) throws -> [[Value]] {
        let budget = MemoryBudget(limit: memory)
        let context = ExecutionContext(
            pool: pool, memory: budget, cancellation: Cancellation(), functions: FunctionContext(transactionMicros: 0),
            relations: relations, threads: threads)
        let chunks = try QueryExecution(plan: plan, context: context).collect()
        return chunks.flatMap { chunk in (0..<chunk.count).map { row in chunk.columns.map { $0.value(at: row) } } }
    }

    /// Rows as text, in an order of their own, to compare results that have none.
    static func bag(_ rows: [[Value]]) -> [String] { rows.map { "\($0)" }.sorted() }
}

/// Numbers that look random and are the same in every run.
struct Dice {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }
    mutating func roll(_ sides: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(sides))
    }
}
