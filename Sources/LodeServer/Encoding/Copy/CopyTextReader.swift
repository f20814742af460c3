/// COPY's text format: one line per row, tabs between fields, backslashes before what would confuse.

import LodeCore
import LodeEngine

struct CopyTextReader: CopyRowReader {
    private let format: CopyFormat
    private let columns: [Field]
    private let null: [UInt8]
    private var buffer = CopyBuffer()
    /// Bytes of the next line that were looked at already.
    private var scanned = 0
    private var isEnded = false
    private(set) var line = 0

    init(_ format: CopyFormat, columns: [Field]) {
        self.format = format
        self.columns = columns
        null = Array(format.null.utf8)
    }

    mutating func append(_ bytes: [UInt8]) { buffer.append(bytes) }
    mutating func close() { buffer.close() }

    mutating func next() throws(SQLError) -> [[UInt8]?]? {
        while !isEnded, let text = nextLine() {
            line += 1
            if text.elementsEqual("\\.".utf8) {
                isEnded = true
                return nil
            }
            if line == 1, format.header != .none {
                if format.header == .match { try matchHeader(text) }
                continue
            }
            let fields = self.fields(of: text)
            try CopyFormat.check(fields.count, of: columns, line: line)
            return fields
        }
        return nil
    }

    /// The bytes up to a newline that is not behind a backslash.
    private mutating func nextLine() -> [UInt8]? {
        let bytes = buffer.bytes
        var index = buffer.start + scanned
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\") {
                // The next byte is data, whatever it is.
                if index + 1 == bytes.count, !buffer.isClosed { break }
                index += 2
            } else if bytes[index] == 10 {
                defer {
                    buffer.start = index + 1
                    scanned = 0
                }
                var end = index
                if end > buffer.start, bytes[end - 1] == 13 { end -= 1 }
                return Array(bytes[buffer.start..<end])
            } else {
                index += 1
            }
        }
        scanned = min(index, bytes.count) - buffer.start
        guard buffer.isClosed, buffer.count > 0 else { return nil }
        defer {
            buffer.start = bytes.count
            scanned = 0
        }
        var end = bytes.count
        if bytes[end - 1] == 13 { end -= 1 }
        return Array(bytes[buffer.start..<end])
    }

    private func fields(of line: [UInt8]) -> [[UInt8]?] {
        var fields: [[UInt8]?] = []
        var start = 0, index = 0
        while index <= line.count {
            if index == line.count || line[index] == format.delimiter {
                let raw = line[start..<index]
                fields.append(raw.elementsEqual(null) ? nil : Self.unescaped(raw))
                start = index + 1
                index += 1
            } else {
                index += line[index] == UInt8(ascii: "\\") ? (index + 1 < line.count ? 2 : 1) : 1
            }
        }
        return fields
    }

    /// - Source: PostgreSQL, "COPY", "Text Format": the sequences behind a backslash.
    private static func unescaped(_ raw: ArraySlice<UInt8>) -> [UInt8] {
        guard raw.contains(UInt8(ascii: "\\")) else { return Array(raw) }
        var bytes: [UInt8] = [], index = raw.startIndex
        while index < raw.endIndex {
            guard raw[index] == UInt8(ascii: "\\"), index + 1 < raw.endIndex else {
                bytes.append(raw[index])
                index += 1
                continue
            }
            let letter = raw[index + 1]
            index += 2
            if let byte = CopyText.byte(for: letter) {
                bytes.append(byte)
            } else if letter == UInt8(ascii: "x"), index < raw.endIndex, HexDigit.value(raw[index]) != nil {
                bytes.append(number(raw, &index, radix: 16, digits: 2, first: 0))
            } else if let digit = octalDigit(letter) {
                bytes.append(number(raw, &index, radix: 8, digits: 2, first: digit))
            } else {
                bytes.append(letter)
            }
        }
        return bytes
    }

    private static func number(_ raw: ArraySlice<UInt8>, _ index: inout Int, radix: Int, digits: Int, first: Int) -> UInt8 {
        var value = first, count = 0
        while count < digits, index < raw.endIndex, let digit = radix == 16 ? hexDigit(raw[index]) : octalDigit(raw[index]) {
            value = value * radix + digit
            index += 1
            count += 1
        }
        return UInt8(truncatingIfNeeded: value)
    }

    private static func hexDigit(_ byte: UInt8) -> Int? { HexDigit.value(byte).map(Int.init) }
    private static func octalDigit(_ byte: UInt8) -> Int? { (48...55).contains(byte) ? Int(byte) - 48 : nil }

    private func matchHeader(_ line: [UInt8]) throws(SQLError) {
        let names = fields(of: line).map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "" }
        if names != columns.map(\.name) {
            throw SQLError(.badCopyFileFormat, "column names of the header line do not match those of the table")
        }
    }
}
