/// Writing a Parquet file from row groups that lanes encode.

import LodeCore
import LodeObjectStore
import LodeVectors

/// Takes encoded row groups in any order and ends the file with indexes and footer.
///
///     PAR1 | row group: column chunks … Bloom filters … | … | column indexes | offset indexes | footer | its length | PAR1
final class ParquetWriter: FileWriter {
    let schema: Schema
    let plan: SchemaPlan
    let options: ParquetWriteOptions
    private let path: String
    /// Used under the lock only.
    private nonisolated(unsafe) let object: any ObjectWriter
    private nonisolated(unsafe) var order = BlockOrder<[EncodedRowGroup]>()

    private struct State {
        var rowGroups: [RowGroup] = []
        var columnIndexes: [[ColumnIndex?]] = []
        var offsetIndexes: [[OffsetIndex]] = []
        var statistics: [ColumnStatistics?]
        var rows = 0
    }
    private let state: Lock<State>

    init(_ object: any ObjectWriter, schema: Schema, options: ParquetWriteOptions) throws(SQLError) {
        self.object = object
        self.schema = schema
        self.options = options
        path = object.path
        plan = try SchemaPlan(schema, options.fieldIDs)
        state = Lock(State(statistics: Array(repeating: nil, count: plan.leaves.count)))
        try object.write(Self.magic)
    }

    private static let magic = Array("PAR1".utf8)

    func lane() throws(SQLError) -> any FileWriterLane { try ParquetWriterLane(self) }

    var bytesWritten: Int { state.withLock { _ in object.position } }

    func abort() { state.withLock { _ in object.abort() } }

    func nextBlock() -> Int { state.withLock { _ in order.claim() } }

    /// Appends the row groups of a block once the blocks before it are there.
    func append(_ block: [EncodedRowGroup], _ number: Int) throws(SQLError) {
        nonisolated(unsafe) let block = block
        try state.withLock { state throws(SQLError) in
            for group in order.take(block, number).joined() { try append(group.columns, group.rows, &state) }
        }
    }

    private func append(_ columns: [EncodedColumn], _ rows: Int, _ state: inout State) throws(SQLError) {
        var group = RowGroup()
        group.rowCount = rows
        group.fileOffset = object.position
        group.ordinal = Int16(exactly: state.rowGroups.count)
        group.sortingColumns = options.sortedBy.isEmpty ? nil : options.sortedBy
        var offsetIndexes: [OffsetIndex] = []
        for (index, column) in columns.enumerated() {
            let start = object.position
            defer { withExtendedLifetime(column) {} }
            try object.write(column.bytes.bytes)
            var metaData = column.metaData
            metaData.dataPageOffset += start
            if let offset = metaData.dictionaryPageOffset { metaData.dictionaryPageOffset = offset + start }
            var chunk = ColumnChunk()
            chunk.metaData = metaData
            group.columns.append(chunk)
            group.uncompressedBytes += metaData.uncompressedBytes
            group.compressedBytes = (group.compressedBytes ?? 0) + metaData.compressedBytes
            offsetIndexes.append(
                OffsetIndex(
                    pages: column.offsetIndex.pages.map { PageLocation(offset: $0.offset + start, bytes: $0.bytes, firstRow: $0.firstRow) })
            )
            state.statistics[index] = state.statistics[index].map { $0.merged(with: column.statistics) } ?? column.statistics
        }
        for (index, column) in columns.enumerated() {
            guard let filter = column.bloomFilter else { continue }
            group.columns[index].metaData?.bloomFilterOffset = object.position
            group.columns[index].metaData?.bloomFilterBytes = filter.count
            try object.write(filter)
        }
        state.rowGroups.append(group)
        state.columnIndexes.append(columns.map(\.columnIndex))
        state.offsetIndexes.append(offsetIndexes)
        state.rows += rows
    }

    func finish() throws(SQLError) -> WrittenFile {
        try state.withLock { state throws(SQLError) in try finish(&state) }
    }

    private func finish(_ state: inout State) throws(SQLError) -> WrittenFile {
        if options.writesPageIndex { try writePageIndex(&state) }
        var footer = FileMetaData()
        footer.version = options.version2 ? 2 : 1
        footer.schema = plan.elements
        footer.rowCount = state.rows
        footer.rowGroups = state.rowGroups
        footer.keyValues = options.keyValues.isEmpty ? nil : options.keyValues
        footer.createdBy = "Lode version 0.1"
        footer.hasTypeOrder = plan.leaves.map { _ in true }
        let bytes = footer.thriftBytes()
        guard let length = UInt32(exactly: bytes.count) else {
            throw SQLError(.programLimitExceeded, "the footer of a Parquet file would be larger than 4 GB", in: path)
        }
        try object.write(bytes)
        try object.write(withUnsafeBytes(of: length.littleEndian) { Array($0) })
        try object.write(Self.magic)
        let size = object.position
        try object.finish()
        return WrittenFile(path: path, bytes: size, rows: state.rows, statistics: columnStatistics(state))
    }

    /// All column indexes, then all offset indexes.
    private func writePageIndex(_ state: inout State) throws(SQLError) {
        for (group, indexes) in state.columnIndexes.enumerated() {
            for (column, index) in indexes.enumerated() {
                guard let index else { continue }
                let bytes = index.thriftBytes()
                state.rowGroups[group].columns[column].columnIndexOffset = object.position
                state.rowGroups[group].columns[column].columnIndexBytes = bytes.count
                try object.write(bytes)
            }
        }
        for (group, indexes) in state.offsetIndexes.enumerated() {
            for (column, index) in indexes.enumerated() {
                let bytes = index.thriftBytes()
                state.rowGroups[group].columns[column].offsetIndexOffset = object.position
                state.rowGroups[group].columns[column].offsetIndexBytes = bytes.count
                try object.write(bytes)
            }
        }
    }

    /// Those of flat columns; of nested ones only the number of rows is known.
    private func columnStatistics(_ state: State) -> [ColumnStatistics] {
        schema.fields.map { field in
            guard !field.type.isNested, let leaf = plan.leaves.firstIndex(where: { $0.path == [field.name] }) else {
                return ColumnStatistics(rowCount: state.rows)
            }
            return state.statistics[leaf] ?? ColumnStatistics(nullCount: 0, rowCount: 0)
        }
    }
}
