/// generate_series and range: numbers and times at equal distances.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors
import Synchronization

/// Makes values from their position, so that workers can begin anywhere; series by the calendar are made one after the other.
final class SeriesSource: Source {
    private let type: SQLType
    private let series: Series
    private let order: BatchOrder
    private let next = Atomic<Int>(0)

    /// Rows that one worker makes at a time.
    private static let pieceRows = 32 * Chunk.capacity

    init(_ node: SeriesNode, _ order: BatchOrder, _ builder: PipelineBuilder) throws(SQLError) {
        var arguments: [Value] = []
        for argument in node.arguments { arguments.append(try ConstantFolder.evaluate(argument, builder.context.functions)) }
        type = node.column.type
        let zone = try TimeZoneRules.named(builder.context.functions.timeZone)
        series = try Series(arguments, node.column.type, includesStop: node.includesStop, zone: zone)
        self.order = order
    }

    func open(_ context: ExecutionContext) throws(SQLError) {
        next.store(0, ordering: .relaxed)
        order.reset()
    }

    var parallelism: Int { series.isStepped ? 1 : max(1, series.count / Self.pieceRows) }

    var progress: Double? {
        series.count == 0 ? 1 : min(1, Double(next.load(ordering: .relaxed) * Self.pieceRows) / Double(series.count))
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { Producer(self) }

    private final class Producer: ChunkProducer {
        private let source: SeriesSource
        private var batch: Int?
        private var row = 0
        private var end = 0

        init(_ source: SeriesSource) { self.source = source }

        func next() throws(SQLError) -> Chunk? {
            let series = source.series
            if row == end {
                let piece = source.order.advance(from: batch) { () -> Int? in
                    let index = source.next.add(1, ordering: .relaxed).oldValue
                    let (first, overflow) = index.multipliedReportingOverflow(by: SeriesSource.pieceRows)
                    return !overflow && first < series.count ? first : nil
                }
                guard let piece else { return nil }
                batch = piece.batch
                row = piece.work
                end = row + min(SeriesSource.pieceRows, series.count - row)
            }
            let count = min(Chunk.capacity, end - row)
            let column = try series.column(row, count, source.type)
            row += count
            return Chunk(columns: [column], count: count, batch: batch ?? 0)
        }
    }
}
