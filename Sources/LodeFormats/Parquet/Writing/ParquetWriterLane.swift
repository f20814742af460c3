/// One worker's way into a Parquet file: row groups of its own.

import LodeCore
import LodeVectors

/// Collects rows until they make a row group, encodes it in memory and hands it to the file.
final class ParquetWriterLane: FileWriterLane {
    private let file: ParquetWriter
    private let leaves: [LeafEncoder]
    private let pages: PageWriter
    private var rows = 0
    /// Row groups that are encoded and not yet handed over.
    private var encoded: [EncodedRowGroup] = []

    init(_ file: ParquetWriter) throws(SQLError) {
        self.file = file
        pages = try PageWriter(file.options)
        var leaves: [LeafEncoder] = []
        for plan in file.plan.leaves {
            switch plan.physical {
            case .boolean: leaves.append(try BooleanLeaf(plan, file.options))
            case .byteArray: leaves.append(try TextLeaf(plan, file.options))
            default: leaves.append(try FixedLeaf(plan, file.options))
            }
        }
        self.leaves = leaves
    }

    func write(_ chunk: Chunk) throws(SQLError) {
        guard chunk.columns.count == file.schema.count else {
            throw .internalFault("a chunk of \(chunk.columns.count) columns for a file of \(file.schema.count)")
        }
        var offset = 0
        while offset < chunk.count {
            // A row group ends exactly at its number of rows.
            let count = min(chunk.count - offset, file.options.rowGroupRows - rows)
            try append(chunk.slice(offset, count))
            offset += count
            if rows >= file.options.rowGroupRows || leaves.reduce(0, { $0 + $1.storedBytes }) >= file.options.rowGroupBytes { try encode() }
        }
    }

    private func append(_ chunk: Chunk) throws(SQLError) {
        var entries: [ShreddedLeaf] = []
        for (column, field) in zip(chunk.columns, file.schema.fields) { try LevelShredder.shred(column, field, into: &entries) }
        guard entries.count == leaves.count else { throw .internalFault("\(entries.count) leaves for \(leaves.count)") }
        for (leaf, entry) in zip(leaves, entries) { try leaf.append(entry, rows: chunk.count) }
        rows += chunk.count
    }

    func finish() throws(SQLError) { if rows > 0 || !encoded.isEmpty { try finish(block: file.nextBlock()) } }

    func finish(block: Int) throws(SQLError) {
        if rows > 0 { try encode() }
        let groups = encoded
        encoded = []
        try file.append(groups, block)
    }

    private func encode() throws(SQLError) {
        var group = EncodedRowGroup(rows: rows)
        for leaf in leaves { group.columns.append(try leaf.finish(pages)) }
        encoded.append(group)
        rows = 0
    }
}
