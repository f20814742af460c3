/// Counts the rows that pass a point of a pipeline.

import Glibc
import LodeCore
import LodeVectors

/// Sits behind every node's operator.
final class MeterOperator: Operator {
    let metrics: OperatorMetrics

    init(metrics: OperatorMetrics) { self.metrics = metrics }

    func worker(into downstream: any ChunkConsumer, _ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        Worker(metrics, downstream)
    }

    private final class Worker: ChunkConsumer {
        private let metrics: OperatorMetrics
        private let downstream: any ChunkConsumer
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

/// Nanoseconds that only go forward.
package enum MonotonicClock {
    package static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec &* 1_000_000_000 &+ time.tv_nsec
    }
}
