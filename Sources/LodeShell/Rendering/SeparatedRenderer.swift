/// CSV and TSV.

import LodeCore
import LodeVectors

/// A header and one line per row; RFC 4180 quotes where a value needs them, NULL as nothing. The empty text is quoted, which tells it
/// from NULL. TSV escapes tabs and line ends with a backslash instead.
final class SeparatedRenderer: ResultRenderer {
    private let context: RenderingContext
    private let separator: UInt8
    private let isCSV: Bool
    private let line: ByteSink

    init(_ context: RenderingContext, separator: Unicode.Scalar) throws(SQLError) {
        self.context = context
        self.separator = UInt8(ascii: separator)
        isCSV = separator == ","
        line = try ByteSink(capacity: 1 << 16)
    }

    func begin(_ columns: [Field]) throws(SQLError) {
        let name = try ByteSink()
        for (index, column) in columns.enumerated() {
            if index > 0 { try line.append(separator) }
            name.truncate()
            try name.append(column.name)
            try protect(name.bytes, into: line)
        }
        try line.append(10)
        try flush()
    }

    /// Column by column, then put together row by row.
    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        if chunk.columns.isEmpty {
            for _ in 0..<chunk.count { try line.append(10) }
            try flush()
            return true
        }
        var cells: [EncodedCells] = []
        for column in chunk.columns { cells.append(try protected(try encoded(column, chunk.count))) }
        let lines = try RowAssembly(cells, rows: chunk.count)
        while lines.count > 0 {
            try lines.appendLines(nil, delimiter: separator, null: [], to: line, limit: 1 << 15)
            try flush()
        }
        return true
    }

    private func encoded(_ column: Column, _ count: Int) throws(SQLError) -> EncodedCells {
        let cells = try EncodedCells(capacity: count)
        let column = column.type == .null ? column : try column.flattened()
        // Wire clients see booleans as t and f.
        if column.layout == .flat, column.type != .boolean, try cells.appendText(column, 0..<count, zone: context.zone) { return cells }
        let text = context.text(column)
        for row in 0..<count {
            if column.isNull(row) {
                cells.appendNull()
                continue
            }
            let start = cells.bytes.count
            try text.append(row, to: cells.bytes)
            try cells.endCell(from: start)
        }
        return cells
    }

    private func protected(_ cells: EncodedCells) throws(SQLError) -> EncodedCells {
        guard firstSpecial(UnsafeRawBufferPointer(cells.bytes.bytes)) != nil || (isCSV && cells.hasEmpty) else { return cells }
        return try cells.rewritten { (cell, sink) throws(SQLError) in try self.protect(cell, into: sink) }
    }

    func finish() throws(SQLError) {}

    private func flush() throws(SQLError) {
        try context.output.write(line)
        line.truncate()
    }

    /// The first byte that can't stand as it is.
    private func firstSpecial(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let separator = separator, mark: UInt8 = isCSV ? 34 : 92
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == separator || byte == 10 || byte == 13 || byte == mark { return index }
            index &+= 1
        }
        return nil
    }

    /// Appends a field, quoted or escaped where it must be.
    private func protect(_ field: UnsafeRawBufferPointer, into sink: ByteSink) throws(SQLError) {
        if field.isEmpty {
            if isCSV { try sink.append("\"\"" as StaticString) }
            return
        }
        if firstSpecial(field) == nil { return try sink.append(field) }
        if isCSV { try sink.append(34) }
        for byte in field {
            if isCSV {
                if byte == 34 { try sink.append(34) }
                try sink.append(byte)
            } else {
                switch byte {
                case 9: try sink.append("\\t" as StaticString)
                case 10: try sink.append("\\n" as StaticString)
                case 13: try sink.append("\\r" as StaticString)
                case 92: try sink.append("\\\\" as StaticString)
                default: try sink.append(byte)
                }
            }
        }
        if isCSV { try sink.append(34) }
    }
}
