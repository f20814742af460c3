/// Bytes as base64.

import LodeCore

/// - Source: RFC 4648, section 4.
package enum Base64 {
    package static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func append(_ bytes: UnsafeRawBufferPointer, to sink: ByteSink) throws(SQLError) {
        var at = 0
        while at < bytes.count {
            let left = bytes.count - at
            let word = UInt32(bytes[at]) << 16 | (left > 1 ? UInt32(bytes[at + 1]) << 8 : 0) | (left > 2 ? UInt32(bytes[at + 2]) : 0)
            for place in 0..<4 {
                try sink.append(place <= left ? digits[Int(word >> UInt32(18 - place * 6)) & 63] : UInt8(ascii: "="))
            }
            at += 3
        }
    }
}
