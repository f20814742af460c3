/// Length, case, trimming and cutting of strings.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let textBasics: [ScalarFunction] = [
        ScalarFunction(
            "length", aliases: ["char_length", "character_length", "len"], "text",
            "Characters of a string, bytes of a binary, elements of a list.",
            source: "PostgreSQL 17, 9.4", examples: [("length('Straße')", "6"), ("length(NULL)", "NULL"), ("len([1, 2])", "2")],
            .strict([.varchar], .bigint, canFail: false) { call throws(SQLError) in
                try call.map(StringView.self, to: .bigint) { view in Int64(view.withBytes { UTF8Text.length($0) }) }
            },
            .strict([.varbinary], .bigint, canFail: false) { call throws(SQLError) in
                try call.map(StringView.self, to: .bigint) { Int64($0.count) }
            }, ListFunctions.count),
        ScalarFunction(
            "octet_length", aliases: ["strlen"], "text", "Bytes of a string in UTF-8, or of a binary.", source: "PostgreSQL 17, 9.4",
            examples: [("octet_length('Straße')", "7")],
            .strict([.varchar], .bigint, canFail: false) { call throws(SQLError) in
                try call.map(StringView.self, to: .bigint) { Int64($0.count) }
            },
            .strict([.varbinary], .bigint, canFail: false) { call throws(SQLError) in
                try call.map(StringView.self, to: .bigint) { Int64($0.count) }
            }),
        ScalarFunction(
            "bit_length", "text", "Bits of a string in UTF-8.", source: "PostgreSQL 17, 9.4", examples: [("bit_length('ab')", "16")],
            .strict([.varchar], .bigint, canFail: false) { call throws(SQLError) in
                try call.map(StringView.self, to: .bigint) { Int64($0.count) * 8 }
            }),
        ScalarFunction(
            "upper", aliases: ["ucase"], "text", "Text in upper case, by the full Unicode mapping.", source: "Unicode 16, SpecialCasing",
            examples: [("upper('Straße')", "STRASSE"), ("upper(NULL)", "NULL")],
            .strict([.varchar], .varchar, canFail: false) { call throws(SQLError) in try CaseMapping.upper(call, 0) }),
        ScalarFunction(
            "lower", aliases: ["lcase"], "text", "Text in lower case, by the full Unicode mapping.", source: "Unicode 16, SpecialCasing",
            examples: [("lower('ÄB')", "äb")],
            .strict([.varchar], .varchar, canFail: false) { call throws(SQLError) in try CaseMapping.lower(call, 0) }),
        ScalarFunction(
            "initcap", "text", "The first letter of each word in upper case, the others in lower case.", source: "PostgreSQL 17, 9.4",
            examples: [("initcap('hi THOMAS')", "Hi Thomas")],
            .strict([.varchar], .varchar, canFail: false) { call throws(SQLError) in
                try call.mapBytes { (_, bytes, sink) throws(SQLError) in
                    try sink.append(CaseMapping.initialCapitals(String(decoding: bytes, as: UTF8.self)))
                }
            }),
        trim("trim", aliases: ["btrim"], "both ends", true, true, [("trim('  ab ')", "ab"), ("trim('xabx', 'x')", "ab")]),
        trim("ltrim", "the start", true, false, [("ltrim('  ab ')", "ab ")]),
        trim("rtrim", "the end", false, true, [("rtrim('abxx', 'x')", "ab")]),
        ScalarFunction(
            "substring", aliases: ["substr"], "text",
            "Characters from a position (from 1) on, so many or all; or the part that fits a regular expression.",
            source: "PostgreSQL 17, 9.4",
            examples: [("substring('hello', 2, 3)", "ell"), ("substring('hello', 4)", "lo"), ("substring('hello', -1, 4)", "he")],
            .strict([.varchar, .bigint, .bigint], .varchar, optional: 1, canFail: true) { call throws(SQLError) in
                try TextCutting.substring(call)
            }
            .failing(onlyBy: 2),
            .strict([.varchar, .varchar], .varchar, canFail: true) { call throws(SQLError) in try RegexKernels.substring(call) }
                .failing(onlyBy: 1)),
        ScalarFunction(
            "left", "text", "The first characters; with a negative number, all but the last ones.", source: "PostgreSQL 17, 9.4",
            examples: [("left('abcde', 2)", "ab"), ("left('abcde', -2)", "abc")],
            .strict([.varchar, .bigint], .varchar, canFail: false) { call throws(SQLError) in try TextCutting.left(call) }),
        ScalarFunction(
            "right", "text", "The last characters; with a negative number, all but the first ones.", source: "PostgreSQL 17, 9.4",
            examples: [("right('abcde', 2)", "de"), ("right('abcde', -2)", "cde")],
            .strict([.varchar, .bigint], .varchar, canFail: false) { call throws(SQLError) in try TextCutting.right(call) }),
        ScalarFunction(
            "split_part", "text", "The field of this number (from 1; negative from the end) between separators; empty if there is none.",
            source: "PostgreSQL 17, 9.4", examples: [("split_part('a,b,c', ',', 2)", "b"), ("split_part('a,b,c', ',', -1)", "c")],
            .strict([.varchar, .varchar, .bigint], .varchar, canFail: true) { call throws(SQLError) in try TextCutting.field(call) }
                .failing(onlyBy: 2)),
    ]

    private static func trim(
        _ name: String, aliases: [String] = [], _ where: String, _ leading: Bool, _ trailing: Bool, _ examples: [(String, String)]
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "text", "Text without blanks, or without the given characters, at \(`where`).",
            source: "PostgreSQL 17, 9.4", examples: examples,
            .strict([.varchar, .varchar], .varchar, optional: 1, canFail: false) { call throws(SQLError) in
                try TextCutting.trim(call, leading: leading, trailing: trailing)
            })
    }
}

