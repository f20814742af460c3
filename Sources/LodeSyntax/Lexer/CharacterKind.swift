/// What a byte can begin.

enum CharacterKind: UInt8 {
    case blank, word, digit, quote, doubleQuote, dollar, sign, bad

    /// For each byte. Bytes above 127 are parts of UTF-8 letters.
    static let table: [CharacterKind] = (0..<256).map { byte in
        switch UInt8(byte) {
        case 9, 10, 11, 12, 13, 32: .blank
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 128...255: .word
        case UInt8(ascii: "'"): .quote
        case UInt8(ascii: "\""): .doubleQuote
        case UInt8(ascii: "$"): .dollar
        case 33...126: .sign
        default: .bad
        }
    }

    /// Whether a byte goes on with a word: letters, digits, `_` and `$`.
    @inline(__always)
    static func continuesWord(_ byte: UInt8) -> Bool {
        (byte | 32) &- 97 < 26 || byte &- 48 < 10 || byte == 95 || byte >= 128 || byte == 36
    }
}
