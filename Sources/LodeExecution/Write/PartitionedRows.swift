/// Rows of many partitions that wait to be written.

import LodeCore
import LodeVectors

/// Chunks as they came, and for each which of its rows belong to which partition: what waits takes no more memory however many
/// partitions there are.
struct PartitionedRows: Sendable {
    /// Rows of one partition in one chunk: a part of the chunk's order.
    struct Run: Sendable {
        var partition: Int
        var start: Int
        var count: Int
    }

    private struct Held: Sendable {
        var chunk: Chunk
        /// Row numbers by partition; empty if all rows are of one.
        var order: [UInt32]
    }

    /// Rows of one partition in one chunk, as they are held.
    struct Piece: Sendable {
        fileprivate var chunk: Int
        fileprivate var start: Int
        fileprivate var count: Int
        /// Where the rows stand in the order of the query.
        var batch: Int
    }

    private var held: [Held] = []
    private var pieces: [Int: [Piece]] = [:]
    private(set) var bytes = 0
    private(set) var rows = 0

    var partitions: [Int] { pieces.keys.sorted() }

    /// - Returns: what keeping the rows costs.
    @discardableResult
    mutating func add(_ chunk: Chunk, _ order: [UInt32], _ parts: [Run]) throws(SQLError) -> Int {
        let chunk = try chunk.withoutForeignMemory()
        held.append(Held(chunk: chunk, order: order))
        for part in parts {
            pieces[part.partition, default: []].append(
                Piece(chunk: held.count - 1, start: part.start, count: part.count, batch: chunk.batch))
        }
        let cost = chunk.heldBytes + order.count * 4 + parts.count * 64
        bytes += cost
        rows += chunk.count
        return cost
    }

    /// The rows of a partition, in the order in which they came.
    func pieces(_ partition: Int) -> [Piece] { pieces[partition] ?? [] }

    func rows(_ piece: Piece) throws(SQLError) -> Chunk {
        let rows = held[piece.chunk]
        if rows.order.isEmpty { return rows.chunk }
        let selection = try Selection(capacity: piece.count)
        for index in 0..<piece.count { selection[index] = rows.order[piece.start + index] }
        selection.count = piece.count
        return try rows.chunk.gather(selection)
    }
}
