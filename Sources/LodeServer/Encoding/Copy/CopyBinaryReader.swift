/// COPY's binary format.

import LodeCore
import LodeEngine

struct CopyBinaryReader: CopyRowReader {
    private let columns: [Field]
    private var buffer = CopyBuffer()
    private var hasHeader = false
    private var isEnded = false
    private(set) var line = 0

    init(columns: [Field]) { self.columns = columns }

    mutating func append(_ bytes: [UInt8]) { buffer.append(bytes) }
    mutating func close() { buffer.close() }

    mutating func next() throws(SQLError) -> [[UInt8]?]? {
        if isEnded { return nil }
        if !hasHeader, try !readHeader() { return try incomplete() }
        guard let row = try readRow() else { return isEnded ? nil : try incomplete() }
        line += 1
        return row
    }

    /// More bytes are needed.
    /// - Throws: `22P04` if none come.
    private func incomplete() throws(SQLError) -> [[UInt8]?]? {
        if buffer.isClosed, !(hasHeader && buffer.count == 0) { throw SQLError(.badCopyFileFormat, "unexpected EOF in COPY data") }
        return nil
    }

    private mutating func readHeader() throws(SQLError) -> Bool {
        let signature = CopyBinary.signature
        let known = min(buffer.count, signature.count)
        guard buffer.bytes[buffer.start..<(buffer.start + known)].elementsEqual(signature[..<known]) else {
            throw SQLError(.badCopyFileFormat, "COPY file signature not recognized")
        }
        guard let flags = number(at: signature.count, bytes: 4), let extra = number(at: signature.count + 4, bytes: 4) else { return false }
        guard flags & 0xffff_0000 == 0 else { throw SQLError(.badCopyFileFormat, "unrecognized critical flags in COPY file header") }
        guard extra >= 0, extra <= 1 << 20 else { throw SQLError(.badCopyFileFormat, "invalid COPY file header (wrong length)") }
        let length = signature.count + 8 + extra
        guard buffer.count >= length else { return false }
        buffer.start += length
        hasHeader = true
        return true
    }

    private mutating func readRow() throws(SQLError) -> [[UInt8]?]? {
        guard let count = number(at: 0, bytes: 2) else { return nil }
        if count == -1 {
            isEnded = true
            return nil
        }
        guard count == columns.count else {
            throw SQLError(.badCopyFileFormat, "row field count is \(count), expected \(columns.count)", in: "row \(line + 1)")
        }
        var fields: [[UInt8]?] = [], offset = 2
        for _ in 0..<count {
            guard let length = number(at: offset, bytes: 4) else { return nil }
            offset += 4
            if length == -1 {
                fields.append(nil)
                continue
            }
            guard length >= 0, length <= 1 << 30 else { throw SQLError(.badCopyFileFormat, "invalid field size", in: "row \(line + 1)") }
            guard buffer.count >= offset + length else { return nil }
            let start = buffer.start + offset
            fields.append(Array(buffer.bytes[start..<(start + length)]))
            offset += length
        }
        buffer.start += offset
        return fields
    }

    /// A signed number, the highest byte first; nil if it is not there yet.
    private func number(at offset: Int, bytes count: Int) -> Int? {
        guard buffer.count >= offset + count else { return nil }
        var value: UInt32 = 0
        for byte in buffer.bytes[(buffer.start + offset)..<(buffer.start + offset + count)] { value = value << 8 | UInt32(byte) }
        return count == 2 ? Int(Int16(truncatingIfNeeded: value)) : Int(Int32(bitPattern: value))
    }
}
