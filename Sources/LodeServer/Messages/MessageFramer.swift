/// Cuts the bytes of a connection into messages.

import LodeCore

/// Holds what came of a message until it is whole. Lengths are checked before anything is waited for.
struct MessageFramer {
    enum Frame: Equatable {
        /// A message without a type.
        case startup([UInt8])
        case message(type: UInt8, body: [UInt8])
    }

    /// What may come: messages without a type first, then proofs of identity, then everything.
    enum Phase {
        case startup, authentication, ready
        /// At a client: whatever its server sends.
        case server
    }

    var phase = Phase.startup
    private var bytes: [UInt8] = []
    private var offset = 0

    /// Bytes that are held.
    var held: Int { bytes.count - offset }

    mutating func append(_ more: some Sequence<UInt8>) {
        if offset > 0, offset == bytes.count || offset > 1 << 16 {
            bytes.removeFirst(offset)
            offset = 0
        }
        bytes.append(contentsOf: more)
    }

    /// The next message that is whole; nil if more bytes are needed.
    /// - Throws: `08P01` for a length or type that can't be.
    mutating func next() throws(SQLError) -> Frame? {
        if phase == .startup {
            guard let length = length(at: 0) else { return nil }
            guard length >= 8, length <= StartupMessage.maximumLength else {
                throw SQLError(.protocolViolation, "invalid length of startup packet")
            }
            return take(length, header: 4).map { .startup($0) }
        }
        guard held >= 1 else { return nil }
        let type = bytes[offset]
        guard let longest = Self.longest(type, phase) else {
            throw phase == .ready
                ? SQLError(.protocolViolation, "invalid frontend message type \(type)")
                : SQLError(.protocolViolation, "expected password response, got message type \(type)")
        }
        guard let length = length(at: 1) else { return nil }
        guard length >= 4, length <= longest else { throw SQLError(.protocolViolation, "invalid message length") }
        return take(length + 1, header: 5).map { .message(type: type, body: $0) }
    }

    /// The next byte, which is no part of a message: the answer to a request for encryption.
    mutating func nextByte() -> UInt8? {
        guard held > 0 else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    private func length(at place: Int) -> Int? {
        guard held >= place + 4 else { return nil }
        var value: UInt32 = 0
        for byte in bytes[(offset + place)..<(offset + place + 4)] { value = value << 8 | UInt32(byte) }
        return Int(Int32(bitPattern: value))
    }

    private mutating func take(_ count: Int, header: Int) -> [UInt8]? {
        guard held >= count else { return nil }
        defer { offset += count }
        return Array(bytes[(offset + header)..<(offset + count)])
    }

    /// The longest message of a type, as PostgreSQL has it; nil for a type that does not belong here.
    private static func longest(_ type: UInt8, _ phase: Phase) -> Int? {
        if phase == .server { return 1 << 30 }
        if phase == .authentication { return type == UInt8(ascii: "p") ? 65_535 : nil }
        switch type {
        case UInt8(ascii: "Q"), UInt8(ascii: "P"), UInt8(ascii: "B"), UInt8(ascii: "F"), UInt8(ascii: "d"): return 1 << 30
        case UInt8(ascii: "D"), UInt8(ascii: "E"), UInt8(ascii: "C"), UInt8(ascii: "S"), UInt8(ascii: "H"), UInt8(ascii: "c"),
            UInt8(ascii: "f"), UInt8(ascii: "X"):
            return 10_000
        default: return nil
        }
    }
}
