/// Takes the fields of a message out of its body, without trusting it.

import LodeCore

/// A cursor over the body of one message.
///
/// - Source: PostgreSQL, "Message Data Types". Integers are big-endian, strings end with a zero byte.
struct MessageReader {
    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var remaining: Int { bytes.count - offset }

    mutating func uint8() throws(SQLError) -> UInt8 {
        guard offset < bytes.count else { throw Self.short }
        offset += 1
        return bytes[offset - 1]
    }

    mutating func int16() throws(SQLError) -> Int16 {
        Int16(bitPattern: UInt16(try uint8()) << 8 | UInt16(try uint8()))
    }

    mutating func int32() throws(SQLError) -> Int32 {
        guard remaining >= 4 else { throw Self.short }
        var value: UInt32 = 0
        for byte in bytes[offset..<(offset + 4)] { value = value << 8 | UInt32(byte) }
        offset += 4
        return Int32(bitPattern: value)
    }

    /// How many entries of at least `size` bytes each follow: an Int16 without a sign, as there may be 65,535 parameters.
    mutating func count(ofEntriesOf size: Int) throws(SQLError) -> Int {
        let count = Int(UInt16(bitPattern: try int16()))
        guard count * size <= remaining else { throw Self.short }
        return count
    }

    mutating func take(_ count: Int) throws(SQLError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw Self.short }
        defer { offset += count }
        return Array(bytes[offset..<(offset + count)])
    }

    mutating func rest() -> [UInt8] {
        defer { offset = bytes.count }
        return Array(bytes[offset...])
    }

    /// A string up to its zero byte.
    /// - Throws: `08P01` without one, `22021` for what is not UTF-8.
    mutating func string() throws(SQLError) -> String {
        guard let end = bytes[offset...].firstIndex(of: 0) else {
            throw SQLError(.protocolViolation, "invalid string in message")
        }
        defer { offset = end + 1 }
        return try EncodedText.decode(bytes[offset..<end])
    }

    /// - Throws: `08P01` if the body goes on.
    func end() throws(SQLError) {
        if offset != bytes.count { throw SQLError(.protocolViolation, "invalid message format") }
    }

    private static var short: SQLError { SQLError(.protocolViolation, "insufficient data left in message") }
}
