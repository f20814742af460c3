/// Changed rows as readers of a table's changes get them: each with what became of it.

import LodeCore
import LodePlan
import LodeVectors

/// Makes of the rows of a query that `RowChanges` describes those of a change data feed: the columns of the table, and `_change_type`.
///
///     old row, new row   update_preimage, update_postimage
///     old row            delete
///     new row            insert
///
/// - Source: Delta PROTOCOL.md, "Change Data Files".
package struct RowFeed: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case insert, updatePreimage = "update_preimage", updatePostimage = "update_postimage", delete
    }

    package static let typeColumn = "_change_type"

    private let changes: RowChanges
    private let names: [Kind: Column]

    init(_ changes: RowChanges) throws(SQLError) {
        self.changes = changes
        var names: [Kind: Column] = [:]
        for kind in Kind.allCases { names[kind] = try Column.constant(.text(SQLText(kind.rawValue)), .varchar, count: 1) }
        self.names = names
    }

    /// At most one chunk for each kind.
    func rows(_ chunk: Chunk) throws(SQLError) -> [Chunk] {
        var kept: [Kind: Selection] = [:]
        func keep(_ row: Int, _ kind: Kind) throws(SQLError) {
            let selection = if let known = kept[kind] { known } else { try Selection(capacity: chunk.count) }
            selection[selection.count] = UInt32(truncatingIfNeeded: row)
            selection.count += 1
            kept[kind] = selection
        }
        for row in 0..<chunk.count {
            let isGone = changes.file.map { !chunk.columns[$0].isNull(row) } ?? false
            let comes = changes.isWritten.map { chunk.columns[$0].value(at: row) == .boolean(true) } ?? !changes.newRow.isEmpty
            switch (isGone, comes) {
            case (true, true):
                try keep(row, .updatePreimage)
                try keep(row, .updatePostimage)
            case (true, false): try keep(row, .delete)
            case (false, true): try keep(row, .insert)
            case (false, false): break
            }
        }
        var chunks: [Chunk] = []
        for kind in Kind.allCases {
            guard let selection = kept[kind], let name = names[kind] else { continue }
            let range = kind == .insert || kind == .updatePostimage ? changes.newRow : changes.oldRow
            // The numbers that rows keep are no part of it.
            let rows = Chunk(columns: Array(chunk.columns[range].prefix(changes.oldRow.count)), count: chunk.count, batch: chunk.batch)
            let own = selection.count == chunk.count ? rows : try rows.gather(selection)
            chunks.append(
                Chunk(columns: own.columns + [Column(repeating: name, count: own.count)], count: own.count, batch: chunk.batch))
        }
        return chunks
    }
}
