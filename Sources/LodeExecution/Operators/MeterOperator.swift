/// Counts the rows that pass a point of a pipeline.

import LodeCore
import LodeVectors

/// Sits behind every node's operator.
final class MeterOperator: Operator {
    let metrics: OperatorMetrics

    init(metrics: OperatorMetrics) { self.metrics = metrics }

    func worker(into downstream: any ChunkConsumer, _ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        Worker(metrics, downstream)
    }

    private final class Worker: PassingConsumer {
        private let metrics: OperatorMetrics
        let downstream: any ChunkConsumer
        private var rows = 0

        init(_ metrics: OperatorMetrics, _ downstream: any ChunkConsumer) {
            self.metrics = metrics
            self.downstream = downstream
        }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            rows &+= chunk.count
            return try downstream.consume(chunk)
        }

        func finish() throws(SQLError) {
            try downstream.finish()
            metrics.add(rows: rows)
        }
    }
}
