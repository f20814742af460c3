/// Rows of COPY FROM STDIN, out of bytes that come in pieces of any size.

import LodeCore
import LodeEngine

/// Cuts what was sent into rows of fields. Values are read elsewhere.
protocol CopyRowReader {
    /// More bytes have come.
    mutating func append(_ bytes: [UInt8])
    /// Nothing comes any more.
    mutating func close()
    /// The next row: bytes of each field, nil for NULL. Nil if more bytes are needed, or all rows were read.
    /// - Throws: `22P04` for what is not of the format.
    mutating func next() throws(SQLError) -> [[UInt8]?]?
    /// The number of the line, or row, that was read last.
    var line: Int { get }
}

/// Bytes that are consumed from the front.
struct CopyBuffer {
    private(set) var bytes: [UInt8] = []
    var start = 0
    private(set) var isClosed = false

    mutating func append(_ more: [UInt8]) {
        if start > 0, start * 2 >= bytes.count {
            bytes.removeFirst(start)
            start = 0
        }
        bytes += more
    }

    mutating func close() { isClosed = true }

    var count: Int { bytes.count - start }
}

extension CopyFormat {
    func reader(columns: [Field]) -> any CopyRowReader {
        switch kind {
        case .text: CopyTextReader(self, columns: columns)
        case .csv: CopyCSVReader(self, columns: columns)
        case .binary: CopyBinaryReader(columns: columns)
        }
    }

    /// - Throws: `22P04` if a row has not as many fields as there are columns.
    static func check(_ fields: Int, of columns: [Field], line: Int) throws(SQLError) {
        if fields < columns.count {
            throw SQLError(.badCopyFileFormat, "missing data for column \"\(columns[fields].name)\"", in: "line \(line)")
        }
        if fields > columns.count {
            throw SQLError(.badCopyFileFormat, "extra data after last expected column", in: "line \(line)")
        }
    }
}
