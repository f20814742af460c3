/// Where UPDATE, DELETE, MERGE and INSERT … RETURNING end: rows that go are noted, rows that come are written.

import LodeCore
import LodeFormats
import LodePlan
import LodeTables
import LodeVectors

/// Takes the rows of a query that `RowChanges` describes. New rows go on to a table writer at once; of those that go only the numbers are
/// kept, a bit each; what is returned is held until the statement is committed.
package final class RowChangeSink: Sink {
    private struct State {
        var numbers: [SQLText: Int] = [:]
        var paths: [SQLText] = []
        var deleted: [RowPositions] = []
        var count = 0
    }

    private let changes: RowChanges
    private let writer: TableWriteSink
    /// Where the rows go once more, for who reads changes.
    private let feed: (rows: RowFeed, writer: TableWriteSink)?
    private let memory: WriteReservation
    private let held: ChunkStore
    private let state = Lock(State())

    /// - Parameter feed: writes the table's columns with `RowFeed.typeColumn`; nil where nobody asks what changed.
    package init(
        _ changes: RowChanges, into writer: TableWriteSink, feed: TableWriteSink? = nil, memory: MemoryBudget
    ) throws(SQLError) {
        self.changes = changes
        self.feed = try feed.map { (writer) throws(SQLError) in (try RowFeed(changes), writer) }
        self.writer = writer
        self.memory = WriteReservation(memory)
        held = ChunkStore(memory: memory)
    }

    /// The rows that go, by the path of their file. Call after the query has run.
    package var deleted: [String: RowPositions] {
        state.withLock { state in
            Dictionary(zip(state.paths.map(\.string), state.deleted), uniquingKeysWith: { first, _ in first })
        }
    }

    /// How many rows the statement changed.
    package var count: Int { state.withLock { $0.count } }

    /// What RETURNING gives, in the order of the query.
    package var returned: [Chunk] { held.chunks }

    package func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        Worker(self, try writer.worker(context), try feed.map { (feed) throws(SQLError) in (feed.rows, try feed.writer.worker(context)) })
    }

    package func finalTasks(_ context: ExecutionContext) throws(SQLError) -> [FinalTask] {
        try writer.finalTasks(context) + (try feed?.writer.finalTasks(context) ?? [])
    }

    package func drain() throws(SQLError) -> Demand { try writer.drain().and(try feed?.writer.drain() ?? .more) }

    package func complete(_ context: ExecutionContext) throws(SQLError) {
        held.sortByBatch()
        try writer.complete(context)
        try feed?.writer.complete(context)
    }

    /// Notes the rows that go.
    /// - Returns: the rows of the chunk that count; nil for all.
    private func note(_ chunk: Chunk) throws(SQLError) -> Selection? {
        guard let file = changes.file, let number = changes.number else {
            state.withLock { $0.count += chunk.count }
            return nil
        }
        let paths = chunk.columns[file], numbers = chunk.columns[number]
        let kept = try Selection(capacity: chunk.count)
        try state.withLock { state throws(SQLError) in
            var last: (path: SQLText, index: Int)?
            for row in 0..<chunk.count {
                // Chunks of one file, as scans give them, have one path.
                if row == 0 || paths.layout != .constant {
                    last = try index(of: paths.value(at: row), knowing: last, &state)
                }
                if let last {
                    guard case .integer(let gone) = numbers.value(at: row) else { throw .internalFault("a row without a number") }
                    guard try isNew(gone, &state.deleted[last.index]) else { continue }
                }
                kept[kept.count] = UInt32(truncatingIfNeeded: row)
                kept.count += 1
            }
            state.count += kept.count
        }
        return kept.count == chunk.count ? nil : kept
    }

    private func index(
        of value: Value, knowing last: (path: SQLText, index: Int)?, _ state: inout State
    ) throws(SQLError) -> (path: SQLText, index: Int)? {
        guard case .text(let path) = value else { return nil }
        if let last, last.path == path { return last }
        if let known = state.numbers[path] { return (path, known) }
        state.numbers[path] = state.paths.count
        state.paths.append(path)
        state.deleted.append(RowPositions())
        return (path, state.paths.count - 1)
    }

    private func isNew(_ row: Int64, _ deleted: inout RowPositions) throws(SQLError) -> Bool {
        guard let growth = deleted.growth(for: row) else { throw .internalFault("a row has the number \(row)") }
        if growth > 0 { try memory.reserve(growth, for: "the numbers of changed rows") }
        if deleted.insert(row) { return true }
        if changes.repetition == .ignored { return false }
        throw SQLError(
            .cardinalityViolation, "MERGE command cannot affect row a second time",
            hint: "Ensure that not more than one source row matches any one target row.")
    }

    private func give(_ chunk: Chunk) throws(SQLError) {
        if changes.returned.isEmpty { return }
        let own = Chunk(columns: Array(chunk.columns[changes.returned]), count: chunk.count, batch: chunk.batch)
        try held.append([try own.withoutForeignMemory()], bytes: own.approximateBytes)
    }

    /// The new rows of a chunk; nil if it has none.
    private func newRows(_ chunk: Chunk) throws(SQLError) -> Chunk? {
        if changes.newRow.isEmpty { return nil }
        let rows = Chunk(columns: Array(chunk.columns[changes.newRow]), count: chunk.count, batch: chunk.batch)
        guard let flag = changes.isWritten else { return rows }
        let written = chunk.columns[flag], kept = try Selection(capacity: chunk.count)
        for row in 0..<chunk.count where written.value(at: row) == .boolean(true) {
            kept[kept.count] = UInt32(truncatingIfNeeded: row)
            kept.count += 1
        }
        if kept.count == 0 { return nil }
        return kept.count == chunk.count ? rows : try rows.gather(kept)
    }

    private final class Worker: ChunkConsumer {
        private let sink: RowChangeSink
        private let downstream: any ChunkConsumer
        private let feed: (rows: RowFeed, downstream: any ChunkConsumer)?

        init(_ sink: RowChangeSink, _ downstream: any ChunkConsumer, _ feed: (RowFeed, any ChunkConsumer)?) {
            self.sink = sink
            self.downstream = downstream
            self.feed = feed.map { ($0.0, $0.1) }
        }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            if chunk.count == 0 { return .more }
            let kept = try sink.note(chunk)
            if let kept, kept.count == 0 { return .more }
            let changed = try kept.map { (rows) throws(SQLError) in try chunk.gather(rows) } ?? chunk
            try sink.give(changed)
            var demand = Demand.more
            if let rows = try sink.newRows(changed) { demand = try downstream.consume(rows) }
            for rows in try feed?.rows.rows(changed) ?? [] { demand = demand.and(try feed?.downstream.consume(rows) ?? .more) }
            return demand
        }

        func resume() throws(SQLError) -> Demand { try downstream.resume().and(try feed?.downstream.resume() ?? .more) }
        func giveRest() throws(SQLError) -> Demand { try downstream.giveRest().and(try feed?.downstream.giveRest() ?? .more) }

        func finish() throws(SQLError) {
            try downstream.finish()
            try feed?.downstream.finish()
        }
    }
}

extension Demand {
    /// What is wanted where two consumers get the same rows: who is full is waited for.
    fileprivate func and(_ other: Demand) -> Demand {
        if case .full = self { return self }
        return self == .enough && other == .enough ? .enough : other == .enough ? .more : other
    }
}
