/// The end of the pipeline that aggregates: every worker groups for itself.

import LodeCore
import LodeVectors
import Synchronization

/// Collects the workers' tables. Merging them is left to whoever reads the result, partition by partition.
final class AggregateSink: Sink {
    let plan: AggregatePlan
    let result: AggregateResult
    /// The grouping sets that see every row.
    private let fed: [Int]
    /// What tells the scan which groups are wanted, where a top-N wants some only.
    private let first: FirstGroupKeys?

    init(_ plan: AggregatePlan, first: FirstGroupKeys? = nil) {
        self.plan = plan
        self.first = first
        fed = DerivedSets.fed(plan)
        result = AggregateResult(plan)
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer { try Worker(self, context) }

    /// DISTINCT values of an aggregation without keys are counted partition by partition, in parallel.
    func finalTasks(_ context: ExecutionContext) throws(SQLError) -> [FinalTask] { try result.ungroupedTasks(context) }

    func complete(_ context: ExecutionContext) throws(SQLError) {
        first?.threshold.reset()
        try result.combinePartials()
    }

    private final class Worker: ChunkConsumer {
        private let sink: AggregateSink
        private let tables: [AggregateTables]
        private let cancellation: Cancellation
        private let first: FirstGroupKeys.Watch?

        init(_ sink: AggregateSink, _ context: ExecutionContext) throws(SQLError) {
            self.sink = sink
            var tables: [AggregateTables] = []
            for set in sink.plan.sets { tables.append(try AggregateTables(sink.plan, set: set, memory: context.memory)) }
            self.tables = tables
            cancellation = context.cancellation
            first = try sink.first.map { (keys) throws(SQLError) in try FirstGroupKeys.Watch(keys) }
        }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            let columns = try sink.plan.evaluate(chunk)
            if let first { try first.see(columns[first.key], count: chunk.count) }
            for set in sink.fed { try tables[set].add(columns, count: chunk.count) }
            return .more
        }

        func finish() throws(SQLError) {
            try DerivedSets.fill(tables, fed: sink.fed, cancellation)
            sink.result.take(tables)
        }
    }
}
