/// Positions, splitting, distances, formatting.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let textSearching: [ScalarFunction] = [
        ScalarFunction(
            "strpos", aliases: ["instr", "position"], "text",
            "The character at which the second text begins in the first, from 1; 0 if nowhere.",
            source: "PostgreSQL 17, 9.4", examples: [("strpos('high', 'ig')", "2"), ("position('om' IN 'Thomas')", "3")],
            .strict([.varchar, .varchar], .bigint, canFail: false) { call throws(SQLError) in
                try call.map(StringView.self, StringView.self, to: .bigint) { text, needle in
                    text.withBytes { bytes in
                        guard let at = needle.withBytes({ TextSearch.find($0, in: bytes) }) else { return Int64(0) }
                        return Int64(UTF8Text.length(UnsafeRawBufferPointer(rebasing: bytes[0..<at])) + 1)
                    }
                }
            }),
        ScalarFunction(
            "string_split", aliases: ["split", "str_split"], "text", "The parts between separators, as a list.",
            source: "DuckDB, Text Functions", examples: [("string_split('a,b', ',')", "[a, b]"), ("string_split('ab', '')", "[a, b]")],
            .strict([.varchar, .varchar], .list(.varchar), canFail: false) { call throws(SQLError) in
                let separators = call.texts(1)
                return try TextLists.make(call) { (row, view, list) throws(SQLError) in
                    view.withBytes { bytes in
                        let fields = separators[row].withBytes { $0.isEmpty ? characters(bytes) : TextCutting.split(bytes, $0) }
                        for field in fields { list.append(view.part(field)) }
                    }
                }
            }),
        ScalarFunction(
            "string_to_array", "text",
            "The parts between separators, as a list: characters if the separator is NULL; the third text stands for NULL.",
            source: "PostgreSQL 17, 9.19",
            examples: [
                ("string_to_array('a,b', ',')", "[a, b]"), ("string_to_array('ab', NULL)", "[a, b]"), ("string_to_array('ab', '')", "[ab]"),
                ("string_to_array('', ',')", "[]"), ("string_to_array('a,b,c', ',', 'b')", "[a, NULL, c]"),
            ],
            isStrict: false,
            .plain([.varchar, .varchar, .varchar], .list(.varchar), optional: 1, canFail: false) {
                arguments, count, context throws(SQLError) in
                try toArray(arguments, count, context)
            }),
        ScalarFunction(
            "levenshtein", aliases: ["editdist3", "levenshtein_distance"], "text", "The least number of edits from one text to the other.",
            source: "PostgreSQL 17, F.17", examples: [("levenshtein('kitten', 'sitting')", "3")],
            .strict([.varchar, .varchar], .bigint, canFail: true) { call throws(SQLError) in
                let left = call.texts(0), right = call.texts(1)
                return try call.mapValid(Int64(0), to: .bigint) { (row) throws(SQLError) in
                    let a = left[row].withBytes { TextCutting.scalars($0) }, b = right[row].withBytes { TextCutting.scalars($0) }
                    guard a.count <= 4096, b.count <= 4096 else {
                        throw SQLError(.programLimitExceeded, "levenshtein argument exceeds maximum length of 4096 characters")
                    }
                    return Int64(distance(a, b))
                }
            }),
        ScalarFunction(
            "format", "text", "The first text with %s replaced by the other arguments, %I and %L by them as names and literals.",
            source: "PostgreSQL 17, 9.4.1", examples: [("format('Hello %s, %%', 'World')", "Hello World, %")], isStrict: false,
            .generic([.text], variadic: .any) { (types) throws(SQLError) in
                let parameters = Array(repeating: SQLType.varchar, count: types.count)
                return BoundScalar(parameters: parameters, returns: .varchar, canFail: true) { arguments, count, _ throws(SQLError) in
                    try TextFormat.rows(arguments, count)
                }
            }),
    ]

    static func toArray(_ arguments: [Column], _ count: Int, _ context: FunctionContext) throws(SQLError) -> Column {
        var flat: [Column] = []
        for argument in arguments { flat.append(try argument.flattened()) }
        let source = flat[0], separators = flat[1], nulls = flat.count > 2 ? flat[2] : nil
        let call = StrictCall(arguments: flat, count: count, validity: source.validityBuffer, context: context)
        let result = try TextLists.make(call) { (row, view, list) throws(SQLError) in
            if view.isEmpty { return }
            let separator = separators.isNull(row) ? nil : call.texts(1)[row]
            let null = nulls.flatMap { $0.isNull(row) ? nil : call.texts(2)[row] }
            view.withBytes { bytes in
                let fields =
                    separator.map { $0.isEmpty ? [0..<bytes.count] : $0.withBytes { TextCutting.split(bytes, $0) } } ?? characters(bytes)
                for field in fields {
                    let part = view.part(field)
                    if let null, part == null { list.append(nil) } else { list.append(part) }
                }
            }
        }
        return result.replacing(validity: source.validityBuffer)
    }

    private static func characters(_ bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        var result: [Range<Int>] = [], at = 0
        while at < bytes.count {
            var end = at + 1
            while end < bytes.count, !UTF8Text.begins(bytes[end]) { end += 1 }
            result.append(at..<end)
            at = end
        }
        return result
    }

    private static func distance(_ a: [UInt32], _ b: [UInt32]) -> Int {
        var last = Array(0...b.count)
        for i in a.indices {
            var diagonal = last[0]
            last[0] = i + 1
            for j in b.indices {
                let above = last[j + 1]
                last[j + 1] = a[i] == b[j] ? diagonal : 1 + min(diagonal, above, last[j])
                diagonal = above
            }
        }
        return last[b.count]
    }
}

