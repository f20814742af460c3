/// A table whose rows come by and by from somebody else: those of COPY FROM STDIN.

import LodeCore
import LodePlan
import LodeVectors

/// Gives rows to one worker after another, as they are wanted.
package protocol RowArrival: AnyObject, Sendable {
    /// Never waits.
    func next() throws(SQLError) -> Arrival
}

package enum Arrival: Sendable {
    /// Columns are those of the relation's schema.
    case rows(Chunk)
    /// Nothing yet.
    case waiting(Wait)
    case end
}

/// It can be read once.
package final class ArrivingRelation: Relation {
    package let displayName: String
    package let schema: Schema
    let arrival: any RowArrival

    package init(displayName: String, schema: Schema, _ arrival: any RowArrival) {
        self.displayName = displayName
        self.schema = schema
        self.arrival = arrival
    }

    package var partitionColumns: Set<String> { [] }
    package func readStatistics(of columns: [Int]) -> RelationStatistics { RelationStatistics() }
}

/// Some columns of the rows, in the order in which they come.
final class ArrivingSource: Source {
    private let arrival: any RowArrival
    private let columns: [Int]
    private let order: BatchOrder

    init(_ relation: ArrivingRelation, _ columns: [Int], _ order: BatchOrder) {
        arrival = relation.arrival
        self.columns = columns
        self.order = order
    }

    var parallelism: Int { 1 }
    var progress: Double? { nil }
    func open(_ context: ExecutionContext) throws(SQLError) { order.reset() }
    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { Producer(self) }

    private final class Producer: ChunkProducer {
        private let source: ArrivingSource
        private var batch: Int?
        private(set) var waits: Wait?

        init(_ source: ArrivingSource) { self.source = source }

        func next() throws(SQLError) -> Chunk? {
            waits = nil
            switch try source.arrival.next() {
            case .rows(let chunk):
                batch = source.order.advance(from: batch, { true })?.batch
                return Chunk(columns: source.columns.map { chunk.columns[$0] }, count: chunk.count, batch: batch ?? 0)
            case .waiting(let wait): waits = wait
            case .end: _ = source.order.advance(from: batch, { Bool?.none })
            }
            return nil
        }
    }
}
