/// Text to booleans, uuids and binary.

import LodeCore

/// PostgreSQL's boolean input: `true`, `yes`, `on`, `1` and their opposites, and any unique start of them.
package enum ParseBoolean {
    package static func boolean(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<UInt8>) -> ParseOutcome {
        let cursor = TextCursor(text, count)
        guard cursor.remaining > 0, cursor.remaining <= 5 else { return .malformed }
        switch cursor.byte | 32 {
        case UInt8(ascii: "t"): return start(of: "true", cursor) ? set(1, out) : .malformed
        case UInt8(ascii: "f"): return start(of: "false", cursor) ? set(0, out) : .malformed
        case UInt8(ascii: "y"): return start(of: "yes", cursor) ? set(1, out) : .malformed
        case UInt8(ascii: "n"): return start(of: "no", cursor) ? set(0, out) : .malformed
        case UInt8(ascii: "o"):
            if cursor.isWholly("on") { return set(1, out) }
            return cursor.remaining > 1 && start(of: "off", cursor) ? set(0, out) : .malformed
        default:
            guard cursor.remaining == 1, cursor.byte == 48 || cursor.byte == 49 else { return .malformed }
            return set(cursor.byte - 48, out)
        }
    }

    private static func set(_ value: UInt8, _ out: UnsafeMutablePointer<UInt8>) -> ParseOutcome {
        out.pointee = value
        return .parsed
    }

    private static func start(of word: StaticString, _ cursor: TextCursor) -> Bool {
        guard cursor.remaining <= word.utf8CodeUnitCount else { return false }
        for index in 0..<cursor.remaining where cursor.base[cursor.at + index] | 32 != word.utf8Start[index] { return false }
        return true
    }
}

/// 32 hexadecimal digits, hyphens after every fourth allowed, braces around allowed.
package enum ParseUUID {
    /// Writes the lane: the big-endian number with its top bit flipped.
    package static func uuid(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int128>) -> ParseOutcome {
        var cursor = TextCursor(text, count)
        let braced = cursor.take(UInt8(ascii: "{"))
        var value: UInt128 = 0
        var digits = 0
        while digits < 32 {
            if digits > 0, digits % 4 == 0 { _ = cursor.take(UInt8(ascii: "-")) }
            guard let digit = HexDigit.value(cursor.byte) else { return .malformed }
            value = value << 4 | UInt128(digit)
            digits += 1
            cursor.at += 1
        }
        if braced, !cursor.take(UInt8(ascii: "}")) { return .malformed }
        guard cursor.isAtEnd else { return .malformed }
        out.pointee = Int128(bitPattern: value ^ (1 << 127))
        return .parsed
    }
}

/// PostgreSQL's bytea input: `\x` and hexadecimal digits, or bytes with `\\` and `\ooo` escapes.
package enum ParseBinary {
    /// Appends the bytes that the text stands for to `sink`.
    package static func append(_ text: UnsafePointer<UInt8>, _ count: Int, to sink: ByteSink) throws(SQLError) -> ParseOutcome {
        if count >= 2, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x") {
            var at = 2
            while at < count {
                if TextByte.isSpace(text[at]) {
                    at += 1
                    continue
                }
                guard at + 1 < count, let high = HexDigit.value(text[at]), let low = HexDigit.value(text[at + 1]) else {
                    return .malformed
                }
                try sink.append(high << 4 | low)
                at += 2
            }
            return .parsed
        }
        var at = 0
        while at < count {
            guard text[at] == UInt8(ascii: "\\") else {
                try sink.append(text[at])
                at += 1
                continue
            }
            if at + 1 < count, text[at + 1] == UInt8(ascii: "\\") {
                try sink.append(text[at])
                at += 2
                continue
            }
            guard at + 3 < count, text[at + 1] &- 48 < 4, text[at + 2] &- 48 < 8, text[at + 3] &- 48 < 8 else { return .malformed }
            try sink.append((text[at + 1] &- 48) << 6 | (text[at + 2] &- 48) << 3 | (text[at + 3] &- 48))
            at += 4
        }
        return .parsed
    }
}