/// Parts of strings, without copying them.
enum TextCutting {
    /// Positions before 1 count, as in PostgreSQL: from -1 for 4 are the first two characters.
    static func substring(_ call: StrictCall) throws(SQLError) -> Column {
        let starts = call.lanes(1, Int64.self)
        let lengths = call.arity > 2 ? call.lanes(2, Int64.self) : nil
        return try call.mapPart { (row, bytes) throws(SQLError) in
            let start = starts[row]
            var end = Int64.max
            if let length = lengths?[row] {
                if length < 0 { throw SQLError(.invalidParameterValue, "negative substring length not allowed") }
                let (sum, overflow) = start.addingReportingOverflow(length)
                end = overflow ? .max : sum
            }
            // Characters start ..< end, counted from 1.
            let first = max(start, 1)
            if end <= first { return 0..<0 }
            if UTF8Text.isASCII(bytes) {
                let lower = Int(min(first - 1, Int64(bytes.count)))
                return lower..<Int(min(end - 1, Int64(bytes.count)))
            }
            let lower = UTF8Text.offset(ofCharacter: Int(clamping: first - 1), in: bytes)
            let wanted = Int(clamping: end - first)
            let upper = lower < bytes.count ? UTF8Text.offset(ofCharacter: wanted, in: bytes, from: lower) : lower
            return lower..<upper
        }
    }

    static func left(_ call: StrictCall) throws(SQLError) -> Column {
        let counts = call.lanes(1, Int64.self)
        return try call.mapPart { (row, bytes) throws(SQLError) in
            let count = counts[row]
            if count >= 0 { return 0..<UTF8Text.offset(ofCharacter: Int(clamping: count), in: bytes) }
            let kept = Int64(UTF8Text.length(bytes)) &+ max(count, -Int64.max)
            return 0..<UTF8Text.offset(ofCharacter: Int(clamping: max(0, kept)), in: bytes)
        }
    }

    static func right(_ call: StrictCall) throws(SQLError) -> Column {
        let counts = call.lanes(1, Int64.self)
        return try call.mapPart { (row, bytes) throws(SQLError) in
            let count = counts[row]
            let dropped = count >= 0 ? Int64(UTF8Text.length(bytes)) &- count : -max(count, -Int64.max)
            return UTF8Text.offset(ofCharacter: Int(clamping: max(0, dropped)), in: bytes)..<bytes.count
        }
    }

    static func trim(_ call: StrictCall, leading: Bool, trailing: Bool) throws(SQLError) -> Column {
        if call.arity == 1 {
            return try call.mapPart { (_, bytes) throws(SQLError) in
                var start = 0, end = bytes.count
                if leading { while start < end, bytes[start] == 32 { start += 1 } }
                if trailing { while end > start, bytes[end - 1] == 32 { end -= 1 } }
                return start..<end
            }
        }
        let sets = call.texts(1)
        return try call.mapPart { (row, bytes) throws(SQLError) in
            let set = sets[row].withBytes { scalars($0) }
            var start = 0, end = bytes.count
            while leading, start < end {
                let (scalar, count) = UTF8Text.decode(bytes, at: start)
                guard set.contains(scalar) else { break }
                start += count
            }
            while trailing, end > start {
                var begin = end - 1
                while begin > start, !UTF8Text.begins(bytes[begin]) { begin -= 1 }
                guard set.contains(UTF8Text.decode(bytes, at: begin).scalar) else { break }
                end = begin
            }
            return start..<end
        }
    }

    static func scalars(_ bytes: UnsafeRawBufferPointer) -> [UInt32] {
        var result: [UInt32] = [], at = 0
        while at < bytes.count {
            let (scalar, count) = UTF8Text.decode(bytes, at: at)
            result.append(scalar)
            at += count
        }
        return result
    }

    static func field(_ call: StrictCall) throws(SQLError) -> Column {
        let separators = call.texts(1), numbers = call.lanes(2, Int64.self)
        return try call.mapPart { (row, bytes) throws(SQLError) in
            let number = numbers[row]
            if number == 0 { throw SQLError(.invalidParameterValue, "field position must not be zero") }
            return separators[row].withBytes { separator in
                if separator.isEmpty { return number == 1 || number == -1 ? 0..<bytes.count : 0..<0 }
                let fields = split(bytes, separator)
                let index = number > 0 ? number - 1 : Int64(fields.count) &+ max(number, -Int64.max)
                return index >= 0 && index < fields.count ? fields[Int(index)] : 0..<0
            }
        }
    }

    /// The ranges between separators.
    static func split(_ bytes: UnsafeRawBufferPointer, _ separator: UnsafeRawBufferPointer) -> [Range<Int>] {
        var fields: [Range<Int>] = [], start = 0
        while let at = TextSearch.find(separator, in: bytes, from: start) {
            fields.append(start..<at)
            start = at + separator.count
        }
        fields.append(start..<bytes.count)
        return fields
    }
}
