/// Rows of COPY TO STDOUT as CopyData messages.

import LodeCore
import LodeEngine
import LodeVectors

/// Text, CSV or binary, a message a row.
///
/// - Source: PostgreSQL, "COPY", "File Formats".
final class CopyEncoder {
    private let format: CopyFormat
    private let columns: [Field]
    private let style: TextStyle
    private let null: [UInt8]
    /// Whether the header of the binary format is still to come: it shares a message with the first row, or with the end, and clients
    /// count on that.
    private var owesHeader: Bool

    init(_ format: CopyFormat, _ columns: [Field], _ style: TextStyle) {
        self.format = format
        self.columns = columns
        self.style = style
        null = Array(format.null.utf8)
        owesHeader = format.kind == .binary
    }

    /// What stands before the rows.
    func begin(into sink: ByteSink) throws(SQLError) {
        switch format.kind {
        case .binary: return
        case .text, .csv:
            if format.header == .none { return }
            try message(sink) { () throws(SQLError) in
                for (index, column) in columns.enumerated() {
                    if index > 0 { try sink.append(format.delimiter) }
                    let start = sink.count
                    try sink.append(column.name)
                    if format.kind == .csv {
                        try quoteIfNeeded(from: start, index, in: sink, mayForce: false)
                    } else {
                        try escape(from: start, in: sink)
                    }
                }
                try sink.append(UInt8(ascii: "\n"))
            }
        }
    }

    /// What stands behind them.
    func end(into sink: ByteSink) throws(SQLError) {
        guard format.kind == .binary else { return }
        let leads = owesHeader
        owesHeader = false
        try message(sink) { () throws(SQLError) in
            if leads { try sink.append(CopyBinary.header) }
            try sink.append(UInt16.max)
        }
    }

    /// Appends the cells of some rows of a column, as they stand in their lines.
    func encode(
        _ column: Column, _ index: Int, _ rows: Range<Int>, _ style: TextStyle, into cells: EncodedCells
    ) throws(SQLError) {
        switch format.kind {
        case .binary: try cells.encodeBinary(column, rows, style)
        case .text:
            try cells.encodeText(column, rows, style)
            guard Self.mayNeedEscapes(column.type), cells.needsEscapes(format.delimiter) else { return }
            cells.removeAll()
            try cells.encodeEach(column, rows, style) { (cell, row) throws(SQLError) in
                let start = cells.bytes.count
                try cell.appendText(row, to: cells.bytes)
                try escape(from: start, in: cells.bytes)
            }
        case .csv:
            try cells.encodeEach(column, rows, style) { (cell, row) throws(SQLError) in
                let start = cells.bytes.count
                try cell.appendText(row, to: cells.bytes)
                try quoteIfNeeded(from: start, index, in: cells.bytes, mayForce: true)
            }
        }
    }

    /// Whether strings of a type may hold anything but digits, letters and signs that mean nothing in COPY.
    private static func mayNeedEscapes(_ type: SQLType) -> Bool { type.isText || type.isNested || type == .varbinary }

    /// Appends a message for each row of a block, until the sink holds `limit` bytes.
    func append(_ block: RowAssembly, to sink: ByteSink, limit: Int) throws(SQLError) {
        guard format.kind == .binary else {
            return try block.appendLines(UInt8(ascii: "d"), delimiter: format.delimiter, null: null, to: sink, limit: limit)
        }
        try block.appendRows(UInt8(ascii: "d"), lead: owesHeader ? CopyBinary.header : [], to: sink, limit: limit)
        owesHeader = false
    }

    @inline(__always)
    private func message(_ sink: ByteSink, _ body: () throws(SQLError) -> Void) throws(SQLError) {
        try sink.append(UInt8(ascii: "d"))
        let start = sink.count
        do throws(SQLError) {
            try sink.append(UInt32(0))
            try body()
            try CellLength.store(sink.count - start, at: start, in: sink)
        } catch {
            // The error must not follow half a message.
            sink.truncate(to: start - 1)
            throw error
        }
    }

    // MARK: Text

    private func escape(from start: Int, in sink: ByteSink) throws(SQLError) {
        var index = start
        while index < sink.count, !needsEscape(sink.base[index]) { index += 1 }
        if index == sink.count { return }
        let rest = (index..<sink.count).map { sink.base[$0] }
        sink.truncate(to: index)
        for byte in rest {
            guard needsEscape(byte) else {
                try sink.append(byte)
                continue
            }
            try sink.append(UInt8(ascii: "\\"))
            try sink.append(CopyText.letter(for: byte) ?? byte)
        }
    }

    @inline(__always)
    private func needsEscape(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\\") || byte == format.delimiter || (byte >= 8 && byte <= 13)
    }

    // MARK: CSV

    private func quoteIfNeeded(from start: Int, _ column: Int, in sink: ByteSink, mayForce: Bool) throws(SQLError) {
        var needsQuotes = mayForce && column < format.forcesQuote.count && format.forcesQuote[column]
        let count = sink.count - start
        if !needsQuotes, count == null.count, (0..<count).allSatisfy({ sink.base[start + $0] == null[$0] }) { needsQuotes = true }
        // A lone `\.` would end the data.
        if !needsQuotes, columns.count == 1, count == 2, sink.base[start] == UInt8(ascii: "\\"), sink.base[start + 1] == UInt8(ascii: ".") {
            needsQuotes = true
        }
        var index = start
        while !needsQuotes, index < sink.count {
            let byte = sink.base[index]
            needsQuotes = byte == format.delimiter || byte == format.quote || byte == 10 || byte == 13
            index += 1
        }
        guard needsQuotes else { return }
        let plain = (start..<sink.count).map { sink.base[$0] }
        sink.truncate(to: start)
        try sink.append(format.quote)
        for byte in plain {
            if byte == format.quote || byte == format.escape { try sink.append(format.escape) }
            try sink.append(byte)
        }
        try sink.append(format.quote)
    }
}

extension ByteSink {
    func append(_ bytes: [UInt8]) throws(SQLError) {
        for byte in bytes { try append(byte) }
    }
}

/// What both directions know of the text format.
enum CopyText {
    private static let letters: [(byte: UInt8, letter: UInt8)] = [
        (8, UInt8(ascii: "b")), (12, UInt8(ascii: "f")), (10, UInt8(ascii: "n")), (13, UInt8(ascii: "r")), (9, UInt8(ascii: "t")),
        (11, UInt8(ascii: "v")),
    ]

    /// The letter that stands for a control character behind a backslash.
    static func letter(for byte: UInt8) -> UInt8? { letters.first { $0.byte == byte }?.letter }
    static func byte(for letter: UInt8) -> UInt8? { letters.first { $0.letter == letter }?.byte }
}

/// What both directions know of the binary format.
enum CopyBinary {
    static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xff, 13, 10, 0]
    /// The signature, flags and the length of an extension, all zero.
    static let header = signature + Array(repeating: 0, count: 8)
}
