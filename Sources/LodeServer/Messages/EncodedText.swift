/// Text as clients send it.

import LodeCore

/// UTF-8, the one encoding of the wire.
enum EncodedText {
    /// - Throws: `22021` naming the first bytes that are not UTF-8, or a zero byte.
    static func decode(_ bytes: some Collection<UInt8>) throws(SQLError) -> String {
        if bytes.contains(0) { throw invalid([0]) }
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        throw invalid(firstInvalid(Array(bytes)))
    }

    private static func invalid(_ bytes: [UInt8]) -> SQLError {
        let list = bytes.map { "0x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
        return SQLError(.characterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": \(list)")
    }

    /// The bytes at which decoding stops: the lead byte and what should have followed it.
    private static func firstInvalid(_ bytes: [UInt8]) -> [UInt8] {
        var start = 0
        while start < bytes.count {
            let lead = bytes[start]
            let length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
            let end = min(start + length, bytes.count)
            if String(validating: bytes[start..<end], as: UTF8.self) == nil { return Array(bytes[start..<end]) }
            start = end
        }
        return []
    }
}
