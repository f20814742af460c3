/// The members of a list, map or struct that is written as text.

import LodeCore
import LodeVectors

/// Takes `[1, 2]`, `{1,2}`, `{"a": 1}`, `{'a': 1}` and `{a=1}` apart: JSON, PostgreSQL's arrays, and how values are shown.
///
/// Members stay texts: what they say in turn is their own type's business.
struct NestedTextReader {
    /// Where a member lies: between its quotes, if it has some.
    struct Member {
        var range: Range<Int>
        /// The whole of it, quotes included.
        var raw: Range<Int>
        var quote: UInt8?
    }

    let bytes: UnsafeRawBufferPointer
    private var at = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private static let blanks: [UInt8] = [32, 9, 10, 13]

    private var peek: UInt8 { at < bytes.count ? bytes[at] : 0 }

    private mutating func skipBlanks() { while at < bytes.count, Self.blanks.contains(bytes[at]) { at += 1 } }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    /// The elements of a list; nil if the text is none.
    mutating func elements() -> [Member]? {
        if take("[") { return members(until: "]") }
        return take("{") ? members(until: "}") : nil
    }

    private mutating func members(until end: Unicode.Scalar) -> [Member]? {
        var members: [Member] = []
        if !take(end) {
            repeat {
                guard let member = member(isKey: false) else { return nil }
                members.append(member)
            } while take(",")
            guard take(end) else { return nil }
        }
        return isDone ? members : nil
    }

    /// The keys and values of a map or struct; nil if the text is none.
    mutating func entries() -> [(key: Member, value: Member)]? {
        guard take("{") else { return nil }
        var entries: [(key: Member, value: Member)] = []
        if !take("}") {
            repeat {
                guard let key = member(isKey: true), take(":") || take("="), let value = member(isKey: false) else { return nil }
                entries.append((key, value))
            } while take(",")
            guard take("}") else { return nil }
        }
        return isDone ? entries : nil
    }

    private var isDone: Bool {
        mutating get {
            skipBlanks()
            return at == bytes.count
        }
    }

    private mutating func member(isKey: Bool) -> Member? {
        skipBlanks()
        let start = at
        switch peek {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let quote = peek
            guard skipQuoted() else { return nil }
            return Member(range: start + 1..<at - 1, raw: start..<at, quote: quote)
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            guard skipNested() else { return nil }
            return Member(range: start..<at, raw: start..<at)
        default:
            while at < bytes.count, !isEnd(bytes[at], isKey) { at += 1 }
            var end = at
            while end > start, Self.blanks.contains(bytes[end - 1]) { end -= 1 }
            return end > start ? Member(range: start..<end, raw: start..<end) : nil
        }
    }

    private func isEnd(_ byte: UInt8, _ isKey: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): true
        case UInt8(ascii: ":"), UInt8(ascii: "="): isKey
        default: false
        }
    }

    /// Moves behind the closing quote: the next one that has no backslash before it and is not doubled.
    private mutating func skipQuoted() -> Bool {
        let quote = peek
        at += 1
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\\") {
                at += 2
            } else if bytes[at] == quote {
                at += 1
                if peek != quote || at >= bytes.count { return true }
                at += 1
            } else {
                at += 1
            }
        }
        return false
    }

    /// Moves behind the bracket that closes the one here.
    private mutating func skipNested() -> Bool {
        var open: [UInt8] = []
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                // `]` and `}` come two behind.
                open.append(bytes[at] + 2)
                at += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                guard open.popLast() == bytes[at] else { return false }
                at += 1
                if open.isEmpty { return true }
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                // A quote within a bare word is an apostrophe.
                let before = at > 0 ? bytes[at - 1] : 0
                if "[{,:= ".utf8.contains(before) {
                    guard skipQuoted() else { return false }
                } else {
                    at += 1
                }
            default: at += 1
            }
        }
        return false
    }

    /// What a member says; nil for NULL.
    func text(_ member: Member, _ arena: TextArena) throws(SQLError) -> StringView? {
        let inner = UnsafeRawBufferPointer(rebasing: bytes[member.range])
        guard let quote = member.quote else {
            if inner.count == 4, inner.elementsEqual("null".utf8, by: { $0 | 32 == $1 }) { return nil }
            return try arena.add(inner)
        }
        if !inner.contains(where: { $0 == UInt8(ascii: "\\") || $0 == quote }) { return try arena.add(inner) }
        let sink = try ByteSink(capacity: inner.count)
        if var cursor = JSONCursor(strict: UnsafeRawBufferPointer(rebasing: bytes[member.raw])), cursor.byte == UInt8(ascii: "\""),
            cursor.skipString(), cursor.isAtEnd
        {
            try JSONScalar.appendUnescaped(inner, to: sink)
            return try arena.add(sink.bytes)
        }
        var index = 0
        while index < inner.count {
            // The byte behind a backslash stands for itself, as does the second of two quotes.
            if inner[index] == UInt8(ascii: "\\") || inner[index] == quote { index += 1 }
            if index < inner.count { try sink.append(inner[index]) }
            index += 1
        }
        return try arena.add(sink.bytes)
    }
}
