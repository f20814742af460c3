/// Classes of ASCII bytes.

package enum TextByte {
    @inline(__always) package static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }
    @inline(__always) package static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
    @inline(__always) package static func isLetter(_ byte: UInt8) -> Bool { (byte | 32) &- 97 < 26 }
}
