/// Computing columns.

import LodeCore
import LodeVectors

final class ProjectOperator: Operator {
    private let items: ExpressionList

    init(_ items: ExpressionList) { self.items = items }

    func worker(into downstream: any ChunkConsumer, _ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        Worker(items, downstream)
    }

    private final class Worker: PassingConsumer {
        private let items: ExpressionList
        let downstream: any ChunkConsumer

        init(_ items: ExpressionList, _ downstream: any ChunkConsumer) {
            self.items = items
            self.downstream = downstream
        }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            try downstream.consume(Chunk(columns: try items.evaluate(chunk), count: chunk.count, batch: chunk.batch))
        }
    }
}
