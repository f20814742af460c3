/// COPY's CSV: quotes around what would confuse, which may go over lines.

import LodeCore
import LodeEngine

struct CopyCSVReader: CopyRowReader {
    private let format: CopyFormat
    private let columns: [Field]
    private let null: [UInt8]
    private var buffer = CopyBuffer()
    private var isEnded = false
    private(set) var line = 0

    init(_ format: CopyFormat, columns: [Field]) {
        self.format = format
        self.columns = columns
        null = Array(format.null.utf8)
    }

    mutating func append(_ bytes: [UInt8]) { buffer.append(bytes) }
    mutating func close() { buffer.close() }

    /// Where the reading of a row is: it is begun again from its first byte only if it is given up.
    private struct Progress {
        var index = 0
        var isQuoted = false
    }

    private var progress = Progress()

    mutating func next() throws(SQLError) -> [[UInt8]?]? {
        while !isEnded, let record = try nextRecord() {
            line += 1
            if record.elementsEqual("\\.".utf8) {
                isEnded = true
                return nil
            }
            let fields = self.fields(of: record)
            if line == 1, format.header != .none {
                if format.header == .match { try matchHeader(fields) }
                continue
            }
            try CopyFormat.check(fields.count, of: columns, line: line)
            return fields.enumerated().map { value($1, column: $0) }
        }
        return nil
    }

    /// The bytes up to a newline that is not within quotes.
    private mutating func nextRecord() throws(SQLError) -> [UInt8]? {
        let bytes = buffer.bytes
        var index = buffer.start + progress.index, isQuoted = progress.isQuoted
        while index < bytes.count {
            let byte = bytes[index]
            if isQuoted, byte == format.escape, format.escape != format.quote {
                if index + 1 == bytes.count, !buffer.isClosed { break }
                // An escaped quote does not end the field.
                index += index + 1 < bytes.count && (bytes[index + 1] == format.quote || bytes[index + 1] == format.escape) ? 2 : 1
                continue
            }
            if byte == format.quote { isQuoted.toggle() }
            if byte == 10, !isQuoted {
                defer {
                    buffer.start = index + 1
                    progress = Progress()
                }
                var end = index
                if end > buffer.start, bytes[end - 1] == 13 { end -= 1 }
                return Array(bytes[buffer.start..<end])
            }
            index += 1
        }
        progress = Progress(index: min(index, bytes.count) - buffer.start, isQuoted: isQuoted)
        guard buffer.isClosed, buffer.count > 0 else { return nil }
        if isQuoted { throw SQLError(.badCopyFileFormat, "unterminated CSV quoted field", in: "line \(line + 1)") }
        defer {
            buffer.start = bytes.count
            progress = Progress()
        }
        var end = bytes.count
        if bytes[end - 1] == 13 { end -= 1 }
        return Array(bytes[buffer.start..<end])
    }

    private struct Item {
        var bytes: [UInt8]
        var isQuoted: Bool
    }

    private func fields(of record: [UInt8]) -> [Item] {
        var fields: [Item] = [], item = Item(bytes: [], isQuoted: false)
        var index = 0, inQuotes = false
        while index < record.count {
            let byte = record[index]
            if inQuotes {
                if byte == format.escape, index + 1 < record.count, [format.quote, format.escape].contains(record[index + 1]) {
                    item.bytes.append(record[index + 1])
                    index += 2
                    continue
                }
                if byte == format.quote { inQuotes = false } else { item.bytes.append(byte) }
            } else if byte == format.quote {
                inQuotes = true
                item.isQuoted = true
            } else if byte == format.delimiter {
                fields.append(item)
                item = Item(bytes: [], isQuoted: false)
            } else {
                item.bytes.append(byte)
            }
            index += 1
        }
        fields.append(item)
        return fields
    }

    private func value(_ item: Item, column: Int) -> [UInt8]? {
        guard item.bytes == null else { return item.bytes }
        if item.isQuoted { return column < format.forcesNull.count && format.forcesNull[column] ? nil : item.bytes }
        return column < format.forcesNotNull.count && format.forcesNotNull[column] ? item.bytes : nil
    }

    private func matchHeader(_ fields: [Item]) throws(SQLError) {
        if fields.map({ String(decoding: $0.bytes, as: UTF8.self) }) != columns.map(\.name) {
            throw SQLError(.badCopyFileFormat, "column names of the header line do not match those of the table")
        }
    }
}
