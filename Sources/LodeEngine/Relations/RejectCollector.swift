/// The rows that one statement rejects into one table: streamed into files, so that any number of them takes little memory.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFormats
import LodeTables

/// Takes rejected rows of all workers. Its files lie in the table's folder, and go with it unless they are kept.
final class RejectCollector: RejectSink {
    private struct State {
        var rows: [RejectedRow] = []
        var bytes = 0
        /// What the rows in memory may take, and what of it is reserved.
        var maxBytes = 0
        var reserved = 0
        var file: (path: String, writer: any FileWriter, lane: any FileWriterLane)?
        var finished: [DataFile] = []
        var sources: Set<String> = []
        var readers = 1
        var isKept = false
    }

    let table: TableName
    let rejectedAt: Int64
    private let engine: Engine
    private let codec: String
    private let memory: MemoryBudget
    private let state = Lock(State())

    private static let heldBytes = 4 << 20
    /// Where the memory limit leaves no room.
    private static let leastHeldBytes = 256 << 10
    private static let fileBytes = 512 << 20

    init(_ table: TableName, _ engine: Engine, _ memory: MemoryBudget, codec: String, rejectedAt: Int64) {
        self.table = table
        self.engine = engine
        self.codec = codec
        self.rejectedAt = rejectedAt
        self.memory = memory
    }

    deinit {
        let (file, finished, isKept, reserved) = state.withLock { state in
            (state.file?.writer, state.finished, state.isKept, state.reserved)
        }
        memory.release(reserved)
        file?.abort()
        if isKept { return }
        for file in finished {
            guard let (store, path) = try? engine.stores.resolve(file.path) else { continue }
            try? store.delete(path)
        }
    }

    /// Says that one more reader of the statement rejects into the table.
    func addReader() { state.withLock { $0.readers += 1 } }
    /// Whether a row may be there twice, since several readers read the same file.
    var mayRepeat: Bool { state.withLock { $0.readers > 1 } }
    /// The files that have rejected rows.
    var sources: [String] { state.withLock { $0.sources.sorted() } }
    /// Says that the files belong to the table now.
    func keep() { state.withLock { $0.isKept = true } }

    func reject(_ row: RejectedRow) throws(SQLError) {
        try state.withLock { state throws(SQLError) in
            if state.maxBytes == 0 {
                let isReserved = memory.tryReserve(Self.heldBytes)
                state.reserved = isReserved ? Self.heldBytes : 0
                state.maxBytes = isReserved ? Self.heldBytes : Self.leastHeldBytes
            }
            state.rows.append(row)
            state.bytes += MemoryLayout<RejectedRow>.stride + row.message.utf8.count + row.text.utf8.count + 64
            if state.bytes >= state.maxBytes { try store(&state) }
        }
    }

    /// The files with all rows, complete but of no table yet.
    func finish() throws(SQLError) -> [DataFile] {
        try state.withLock { state throws(SQLError) in
            try store(&state)
            try close(&state)
            return state.finished
        }
    }

    private func store(_ state: inout State) throws(SQLError) {
        guard !state.rows.isEmpty else { return }
        let rows = state.rows.sorted { ($0.file, $0.byteOffset) < ($1.file, $1.byteOffset) }
        state.rows.removeAll(keepingCapacity: true)
        state.bytes = 0
        for (index, row) in rows.enumerated() where index == 0 || row.file != rows[index - 1].file { state.sources.insert(row.file) }
        let file = if let file = state.file { file } else { try open() }
        state.file = file
        for chunk in try ChunksRelation(displayName: "\(table)", schema: RejectTables.schema, rows: rows.map(values)).chunks {
            try file.lane.write(chunk)
        }
        try file.lane.finish()
        if file.writer.bytesWritten >= Self.fileBytes { try close(&state) }
    }

    private func open() throws(SQLError) -> (path: String, writer: any FileWriter, lane: any FileWriterLane) {
        let path = ManagedFileName.path(in: try engine.catalog.managedLocation(of: table), [], [], fileExtension: "parquet")
        let writer = try FileFormats.named("parquet").create(
            try engine.stores.createWriter(path), schema: RejectTables.schema,
            options: FormatOptions(["compression": .value(.text(SQLText(codec)))]))
        do throws(SQLError) { return (path, writer, try writer.lane()) } catch {
            writer.abort()
            throw error
        }
    }

    private func close(_ state: inout State) throws(SQLError) {
        guard let file = state.file else { return }
        let done = try file.writer.finish()
        state.file = nil
        var statistics: [String: ColumnStatistics] = [:]
        for (field, known) in zip(RejectTables.schema.fields, done.statistics) { statistics[field.name] = known }
        state.finished.append(DataFile(path: file.path, size: done.bytes, rowCount: done.rows, statistics: statistics))
    }

    private func values(_ row: RejectedRow) -> [Value] {
        [
            .text(SQLText(row.file)), .integer(Int64(row.line)), .integer(Int64(row.byteOffset)),
            row.column.map { .text(SQLText($0)) } ?? .null,
            .text(SQLText(row.state)), .text(SQLText(row.message)), .text(SQLText(row.text)), .timestamp(rejectedAt),
        ]
    }
}
