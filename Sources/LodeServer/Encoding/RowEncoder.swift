/// Rows as DataRow messages.

import LodeCore
import LodeVectors

/// Encodes chunks of one result, whose columns each have their format.
///
/// Hot: a result of millions of rows passes here cell by cell. Nothing is allocated once a chunk's encoders are made.
struct RowEncoder {
    typealias Cell = (encoder: CellEncoder, isBinary: Bool)

    private let formats: [WireFormat]
    private let style: TextStyle

    init(formats: [WireFormat], _ style: TextStyle) {
        self.formats = formats
        self.style = style
    }

    func cells(_ chunk: Chunk) -> [Cell] {
        zip(chunk.columns, formats).map { (encoder: CellEncoder($0, style), isBinary: $1 == .binary) }
    }

    /// Appends a message for each of `rows`, until the sink holds `limit` bytes.
    /// - Returns: the first row that is left.
    func append(_ rows: Range<Int>, of cells: [Cell], to sink: ByteSink, limit: Int) throws(SQLError) -> Int {
        var row = rows.lowerBound
        while row < rows.upperBound, sink.count < limit {
            let start = sink.count
            do throws(SQLError) {
                try append(row, cells, to: sink)
            } catch {
                // The error must not follow half a message.
                sink.truncate(to: start)
                throw error
            }
            row += 1
        }
        return row
    }

    @inline(__always)
    private func append(_ row: Int, _ cells: [Cell], to sink: ByteSink) throws(SQLError) {
        let start = sink.count
        try sink.append(UInt8(ascii: "D"))
        try sink.append(UInt32(0))
        try sink.append(UInt16(truncatingIfNeeded: cells.count))
        for (encoder, isBinary) in cells {
            if isBinary {
                try encoder.appendBinaryCell(row, to: sink)
            } else if encoder.isNull(row) {
                try sink.append(UInt32.max)
            } else {
                let place = sink.count
                try sink.append(UInt32(0))
                try encoder.appendText(row, to: sink)
                try CellLength.store(sink.count - place - 4, at: place, in: sink)
            }
        }
        try CellLength.store(sink.count - start - 1, at: start + 1, in: sink)
    }
}
