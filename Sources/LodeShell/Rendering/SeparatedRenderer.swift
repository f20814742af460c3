/// CSV and TSV.

import LodeCore
import LodeVectors

/// A header and a line a row; RFC 4180 quotes where a value needs them, NULL as nothing. The empty text is quoted, which tells it
/// from NULL. TSV escapes tabs and line ends with a backslash instead.
final class SeparatedRenderer: ResultRenderer {
    private let context: RenderingContext
    private let separator: Unicode.Scalar
    private let line: ByteSink

    init(_ context: RenderingContext, separator: Unicode.Scalar) throws(SQLError) {
        self.context = context
        self.separator = separator
        line = try ByteSink(capacity: 1 << 16)
    }

    func begin(_ columns: [Field]) throws(SQLError) {
        for (index, column) in columns.enumerated() {
            if index > 0 { try line.append(UInt8(ascii: separator)) }
            let start = line.count
            try line.append(column.name)
            try protect(from: start)
        }
        try line.append(10)
        try flush()
    }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        let texts = context.texts(chunk)
        for row in 0..<chunk.count {
            for (index, text) in texts.enumerated() {
                if index > 0 { try line.append(UInt8(ascii: separator)) }
                if chunk.columns[index].isNull(row) { continue }
                let start = line.count
                try text.append(row, to: line)
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
        let isCSV = separator == ","
        if start == end {
            if isCSV { try line.append("\"\"" as StaticString) }
            return
        }
        var needs = false
        for index in start..<end {
            let byte = line.base[index]
            if byte == UInt8(ascii: separator) || byte == 10 || byte == 13 || (isCSV ? byte == 34 : byte == 92) {
                needs = true
                break
            }
        }
        if !needs { return }
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
