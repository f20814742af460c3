/// Puts the fields of a message behind its type and length.

import LodeCore
import LodeEngine
import LodeVectors

/// One message under way into a sink. Integers are big-endian; the length counts itself, but not the type.
struct MessageWriter {
    private let sink: ByteSink
    private let start: Int
    private let encoding: ClientEncoding

    init(_ type: UInt8, _ sink: ByteSink, _ encoding: ClientEncoding = .utf8) throws(SQLError) {
        self.sink = sink
        self.encoding = encoding
        try sink.append(type)
        start = sink.count
        try sink.append(UInt32(0))
    }

    mutating func uint8(_ value: UInt8) throws(SQLError) { try sink.append(value) }
    mutating func int16(_ value: Int16) throws(SQLError) { try sink.append(UInt16(bitPattern: value)) }
    mutating func int32(_ value: Int32) throws(SQLError) { try sink.append(UInt32(bitPattern: value)) }

    /// A string and its zero byte; a zero byte within would end it early, and is left out.
    mutating func string(_ text: String) throws(SQLError) {
        // What the client's encoding does not have is shown as a question mark: a message must get through.
        let mayStay = encoding != .latin1 || text.utf8.allSatisfy { $0 < 0x80 }
        if mayStay, !text.utf8.contains(0) {
            try sink.append(text)
        } else {
            for scalar in text.unicodeScalars where scalar.value != 0 {
                if mayStay { try sink.append(String(scalar)) } else { try sink.append(UInt8(exactly: scalar.value) ?? UInt8(ascii: "?")) }
            }
        }
        try sink.append(UInt8(0))
    }

    mutating func bytes(_ bytes: [UInt8]) throws(SQLError) {
        for byte in bytes { try sink.append(byte) }
    }

    /// Fills in the length.
    mutating func finish() { sink.store(UInt32(truncatingIfNeeded: sink.count - start), at: start) }
}

extension ByteSink {
    /// Appends a number, the highest byte first.
    @inline(__always)
    func append(_ value: UInt16) throws(SQLError) {
        let out = try reserve(2)
        out[0] = UInt8(truncatingIfNeeded: value &>> 8)
        out[1] = UInt8(truncatingIfNeeded: value)
        advance(2)
    }

    @inline(__always)
    func append(_ value: UInt32) throws(SQLError) {
        _ = try reserve(4)
        store(value, at: count)
        advance(4)
    }

    @inline(__always)
    func append(_ value: UInt64) throws(SQLError) {
        try append(UInt32(truncatingIfNeeded: value &>> 32))
        try append(UInt32(truncatingIfNeeded: value))
    }

    /// Writes a number, the highest byte first, over bytes that are there.
    @inline(__always)
    func store(_ value: UInt32, at offset: Int) {
        let out = base + offset
        out[0] = UInt8(truncatingIfNeeded: value &>> 24)
        out[1] = UInt8(truncatingIfNeeded: value &>> 16)
        out[2] = UInt8(truncatingIfNeeded: value &>> 8)
        out[3] = UInt8(truncatingIfNeeded: value)
    }
}
