/// Dates and times read by a template.

import LodeCore
import LodeVectors

extension DateTemplate {
    /// What a string said: local microseconds since 1970, and seconds east of UTC if it named an offset.
    struct Reading {
        var micros: Int64
        var offsetSeconds: Int?
    }

    /// Reads a string by PostgreSQL's rules: separators match each other, blanks are skipped, what follows the template is ignored.
    /// - Throws: `22007` where the text does not fit, `22008` where a field is out of range.
    /// - Source: PostgreSQL 17, `DCH_from_char` and `do_to_timestamp`.
    func read(_ bytes: [UInt8]) throws(SQLError) -> Reading {
        var reader = TemplateReader(bytes)
        var fields = TemplateFields()
        for (index, part) in parts.enumerated() {
            if reader.isAtEnd { break }
            switch part {
            case .literal(let character, let isQuoted):
                reader.skip(character, isQuoted: isQuoted, isFirst: index == 0)
            case .pattern(let pattern, let modifiers):
                reader.skipSpacesBefore()
                if pattern.field == .exact {
                    reader.isExact = true
                } else {
                    try fields.take(pattern.field, &reader, isFree: !modifiers.fills || endsField(index, modifiers))
                    if modifiers.ordinal != nil { reader.skipLetters(2) }
                }
                reader.skipSpacesAfter()
            }
        }
        return try fields.reading(String(decoding: bytes, as: UTF8.self))
    }

    /// Whether what follows shows where a number ends, so that it may have any length.
    private func endsField(_ index: Int, _ modifiers: TemplateModifiers) -> Bool {
        if modifiers.ordinal != nil || index + 1 >= parts.count { return true }
        switch parts[index + 1] {
        case .pattern(let pattern, _): return !pattern.field.isNumber
        case .literal(let character, _): return !(character.count == 1 && character[0] >= 48 && character[0] <= 57)
        }
    }
}

/// A place in the text that a template reads.
struct TemplateReader {
    private let bytes: [UInt8]
    private(set) var at = 0
    var isExact = false
    /// Blanks that were skipped beyond those that the template has.
    private var extra = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at >= bytes.count }
    private var byte: UInt8 { at < bytes.count ? bytes[at] : 0 }
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
    /// Printable ASCII that is neither letter nor digit.
    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte > 32 && byte < 127 && !isDigit(byte) && !((byte | 32) >= 97 && (byte | 32) <= 122)
    }

    mutating func skipSpacesBefore() {
        if isExact { return }
        while !isAtEnd, Self.isSpace(byte) {
            at += 1
            extra += 1
        }
    }

    mutating func skipSpacesAfter() {
        if isExact { return }
        extra = 0
        skipSpacesBefore()
    }

    private mutating func skipCharacter() {
        at += 1
        while !isAtEnd, !UTF8Text.begins(byte) { at += 1 }
    }

    /// A literal of the template: a separator matches one of any kind or nothing, another character takes one character.
    mutating func skip(_ character: [UInt8], isQuoted: Bool, isFirst: Bool) {
        let isLoose = !isQuoted && character.count == 1 && (Self.isSpace(character[0]) || Self.isSeparator(character[0]))
        if isLoose || isFirst { skipSpacesBefore() }
        if isExact { return skipCharacter() }
        if isLoose {
            extra -= 1
            if Self.isSpace(byte) || Self.isSeparator(byte) {
                at += 1
                extra += 1
            }
        } else if extra > 0 {
            extra -= 1
        } else {
            skipCharacter()
        }
    }

    mutating func skipLetters(_ count: Int) { at = min(bytes.count, at + count) }

    /// An integer of exactly `width` characters, or of any length.
    mutating func integer(_ name: String, _ width: Int, isFree: Bool) throws(SQLError) -> (value: Int64, length: Int) {
        while !isAtEnd, Self.isSpace(byte) { at += 1 }
        let start = at
        let limit = isFree ? bytes.count : min(bytes.count, start + width)
        if !isFree, limit - start < width {
            throw invalid(
                "source string too short for \"\(name)\" formatting field",
                "Field requires \(width) characters, but only \(limit - start) remain.")
        }
        let isNegative = byte == UInt8(ascii: "-")
        if at < limit, isNegative || byte == UInt8(ascii: "+") { at += 1 }
        var value: Int64 = 0, digits = 0
        while at < limit, Self.isDigit(byte) {
            value = min(value * 10 + Int64(byte - 48), 10_000_000_000)
            digits += 1
            at += 1
        }
        let shown = String(decoding: bytes[start..<min(bytes.count, max(at, start + width))], as: UTF8.self)
        guard digits > 0 else { throw invalid("invalid value \"\(shown)\" for \"\(name)\"", "Value must be an integer.") }
        if !isFree, at - start < width {
            throw invalid(
                "invalid value \"\(shown)\" for \"\(name)\"", "Field requires \(width) characters, but only \(at - start) could be parsed.")
        }
        guard value <= Int64(Int32.max) else {
            throw SQLError(.datetimeFieldOverflow, "value for \"\(name)\" in source string is out of range")
        }
        return (isNegative ? -value : value, at - start)
    }

    /// The first of these words that stands here, without regard to case.
    mutating func word(_ name: String, _ words: [String]) throws(SQLError) -> Int {
        for (index, word) in words.enumerated() {
            let end = at + word.utf8.count
            guard end <= bytes.count, String(decoding: bytes[at..<end], as: UTF8.self).lowercased() == word.lowercased() else { continue }
            at = end
            return index
        }
        let shown = String(decoding: bytes[at...].prefix { !Self.isSpace($0) }.prefix(20), as: UTF8.self)
        throw invalid(
            "invalid value \"\(shown)\" for \"\(name)\"", "The given value did not match any of the allowed values for this field.")
    }

    /// The sign of a zone; a hyphen that was taken for a separator counts.
    mutating func sign() -> Int64 {
        if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == 32 {
            defer { at += 1 }
            return byte == UInt8(ascii: "-") ? -1 : 1
        }
        return extra > 0 && at > 0 && bytes[at - 1] == UInt8(ascii: "-") ? -1 : 1
    }

    mutating func take(_ wanted: UInt8) -> Bool {
        guard byte == wanted, !isAtEnd else { return false }
        at += 1
        return true
    }

    func invalid(_ message: String, _ detail: String) -> SQLError {
        SQLError(.invalidDatetimeFormat, message, detail: detail)
    }
}
