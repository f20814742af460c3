/// Regular expressions: tests, parts, replacements.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let regex: [ScalarFunction] = [
        test("~", "Whether a regular expression matches somewhere.", [("'abc' ~ 'b+'", "true")], [], isNegated: false),
        test("~*", "Whether a regular expression matches, ignoring case.", [("'ABC' ~* 'b'", "true")], .ignoresCase, isNegated: false),
        test("!~", "Whether a regular expression matches nowhere.", [("'abc' !~ 'x'", "true")], [], isNegated: true),
        test(
            "!~*", "Whether a regular expression matches nowhere, ignoring case.",
            [("'ABC' !~* 'b'", "false")], .ignoresCase, isNegated: true),
        whole(
            "similar_to", "Whether a string wholly fits an SQL regular expression.",
            [("'abc' SIMILAR TO '%(b|d)%'", "true")], false, RegexDialect.similar),
        whole(
            "not_similar_to", "Whether a string does not fit an SQL regular expression.",
            [("'abc' NOT SIMILAR TO '_bc'", "false")], true, RegexDialect.similar),
        whole("glob", "Whether a string wholly fits a pattern of *, ? and [...].", [("'abc' GLOB 'a*'", "true")], false, RegexDialect.glob),
        ScalarFunction(
            "regexp_like", aliases: ["regexp_matches"], "pattern", "Whether a regular expression matches somewhere. Flags: i, s, m, x.",
            source: "PostgreSQL 17, 9.7.3", examples: [("regexp_like('Hello', 'h', 'i')", "true")],
            .strict([.varchar, .varchar, .varchar], .boolean, optional: 1, canFail: true) { call throws(SQLError) in
                try RegexKernels.test(call, [], isNegated: false, flagIndex: 2)
            }.failing(onlyBy: 1, 2)),
        ScalarFunction(
            "regexp_full_match", "pattern", "Whether a regular expression matches the whole text.", source: "DuckDB, Regular Expressions",
            examples: [("regexp_full_match('abc', 'a.c')", "true")],
            .strict([.varchar, .varchar], .boolean, canFail: true) { call throws(SQLError) in
                try RegexKernels.whole(call, isNegated: false) { (pattern, _) throws(SQLError) in "^(?:".utf8 + pattern + ")$".utf8 }
            }.failing(onlyBy: 1)),
        ScalarFunction(
            "regexp_extract", aliases: ["regexp_substr"], "pattern", "The first match, or a group of it; NULL if there is none.",
            source: "Trino, Regular expression functions",
            examples: [("regexp_extract('a1b22', '[0-9]+')", "1"), ("regexp_extract('x=7', '(\\w)=(\\d)', 2)", "7")],
            .strict([.varchar, .varchar, .bigint], .varchar, optional: 1, canFail: true) { call throws(SQLError) in
                try RegexKernels.extract(call)
            }),
        ScalarFunction(
            "regexp_extract_all", "pattern", "All matches, or a group of each, as a list.", source: "Trino, Regular expression functions",
            examples: [("regexp_extract_all('a1b22', '[0-9]+')", "[1, 22]")],
            .strict([.varchar, .varchar, .bigint], .list(.varchar), optional: 1, canFail: true) { call throws(SQLError) in
                try RegexKernels.extractAll(call)
            }),
        ScalarFunction(
            "regexp_replace", "pattern", "The first match replaced (flag g: every one); \\1 is a group, \\& the match.",
            source: "PostgreSQL 17, 9.7.3",
            examples: [("regexp_replace('abcabc', 'b', 'X')", "aXcabc"), ("regexp_replace('ab12', '(\\d)', '<\\1>', 'g')", "ab<1><2>")],
            .strict([.varchar, .varchar, .varchar, .varchar], .varchar, optional: 1, canFail: true) { call throws(SQLError) in
                try RegexKernels.replace(call)
            }.failing(onlyBy: 1, 2, 3)),
        ScalarFunction(
            "regexp_count", "pattern", "How often a regular expression matches.", source: "PostgreSQL 17, 9.7.3",
            examples: [("regexp_count('abcabc', 'b')", "2")],
            .strict([.varchar, .varchar], .bigint, canFail: true) { call throws(SQLError) in try RegexKernels.count(call) }
                .failing(onlyBy: 1)),
        ScalarFunction(
            "regexp_split_to_array", aliases: ["string_split_regex", "regexp_split"], "pattern", "The parts between matches, as a list.",
            source: "PostgreSQL 17, 9.7.3", examples: [("regexp_split_to_array('a1b22c', '[0-9]+')", "[a, b, c]")],
            .strict([.varchar, .varchar], .list(.varchar), canFail: true) { call throws(SQLError) in try RegexKernels.split(call) }),
    ]

    private static func test(
        _ name: String, _ summary: String, _ examples: [(String, String)], _ options: Regex.Options, isNegated: Bool
    ) -> ScalarFunction {
        ScalarFunction(
            name, "pattern", summary, source: "PostgreSQL 17, 9.7.3", examples: examples,
            .strict([.varchar, .varchar], .boolean, canFail: true) { call throws(SQLError) in
                try RegexKernels.test(call, options, isNegated: isNegated, flagIndex: nil)
            }.failing(onlyBy: 1))
    }

    private static func whole(
        _ name: String, _ summary: String, _ examples: [(String, String)], _ isNegated: Bool,
        _ translate: @escaping @Sendable ([UInt8], UInt8?) throws(SQLError) -> [UInt8]
    ) -> ScalarFunction {
        ScalarFunction(
            name, "pattern", summary, source: "PostgreSQL 17, 9.7.2; SQLite, GLOB", examples: examples,
            .strict([.varchar, .varchar, .varchar], .boolean, optional: 1, canFail: true) { call throws(SQLError) in
                try RegexKernels.whole(call, isNegated: isNegated, translate)
            }.failing(onlyBy: 1, 2))
    }
}

