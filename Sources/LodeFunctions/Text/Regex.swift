/// Regular expressions by PCRE2, with bounded work.

import CPcre2
import LodeCore
import LodeVectors

/// A compiled pattern. Strings that are not UTF-8 match around their malformed bytes.
///
/// A match may take 10 million steps; beyond that it is an error, so that no pattern can hang a query.
final class Regex: Sendable {
    struct Options: OptionSet, Hashable {
        let rawValue: UInt32
        static let ignoresCase = Options(rawValue: PCRE2_CASELESS)
        static let dotMatchesNewline = Options(rawValue: PCRE2_DOTALL)
        static let multiline = Options(rawValue: PCRE2_MULTILINE)
        static let extended = Options(rawValue: PCRE2_EXTENDED)
    }

    private static let stepLimit: UInt32 = 10_000_000

    /// Addresses, since PCRE2's own types are pointers; compiled code is immutable and may be shared.
    private let code: UInt
    private let context: UInt

    private var codePointer: OpaquePointer? { OpaquePointer(bitPattern: code) }

    private init(code: UInt, context: UInt) {
        self.code = code
        self.context = context
    }

    deinit {
        pcre2_code_free_8(OpaquePointer(bitPattern: code))
        pcre2_match_context_free_8(OpaquePointer(bitPattern: context))
    }

    private struct Key: Hashable {
        var pattern: [UInt8]
        var options: Options
    }

    private static let cache = Lock<[Key: Regex]>([:])

    /// The compiled pattern, from a small cache.
    /// - Throws: `2201B` with PCRE2's reason and the place.
    static func compile(_ pattern: [UInt8], _ options: Options) throws(SQLError) -> Regex {
        let key = Key(pattern: pattern, options: options)
        if let known = cache.withLock({ $0[key] }) { return known }
        let fresh = try make(pattern, options)
        cache.withLock { table in
            if table.count >= 256 { table.removeAll() }
            table[key] = fresh
        }
        return fresh
    }

    private static func make(_ pattern: [UInt8], _ options: Options) throws(SQLError) -> Regex {
        guard pattern.count <= 65_536 else { throw SQLError(.invalidRegularExpression, "the regular expression is longer than 64 KB") }
        var number: Int32 = 0, place = 0
        let flags = options.rawValue | PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_MATCH_INVALID_UTF
        let padded = pattern + [0]
        guard let code = pcre2_compile_8(padded, pattern.count, flags, &number, &place, nil) else {
            var message = [UInt8](repeating: 0, count: 200)
            let length = pcre2_get_error_message_8(number, &message, message.count)
            let reason = String(decoding: message.prefix(max(0, Int(length))), as: UTF8.self)
            throw SQLError(
                .invalidRegularExpression, "invalid regular expression: \(reason)",
                detail: "At character \(place) of \"\(String(decoding: pattern.prefix(100), as: UTF8.self))\".")
        }
        pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
        let context = pcre2_match_context_create_8(nil)
        pcre2_set_match_limit_8(context, stepLimit)
        return Regex(code: UInt(bitPattern: code), context: UInt(bitPattern: context))
    }

    /// Room for the result of one match; one a chunk and thread.
    final class Match {
        fileprivate let data: OpaquePointer?
        /// Looked at before every match, since one may take long.
        fileprivate let cancellation = Cancellation.current

        init(_ regex: Regex) { data = pcre2_match_data_create_from_pattern_8(regex.codePointer, nil) }

        deinit { pcre2_match_data_free_8(data) }

        /// How many groups there are, with the whole match as group 0.
        var groupCount: Int { Int(pcre2_get_ovector_count_8(data)) }

        /// Where a group matched; nil if it took no part.
        func range(_ group: Int) -> Range<Int>? {
            guard group >= 0, group < groupCount, let offsets = pcre2_get_ovector_pointer_8(data) else { return nil }
            let start = offsets[group * 2], end = offsets[group * 2 + 1]
            return start <= end && end != Int.max && start >= 0 ? start..<end : nil
        }
    }

    /// Looks for a match from a byte on. `match` then holds where.
    /// - Throws: `54001` when a match takes too many steps.
    func find(_ bytes: UnsafeRawBufferPointer, from start: Int = 0, _ match: Match, isAnchoredNonEmpty: Bool = false) throws(SQLError)
        -> Bool
    {
        try match.cancellation?.check()
        // PCRE2 wants an address even for no bytes.
        let empty: [UInt8] = [0]
        let options = isAnchoredNonEmpty ? PCRE2_NOTEMPTY_ATSTART : 0
        let result: Int32
        if let base = bytes.baseAddress {
            result = pcre2_match_8(
                codePointer, base.assumingMemoryBound(to: UInt8.self), bytes.count, start, options, match.data,
                OpaquePointer(bitPattern: context))
        } else {
            result = pcre2_match_8(codePointer, empty, 0, 0, options, match.data, OpaquePointer(bitPattern: context))
        }
        if result >= 0 { return true }
        if result == PCRE2_ERROR_NOMATCH { return false }
        if result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_HEAPLIMIT || result == PCRE2_ERROR_DEPTHLIMIT
            || result == PCRE2_ERROR_JIT_STACKLIMIT
        {
            throw SQLError(
                .statementTooComplex, "a regular expression took too many steps on one text",
                hint: "Avoid nested repetition such as (a+)+ in the pattern.")
        }
        throw SQLError(.invalidRegularExpression, "regular expression failed: PCRE2 error \(result)")
    }

    /// Calls `body` for each match from left to right, which do not overlap; an empty match is taken once at a place.
    func forEach(_ bytes: UnsafeRawBufferPointer, _ match: Match, _ body: (Range<Int>) throws(SQLError) -> Bool) throws(SQLError) {
        var start = 0, forbidsEmpty = false
        while start <= bytes.count, try find(bytes, from: start, match, isAnchoredNonEmpty: forbidsEmpty) {
            guard let found = match.range(0) else { return }
            guard try body(found) else { return }
            // After an empty match, only a longer one may follow at the same place.
            forbidsEmpty = found.isEmpty
            start = max(found.upperBound, start)
            if start == bytes.count, found.isEmpty { return }
        }
    }
}
