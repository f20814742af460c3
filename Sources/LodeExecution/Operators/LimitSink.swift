/// LIMIT and OFFSET: the first rows in the order of the input, whatever worker finds them.

import LodeCore
import LodeVectors

/// Keeps the rows of each batch apart until it is known that the batches before it have enough.
///
/// A worker stops as soon as its own batch and those before have given `offset + count` rows: rows of later batches can't
/// be among the first. So the result is that of a scan from front to back, though several workers read.
final class LimitSink: Sink {
    let store: ChunkStore
    private let offset: Int
    /// Nil: all rows after the offset.
    private let count: Int?
    /// FETCH … WITH TIES: equal in these to the last row.
    private let ties: [any CompiledExpression]
    private let seen = Lock<[Int: Int]>([:])
    private let kept = Lock<[Chunk]>([])

    init(offset: Int, count: Int?, ties: [any CompiledExpression], memory: MemoryBudget) {
        self.offset = offset
        self.count = count
        self.ties = ties
        store = ChunkStore(memory: memory)
    }

    /// Rows that are needed from the front; nil for all.
    private var needed: Int? {
        guard let count, ties.isEmpty else { return nil }
        let (sum, overflow) = offset.addingReportingOverflow(count)
        return overflow ? nil : sum
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer { Worker(self) }

    /// Counts the rows of a batch; the number of rows in front of them that are known so far.
    private func claim(_ rows: Int, of batch: Int) -> Int {
        seen.withLock { seen in
            var before = 0
            for (number, rows) in seen where number <= batch { before += rows }
            seen[batch, default: 0] += rows
            return before
        }
    }

    private final class Worker: ChunkConsumer {
        private let sink: LimitSink
        private var chunks: [Chunk] = []

        init(_ sink: LimitSink) { self.sink = sink }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            guard let needed = sink.needed else {
                chunks.append(chunk)
                return .more
            }
            let before = sink.claim(chunk.count, of: chunk.batch)
            if before >= needed { return .enough }
            let room = needed - before
            chunks.append(chunk.count > room ? try chunk.slice(0, room) : chunk)
            return chunk.count >= room ? .enough : .more
        }

        func finish() throws(SQLError) { sink.kept.withLock { $0 += chunks } }
    }

    func complete(_ context: ExecutionContext) throws(SQLError) {
        let all = kept.withLock { let all = $0; $0 = []; return all }
        let order = all.indices.sorted { (all[$0].batch, $0) < (all[$1].batch, $1) }
        var skip = offset, left = count ?? Int.max
        var result: [Chunk] = []
        var last: [Value]?
        for index in order {
            var chunk = all[index]
            if skip >= chunk.count {
                skip -= chunk.count
                continue
            }
            if skip > 0 { chunk = try chunk.slice(skip, chunk.count - skip) }
            skip = 0
            let taken = min(left, chunk.count)
            if taken > 0 { result.append(try chunk.slice(0, taken)) }
            left -= taken
            guard left == 0 else { continue }
            if ties.isEmpty || count == 0 { break }
            if last == nil { last = try keys(chunk, taken - 1) }
            let equal = try tied(chunk, from: taken, to: last ?? [])
            if equal > 0 { result.append(try chunk.slice(taken, equal)) }
            if taken + equal < chunk.count { break }
        }
        try store.append(result, bytes: result.reduce(0) { $0 + $1.approximateBytes })
    }

    private func keys(_ chunk: Chunk, _ row: Int) throws(SQLError) -> [Value] {
        var values: [Value] = []
        for key in ties { values.append(try key.evaluate(chunk).value(at: row)) }
        return values
    }

    private func tied(_ chunk: Chunk, from start: Int, to last: [Value]) throws(SQLError) -> Int {
        var columns: [Column] = []
        for key in ties { columns.append(try key.evaluate(chunk)) }
        var row = start
        while row < chunk.count, columns.map({ $0.value(at: row) }) == last { row += 1 }
        return row - start
    }
}
