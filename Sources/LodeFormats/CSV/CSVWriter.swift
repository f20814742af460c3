/// Writing CSV.

import Glibc
import LodeCore
import LodeObjectStore
import LodeVectors

/// RFC 4180, with line feeds: fields are quoted where they must be, NULL is the null text without quotes.
final class CSVWriter: TextFileWriter<CSVWriterLane> {
    init(_ object: any ObjectWriter, schema: Schema, options: CSVWriteOptions) throws(SQLError) {
        let file = try TextFile(object, compression: options.compression)
        if options.hasHeader {
            let sink = try ByteSink()
            let names = try Column.make(.varchar, schema.fields.map { .text($0.name) })
            for index in schema.fields.indices {
                if index > 0 { try sink.append(options.delimiter) }
                try CSVFieldWriter(names, options).append(index, to: sink)
            }
            try sink.append(UInt8(ascii: "\n"))
            try file.append(TextFile.Rendered(bytes: try TextFilePacker(file.codec).pack(sink), rows: 0), file.nextBlock())
        }
        super.init(file, columns: schema.count) { file throws(SQLError) in try CSVWriterLane(file, schema, options) }
    }
}

/// One worker's rows as CSV.
final class CSVWriterLane: TextFileLane {
    private let options: CSVWriteOptions

    init(_ file: TextFile, _ schema: Schema, _ options: CSVWriteOptions) throws(SQLError) {
        self.options = options
        try super.init(file)
    }

    override func render(_ chunk: Chunk, to sink: ByteSink) throws(SQLError) {
        var fields: [CSVFieldWriter] = []
        for column in chunk.columns { fields.append(CSVFieldWriter(column, options)) }
        var row = 0
        while row < chunk.count {
            for index in fields.indices {
                if index > 0 { try sink.append(options.delimiter) }
                try fields[index].append(row, to: sink)
            }
            try sink.append(UInt8(ascii: "\n"))
            row &+= 1
        }
    }
}

/// The fields of one column.
struct CSVFieldWriter {
    private let column: Column
    private let text: ValueText
    private let format: DateFormat?
    private let options: CSVWriteOptions
    /// Whether strings of this type can hold what needs quotes.
    private let mayNeedQuotes: Bool

    init(_ column: Column, _ options: CSVWriteOptions) {
        self.column = column
        self.options = options
        text = ValueText(column)
        switch column.type {
        case .date: format = options.dateFormat
        case .timestamp, .timestamptz, .timestampNanos, .timestamptzNanos: format = options.timestampFormat
        default: format = nil
        }
        // Digits, signs and letters of numbers and dates need none, unless one of them delimits.
        let isSafe = !"+-.:0123456789TZ \\".utf8.contains(options.delimiter) && !TextByte.isLetter(options.delimiter)
        mayNeedQuotes = !((column.type.isNumeric || column.type.isTemporal || column.type == .boolean) && isSafe && format == nil)
    }

    @inline(__always)
    func append(_ row: Int, to sink: ByteSink) throws(SQLError) {
        if column.mayHaveNulls || column.type == .null, column.isNull(row) || column.type == .null {
            return try sink.append(options.nullText)
        }
        let start = sink.count
        if let format { try appendFormatted(row, format, to: sink) } else { try text.append(row, to: sink) }
        if mayNeedQuotes { try quote(from: start, sink) }
    }

    private func appendFormatted(_ row: Int, _ format: DateFormat, to sink: ByteSink) throws(SQLError) {
        switch column.value(at: row) {
        case .date(let days): try format.append(Int64(days) &* CivilDate.microsPerDay, to: sink)
        case .timestamp(let micros): try format.append(micros, to: sink)
        case .timestampNanos(let nanos):
            let (micros, rest) = Nanoseconds.split(nanos)
            try format.append(micros, nanos: rest, to: sink)
        default: try text.append(row, to: sink)
        }
    }

    /// Puts quotes around what was appended from `start` on, if it needs them.
    private func quote(from start: Int, _ sink: ByteSink) throws(SQLError) {
        let count = sink.count - start
        let mark = options.quote.map(UInt16.init) ?? 0xFFFF, other = options.escape.map(UInt16.init) ?? 0xFFFF
        var inner = 0, special = false
        let bytes = sink.base + start
        var at = 0
        while at < count {
            let byte = bytes[at]
            if UInt16(byte) == mark || UInt16(byte) == other { inner &+= 1 }
            special = special || byte == options.delimiter || byte == 10 || byte == 13
            at &+= 1
        }
        let isNullText =
            count == options.nullText.utf8.count && UnsafeBufferPointer(start: bytes, count: count).elementsEqual(options.nullText.utf8)
        guard special || inner > 0 || isNullText || options.quotesAll && column.type.isText else { return }
        guard let quote = options.quote else { throw Self.needsQuotes }
        let escape = options.escape ?? quote
        _ = try sink.reserve(inner + 2)
        // From the end, so that nothing is overwritten before it moved.
        let out = sink.base + start
        var from = count - 1, to = count + inner
        out[to + 1] = quote
        while from >= 0 {
            let byte = out[from]
            out[to] = byte
            to -= 1
            if UInt16(byte) == mark || UInt16(byte) == other {
                out[to] = escape
                to -= 1
            }
            from -= 1
        }
        out[0] = quote
        sink.advance(inner + 2)
    }

    private static var needsQuotes: SQLError {
        SQLError(
            .dataException, "a value can't be written without quotes",
            detail: "It has the delimiter, the escape or a line's end in it, or is what stands for NULL.",
            hint: "Name a quote, or a SerDe that has one: org.apache.hadoop.hive.serde2.OpenCSVSerde.")
    }
}