/// `format`: PostgreSQL's subset of printf.
enum TextFormat {
    static func rows(_ arguments: [Column], _ count: Int) throws(SQLError) -> Column {
        let result = try TextResult(count)
        var nulls = NullMask(count)
        let sink = try ByteSink(capacity: 256)
        for row in 0..<count {
            if arguments[0].isNull(row) {
                try nulls.set(row)
                continue
            }
            sink.truncate()
            let (patterns, lane) = arguments[0].place(of: row)
            let pattern = patterns.lanes(as: StringView.self)[lane].withBytes { [UInt8]($0) }
            try append(pattern, arguments, row, to: sink)
            result.lanes[row] = try result.arena.add(sink.bytes)
        }
        return result.column(validity: nulls.buffer)
    }

    private static func append(_ pattern: [UInt8], _ arguments: [Column], _ row: Int, to sink: ByteSink) throws(SQLError) {
        var at = 0, next = 1
        while at < pattern.count {
            let byte = pattern[at]
            at += 1
            guard byte == UInt8(ascii: "%") else {
                try sink.append(byte)
                continue
            }
            guard at < pattern.count else { throw SQLError(.invalidParameterValue, "unterminated format() type specifier") }
            let kind = pattern[at]
            at += 1
            if kind == UInt8(ascii: "%") {
                try sink.append(kind)
                continue
            }
            guard "sIL".utf8.contains(kind) else {
                throw SQLError(
                    .invalidParameterValue, "unrecognized format() type specifier \"\(Character(Unicode.Scalar(kind)))\"",
                    hint: "For a single \"%\" use \"%%\".")
            }
            guard next < arguments.count else { throw SQLError(.invalidParameterValue, "too few arguments for format()") }
            let column = arguments[next]
            next += 1
            if column.isNull(row) {
                if kind == UInt8(ascii: "L") { try sink.append("NULL") }
                continue
            }
            let (texts, lane) = column.place(of: row)
            let view = texts.lanes(as: StringView.self)[lane]
            if kind == UInt8(ascii: "s") {
                try sink.append(view)
            } else {
                let mark = kind == UInt8(ascii: "I") ? UInt8(ascii: "\"") : UInt8(ascii: "'")
                try view.withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                    try Encoding.quote(bytes, mark, to: sink)
                })
            }
        }
    }
}
