/// Classes of ASCII bytes.

public enum TextByte {
    @inlinable @inline(__always) public static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }
    @inlinable @inline(__always) public static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
    @inlinable @inline(__always) public static func isLetter(_ byte: UInt8) -> Bool { (byte | 32) &- 97 < 26 }
}
