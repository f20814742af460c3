/// How a session's strings look on the wire.

import LodeCore
import LodeEngine
import LodeVectors

/// The time zone in which instants are shown, and the encoding that the client asked for.
struct TextStyle: Sendable {
    var zone: ValueText.Zone?
    var encoding = ClientEncoding.utf8
    /// How `regclass` values and their kin are shown.
    var objects: ValueText.Names?

    static let plain = TextStyle()
}

/// ISO 8859-1: a byte a character, the first 256 of Unicode.
enum Latin1 {
    static func decoded(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for byte in bytes {
            if byte < 0x80 {
                result.append(byte)
            } else {
                result.append(0xc0 | byte >> 6)
                result.append(0x80 | byte & 0x3f)
            }
        }
        return result
    }

    /// Turns the UTF-8 from `start` on into Latin-1, in place.
    /// - Throws: `22P05` for a character that it does not have.
    static func encode(from start: Int, in sink: ByteSink) throws(SQLError) {
        var read = start, write = start
        while read < sink.count {
            let byte = sink.base[read]
            if byte < 0x80 {
                sink.base[write] = byte
                read += 1
            } else {
                guard byte == 0xc2 || byte == 0xc3, read + 1 < sink.count else {
                    throw SQLError(
                        .untranslatableCharacter, "a character of encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"")
                }
                sink.base[write] = (byte & 3) << 6 | sink.base[read + 1] & 0x3f
                read += 2
            }
            write += 1
        }
        sink.truncate(to: write)
    }

    /// A message of a client that speaks Latin-1, as one that speaks UTF-8 would have sent it. Values of parameters are left alone.
    static func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
        guard body.contains(where: { $0 >= 0x80 }) else { return body }
        switch type {
        case UInt8(ascii: "Q"): return decoded(body)
        case UInt8(ascii: "P"):
            guard let first = body.firstIndex(of: 0), let second = body[(first + 1)...].firstIndex(of: 0) else { return body }
            return decoded(body[...second]) + body[(second + 1)...]
        default: return body
        }
    }
}
