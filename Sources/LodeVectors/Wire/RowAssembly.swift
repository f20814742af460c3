/// Rows on the wire, out of the cells of their columns.

import Glibc
import LodeCore

/// Goes through the cells of a block of rows once, row by row, and appends a message for each.
package final class RowAssembly {
    private struct Cursor {
        var bytes: UnsafeRawPointer
        var length: UnsafePointer<Int32>
    }

    /// What is copied at once: cells are small, and a call for each would cost more than its bytes.
    private static let stride = 16

    private let cells: [EncodedCells]
    private let cursors: UnsafeMutablePointer<Cursor>
    /// Rows that are left.
    package private(set) var count: Int

    /// - Parameter cells: of each column, as many as there are rows.
    package init(_ cells: [EncodedCells], rows: Int) throws(SQLError) {
        precondition(cells.allSatisfy { $0.count == rows }, "columns of one block differ in length")
        self.cells = cells
        count = rows
        cursors = .allocate(capacity: max(1, cells.count))
        for (index, column) in cells.enumerated() {
            // Copies read on behind the last cell.
            _ = try column.bytes.reserve(Self.stride)
            let start = UnsafeRawPointer(column.bytes.base)
            cursors.advanced(by: index).initialize(to: Cursor(bytes: start, length: UnsafePointer(column.lengths)))
        }
    }

    deinit { cursors.deallocate() }

    /// Bytes of the next row's cells. `nullBytes` is what NULL takes.
    @inline(__always)
    private func payload(nullBytes: Int) -> Int {
        var sum = 0, column = 0
        while column < cells.count {
            let length = Int(cursors[column].length.pointee)
            sum &+= length < 0 ? nullBytes : length
            column &+= 1
        }
        return sum
    }

    /// Copies `length` bytes, and perhaps some more, for which there is room.
    @inline(__always)
    private static func copy(_ length: Int, from source: UnsafeRawPointer, to out: UnsafeMutableRawPointer) {
        if length <= stride {
            out.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
            (out + 8).storeBytes(of: (source + 8).loadUnaligned(as: UInt64.self), as: UInt64.self)
        } else {
            memcpy(out, source, length)
        }
    }

    /// Type and length of a message of `bytes` in all.
    @inline(__always)
    private static func begin(_ type: UInt8, _ bytes: Int, at out: UnsafeMutableRawPointer) throws(SQLError) {
        guard bytes < Int(Int32.max) else { throw EncodedCells.tooLong }
        out.storeBytes(of: type, as: UInt8.self)
        (out + 1).storeBytes(of: UInt32(truncatingIfNeeded: bytes &- 1).bigEndian, as: UInt32.self)
    }

    /// Rows as a count of cells and each cell behind its length, as DataRow and the binary format of COPY have them; until the sink holds
    /// `limit` bytes.
    /// - Parameter lead: what stands before the first row, in its message.
    package func appendRows(_ type: UInt8, lead: [UInt8] = [], to sink: ByteSink, limit: Int) throws(SQLError) {
        var lead = lead[...]
        while count > 0, sink.count < limit {
            let size = 7 &+ lead.count &+ cells.count &* 4 &+ payload(nullBytes: 0)
            var out = UnsafeMutableRawPointer(try sink.reserve(size &+ Self.stride))
            try Self.begin(type, size, at: out)
            out += 5
            for byte in lead {
                out.storeBytes(of: byte, as: UInt8.self)
                out += 1
            }
            out.storeBytes(of: UInt16(truncatingIfNeeded: cells.count).bigEndian, as: UInt16.self)
            out += 2
            var column = 0
            while column < cells.count {
                let length = cursors[column].length.pointee
                cursors[column].length += 1
                out.storeBytes(of: length.bigEndian, as: Int32.self)
                out += 4
                if length > 0 {
                    Self.copy(Int(length), from: cursors[column].bytes, to: out)
                    cursors[column].bytes += Int(length)
                    out += Int(length)
                }
                column &+= 1
            }
            sink.advance(size)
            lead = []
            count &-= 1
        }
    }

    /// Rows as lines: cells between delimiters; until the sink holds `limit` bytes.
    /// - Parameter type: of the message that each line is; nil for lines alone.
    package func appendLines(_ type: UInt8?, delimiter: UInt8, null: [UInt8], to sink: ByteSink, limit: Int) throws(SQLError) {
        let header = type == nil ? 0 : 5
        while count > 0, sink.count < limit {
            let size = header &+ max(1, cells.count) &+ payload(nullBytes: null.count)
            var out = UnsafeMutableRawPointer(try sink.reserve(size &+ Self.stride))
            if let type { try Self.begin(type, size, at: out) }
            out += header
            var column = 0
            while column < cells.count {
                if column > 0 {
                    out.storeBytes(of: delimiter, as: UInt8.self)
                    out += 1
                }
                let length = Int(cursors[column].length.pointee)
                cursors[column].length += 1
                if length < 0 {
                    for byte in null {
                        out.storeBytes(of: byte, as: UInt8.self)
                        out += 1
                    }
                } else {
                    Self.copy(length, from: cursors[column].bytes, to: out)
                    cursors[column].bytes += length
                    out += length
                }
                column &+= 1
            }
            out.storeBytes(of: UInt8(ascii: "\n"), as: UInt8.self)
            sink.advance(size)
            count &-= 1
        }
    }
}

extension EncodedCells {
    /// Whether a byte of some cell means something in COPY's text format.
    package func needsEscapes(_ delimiter: UInt8) -> Bool {
        let base = bytes.base
        var found: UInt8 = 0, index = 0
        while index < bytes.count {
            let byte = base[index]
            found |= byte == UInt8(ascii: "\\") || byte == delimiter || (byte >= 8 && byte <= 13) ? 1 : 0
            index &+= 1
        }
        return found != 0
    }

    /// Of rows from `row` on, how many to encode at a time, so that their texts take little more than `limit` bytes: one at least.
    package static func rows(of columns: [Column], from row: Int, to end: Int, limit: Int) -> Int {
        let texts = columns.filter { $0.layout == .flat && $0.physical == .text }
        // What nested values take is not known.
        let most = columns.contains { $0.type.isNested } ? min(end, row + 64) : end
        if texts.isEmpty { return most - row }
        var last = row, bytes = 0
        while last < most, bytes < limit {
            for column in texts { bytes &+= column.lanes(as: StringView.self)[last].count }
            last += 1
        }
        return last - row
    }
}
