/// WHERE and HAVING.

import LodeCore
import LodeVectors

final class FilterOperator: Operator {
    private let filter: RowFilter

    init(_ filter: RowFilter) { self.filter = filter }

    func worker(into downstream: any ChunkConsumer, _ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        Worker(filter, downstream)
    }

    private final class Worker: PassingConsumer {
        private let filter: RowFilter
        let downstream: any ChunkConsumer

        init(_ filter: RowFilter, _ downstream: any ChunkConsumer) {
            self.filter = filter
            self.downstream = downstream
        }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            guard let rows = try filter.select(chunk) else { return try downstream.consume(chunk) }
            if rows.count == 0 { return .more }
            return try downstream.consume(try chunk.gather(rows))
        }
    }
}
