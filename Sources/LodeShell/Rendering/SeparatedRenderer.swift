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
        for (index, column) in columns.enumerated() {
            if index > 0 { try line.append(separator) }
            let start = line.count
            try line.append(column.name)
            try protect(from: start)
        }
        try line.append(10)
        try flush()
    }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        let texts = context.texts(chunk), columns = chunk.columns
        for row in 0..<chunk.count {
            // By position: an iterator would hand out a copy of each text, with all that it refers to.
            for index in texts.indices {
                if index > 0 { try line.append(separator) }
                if columns[index].isNull(row) { continue }
                let start = line.count
                try texts[index].append(row, to: line)
                try protect(from: start)
            }
            try line.append(10)
            if line.count > 1 << 15 { try flush() }
        }
        try flush()
        return true
    }

    func finish() throws(SQLError) {}

    private func flush() throws(SQLError) {
        try context.output.write(line)
        line.truncate()
    }

    /// Quotes or escapes the field that begins at `start`.
    private func protect(from start: Int) throws(SQLError) {
        let end = line.count
        if start == end {
            if isCSV { try line.append("\"\"" as StaticString) }
            return
        }
        let bytes = line.base, separator = separator, mark: UInt8 = isCSV ? 34 : 92
        var index = start
        while index < end {
            let byte = bytes[index]
            if byte == separator || byte == 10 || byte == 13 || byte == mark { break }
            index &+= 1
        }
        if index == end { return }
        let field = [UInt8](UnsafeBufferPointer(start: line.base + start, count: end - start))
        line.truncate(to: start)
        if isCSV { try line.append(34) }
        for byte in field {
            if isCSV {
                if byte == 34 { try line.append(34) }
                try line.append(byte)
            } else {
                switch byte {
                case 9: try line.append("\\t" as StaticString)
                case 10: try line.append("\\n" as StaticString)
                case 13: try line.append("\\r" as StaticString)
                case 92: try line.append("\\\\" as StaticString)
                default: try line.append(byte)
                }
            }
        }
        if isCSV { try line.append(34) }
    }
}
