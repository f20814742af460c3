/// LIKE patterns, compiled once per chunk.

import Glibc
import LodeCore
import LodeVectors

/// A pattern as what lies between its `%`, with plain forms for the frequent ones.
///
/// `%` is any text, `_` one character, the escape character (backslash if none is given) makes the next one literal.
/// - Source: PostgreSQL 17, 9.7.1.
struct LikePattern: Sendable {
    enum Form: Sendable {
        case equals([UInt8])
        case startsWith([UInt8])
        case endsWith([UInt8])
        case contains(TextSearch)
        case anything
        case segments
    }

    /// Bytes, with nil for `_`.
    private struct Segment: Sendable {
        var bytes: [UInt8?] = []
        /// The bytes if there is no `_` among them.
        var search: TextSearch?
        /// How many characters it matches.
        var characters = 0
    }

    let form: Form
    private let segments: [Segment]
    private let opensWithAny: Bool
    private let endsWithAny: Bool

    /// `escape` nil means that nothing escapes.
    /// - Throws: `22025` if the pattern ends in the escape character.
    init(_ pattern: UnsafeRawBufferPointer, escape: UInt8?) throws(SQLError) {
        var segments: [Segment] = [], current = Segment()
        var opensWithAny = false, endsWithAny = false, i = 0
        while i < pattern.count {
            let byte = pattern[i]
            endsWithAny = false
            if byte == escape {
                guard i + 1 < pattern.count else {
                    throw SQLError(.invalidEscapeSequence, "LIKE pattern must not end with escape character")
                }
                current.bytes.append(pattern[i + 1])
                i += 1
            } else if byte == UInt8(ascii: "%") {
                if segments.isEmpty, current.bytes.isEmpty { opensWithAny = true }
                if !current.bytes.isEmpty { segments.append(current) }
                current = Segment()
                endsWithAny = true
            } else {
                current.bytes.append(byte == UInt8(ascii: "_") ? nil : byte)
            }
            i += 1
        }
        if !current.bytes.isEmpty { segments.append(current) }
        for index in segments.indices {
            let plain = segments[index].bytes.compactMap { $0 }
            if plain.count == segments[index].bytes.count { segments[index].search = TextSearch(plain) }
            segments[index].characters = segments[index].bytes.count { $0.map { UTF8Text.begins($0) } ?? true }
        }
        self.segments = segments
        self.opensWithAny = opensWithAny
        self.endsWithAny = endsWithAny
        form = Self.form(segments, opensWithAny, endsWithAny)
    }

    private static func form(_ segments: [Segment], _ opens: Bool, _ ends: Bool) -> Form {
        if segments.isEmpty { return opens || ends ? .anything : .equals([]) }
        guard segments.count == 1, let search = segments[0].search else { return .segments }
        switch (opens, ends) {
        case (false, false): return .equals(search.needle)
        case (false, true): return .startsWith(search.needle)
        case (true, false): return .endsWith(search.needle)
        case (true, true): return .contains(search)
        }
    }

    func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        switch form {
        case .anything: return true
        case .equals(let wanted): return bytes.count == wanted.count && Self.has(wanted, bytes, 0)
        case .startsWith(let wanted): return Self.has(wanted, bytes, 0)
        case .endsWith(let wanted): return Self.has(wanted, bytes, bytes.count - wanted.count)
        case .contains(let search): return search.find(in: bytes) != nil
        case .segments: return matchesSegments(bytes)
        }
    }

    @inline(__always)
    static func has(_ wanted: [UInt8], _ bytes: UnsafeRawBufferPointer, _ at: Int) -> Bool {
        guard at >= 0, at + wanted.count <= bytes.count else { return false }
        guard let base = bytes.baseAddress else { return wanted.isEmpty }
        return wanted.withUnsafeBytes { $0.baseAddress.map { memcmp(base + at, $0, wanted.count) == 0 } ?? true }
    }

    /// Each segment at its leftmost place after the one before; the last one at the end unless the pattern ends in `%`.
    private func matchesSegments(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var at = 0, index = 0
        if !opensWithAny {
            guard let end = Self.match(segments[0], bytes, 0) else { return false }
            if segments.count == 1, !endsWithAny { return end == bytes.count }
            at = end
            index = 1
        }
        let last = endsWithAny ? segments.count : segments.count - 1
        while index < last {
            guard let end = Self.search(segments[index], bytes, at) else { return false }
            at = end
            index += 1
        }
        if endsWithAny { return true }
        // The last segment's characters, counted from the end.
        var start = bytes.count, missing = segments[last].characters
        while missing > 0, start > at {
            start -= 1
            if UTF8Text.begins(bytes[start]) { missing -= 1 }
        }
        return missing == 0 && Self.match(segments[last], bytes, start) == bytes.count
    }

    /// Where the segment ends if it is at `start`.
    private static func match(_ segment: Segment, _ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        if let search = segment.search { return has(search.needle, bytes, start) ? start + search.needle.count : nil }
        var at = start
        for wanted in segment.bytes {
            guard at < bytes.count else { return nil }
            if let wanted {
                guard bytes[at] == wanted else { return nil }
                at += 1
            } else {
                at += 1
                while at < bytes.count, !UTF8Text.begins(bytes[at]) { at += 1 }
            }
        }
        return at
    }

    /// Where the segment ends at its first place from `start` on.
    private static func search(_ segment: Segment, _ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        if let search = segment.search { return search.find(in: bytes, from: start).map { $0 + search.needle.count } }
        var at = start
        while at <= bytes.count {
            if at == bytes.count || UTF8Text.begins(bytes[at]), let end = match(segment, bytes, at) { return end }
            at += 1
        }
        return nil
    }
}