/// Other pattern languages as regular expressions.
enum RegexDialect {
    /// SIMILAR TO: `%` and `_` as in LIKE, `| * + ? {} () []` as in regular expressions.
    static func similar(_ pattern: [UInt8], _ escape: UInt8?) throws(SQLError) -> [UInt8] {
        var result = Array("^(?s:".utf8), i = 0, inClass = false
        while i < pattern.count {
            let byte = pattern[i]
            i += 1
            if byte == escape, i < pattern.count {
                result += [UInt8(ascii: "\\"), pattern[i]]
                i += 1
            } else if inClass {
                inClass = byte != UInt8(ascii: "]")
                result.append(byte)
            } else {
                switch byte {
                case UInt8(ascii: "%"): result += ".*".utf8
                case UInt8(ascii: "_"): result.append(UInt8(ascii: "."))
                case UInt8(ascii: "["):
                    inClass = true
                    result.append(byte)
                case UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "$"), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
                default: result.append(byte)
                }
            }
        }
        return result + ")\\z".utf8
    }

    /// GLOB: `*` is any text, `?` one character, `[a-z]` one of a class, `[!a]` (or `[^a]`) one that is not; a backslash takes the next
    /// character as it is. A class without its end, or a backslash at the end, matches nothing.
    static func glob(_ pattern: [UInt8], _ escape: UInt8?) throws(SQLError) -> [UInt8] {
        let nothing = Array("(?!)".utf8)
        var result = Array("^(?s:".utf8), at = 0
        while at < pattern.count {
            let byte = pattern[at]
            at += 1
            switch byte {
            case UInt8(ascii: "*"): result += ".*".utf8
            case UInt8(ascii: "?"): result.append(UInt8(ascii: "."))
            case UInt8(ascii: "["):
                guard let members = globClass(pattern, &at) else { return nothing }
                result += members
            case UInt8(ascii: "\\"):
                guard at < pattern.count else { return nothing }
                result += literal(pattern[at])
                at += 1
            default: result += literal(byte)
            }
        }
        return result + ")\\z".utf8
    }

    private static func literal(_ byte: UInt8) -> [UInt8] {
        byte < 128 && !isWordByte(byte) ? [UInt8(ascii: "\\"), byte] : [byte]
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (byte | 32 >= 97 && byte | 32 <= 122) || (byte >= 48 && byte <= 57) || byte == 95
    }

    /// The class that begins at `at`, behind its bracket, as a regular expression; nil if it does not end. A `]` at its start is a member.
    private static func globClass(_ pattern: [UInt8], _ at: inout Int) -> [UInt8]? {
        var result = [UInt8(ascii: "[")], isFirst = true
        if at < pattern.count, pattern[at] == UInt8(ascii: "!") || pattern[at] == UInt8(ascii: "^") {
            result.append(UInt8(ascii: "^"))
            at += 1
        }
        while at < pattern.count {
            let byte = pattern[at]
            at += 1
            if byte == UInt8(ascii: "]"), !isFirst { return result + [byte] }
            let isRange = byte == UInt8(ascii: "-") && !isFirst && at < pattern.count && pattern[at] != UInt8(ascii: "]")
            result += isRange ? [byte] : literal(byte)
            isFirst = false
        }
        return nil
    }
}
