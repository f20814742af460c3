/// Rows of a chunk as messages: DataRow, or CopyData.

import LodeCore
import LodeEngine
import LodeVectors

/// Encodes a chunk block by block, so that what waits to leave stays small however large its values are. A block is encoded column by
/// column, then put together row by row.
final class RowEncoder {
    /// Text that is encoded at a time.
    private static let blockBytes = 256 << 10

    enum Framing {
        /// With the format of each column.
        case rows([WireFormat])
        case copy(CopyEncoder)
    }

    private let framing: Framing
    private let style: TextStyle
    private let chunk: Chunk
    /// The next row to encode.
    private var row = 0
    private var block: RowAssembly?

    init(_ chunk: Chunk, _ framing: Framing, _ style: TextStyle) throws(SQLError) {
        self.framing = framing
        self.style = style
        var columns: [Column] = []
        for column in chunk.columns { columns.append(column.type == .null ? column : try column.flattened()) }
        self.chunk = Chunk(columns: columns, count: chunk.count)
    }

    var isAtEnd: Bool { row == chunk.count && (block?.count ?? 0) == 0 }

    /// Appends messages until the sink holds `limit` bytes, or all rows are there.
    func write(to sink: ByteSink, limit: Int) throws(SQLError) {
        while !isAtEnd, sink.count < limit {
            if block == nil || block?.count == 0 { try encodeBlock() }
            guard let block else { return }
            switch framing {
            case .rows: try block.appendRows(UInt8(ascii: "D"), to: sink, limit: limit)
            case .copy(let encoder): try encoder.append(block, to: sink, limit: limit)
            }
        }
    }

    private func encodeBlock() throws(SQLError) {
        let count = EncodedCells.rows(of: chunk.columns, from: row, to: chunk.count, limit: Self.blockBytes)
        let rows = row..<(row + count)
        var cells: [EncodedCells] = []
        for (index, column) in chunk.columns.enumerated() {
            let encoded = try EncodedCells(capacity: count)
            switch framing {
            case .rows(let formats):
                if formats[index] == .binary {
                    try encoded.encodeBinary(column, rows, style)
                } else {
                    try encoded.encodeText(column, rows, style)
                }
            case .copy(let encoder): try encoder.encode(column, index, rows, style, into: encoded)
            }
            cells.append(encoded)
        }
        block = try RowAssembly(cells, rows: count)
        row = rows.upperBound
    }
}

extension EncodedCells {
    /// Appends the text of rows as the client wants it.
    func encodeText(_ column: Column, _ rows: Range<Int>, _ style: TextStyle) throws(SQLError) {
        let isForeign = style.encoding == .latin1 && column.type.isText
        if column.layout == .flat, !isForeign, try appendText(column, rows, zone: style.zone) { return }
        try encodeEach(column, rows, style) { (cell, row) throws(SQLError) in try cell.appendText(row, to: bytes) }
    }

    func encodeBinary(_ column: Column, _ rows: Range<Int>, _ style: TextStyle) throws(SQLError) {
        if column.layout == .flat, try appendBinary(column, rows) { return }
        try encodeEach(column, rows, style) { (cell, row) throws(SQLError) in try cell.appendBinary(row, to: bytes) }
    }

    /// Appends cells one by one.
    func encodeEach(
        _ column: Column, _ rows: Range<Int>, _ style: TextStyle, _ append: (CellEncoder, Int) throws(SQLError) -> Void
    ) throws(SQLError) {
        let cell = CellEncoder(column, style)
        for row in rows {
            if cell.isNull(row) {
                appendNull()
                continue
            }
            let start = bytes.count
            try append(cell, row)
            try endCell(from: start)
        }
    }
}
