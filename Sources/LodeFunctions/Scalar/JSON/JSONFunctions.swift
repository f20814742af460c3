/// JSON: reading values by path, kinds and lengths.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let json: [ScalarFunction] = [
        extract(
            "->", aliases: ["json_extract"], "The value at a key, an index (from 0) or a path ($.a[0]), as JSON.", false,
            [("json '{\"a\": [1, 2]}' -> 'a'", "[1, 2]"), ("json_extract('{\"a\": {\"b\": 7}}', '$.a.b')", "7")]),
        extract(
            "->>", aliases: ["json_extract_string", "json_extract_path_text"], "The value at a key, an index (from 0) or a path, as text.",
            true, [("json '{\"a\": \"x\"}' ->> 'a'", "x")]),
        ScalarFunction(
            "json_extract_scalar", "json", "The scalar at a path, as text; NULL for arrays and objects.", source: "Trino, JSON functions",
            examples: [("json_extract_scalar('{\"a\": 1}', '$.a')", "1")],
            .strict([.varchar, .varchar], .varchar, canFail: true) { call throws(SQLError) in try JSONFunctions.run(call, .scalar) }),
        ScalarFunction(
            "json_array_length", "json", "How many elements a JSON array has; NULL for other values.", source: "PostgreSQL 17, 9.16",
            examples: [("json_array_length('[1, 2]')", "2")],
            .strict([.varchar], .bigint, canFail: false) { call throws(SQLError) in
                let texts = call.texts(0)
                return try call.mapOptional(Int64(0), to: .bigint) { (row) throws(SQLError) in texts[row].withBytes { JSONPath.count($0) } }
            }),
        ScalarFunction(
            "json_valid", "json", "Whether a string is JSON.",
            source: "DuckDB, JSON Functions", examples: [("json_valid('{}')", "true"), ("json_valid('{')", "false")],
            .strict([.varchar], .boolean, canFail: false) { call throws(SQLError) in
                try call.map(StringView.self, to: .boolean) { view in view.withBytes { JSONCursor.isValid($0) } ? UInt8(1) : 0 }
            }),
        ScalarFunction(
            "json_type", aliases: ["json_typeof"], "json", "The kind of a JSON value.",
            source: "PostgreSQL 17, 9.16", examples: [("json_typeof('-1.5')", "number")],
            .strict([.varchar], .varchar, canFail: false) { call throws(SQLError) in
                let texts = call.texts(0)
                return try call.mapOptionalText { (row, arena) throws(SQLError) in
                    let name: StaticString? = texts[row].withBytes { bytes in
                        var cursor = JSONCursor(strict: bytes)
                        return cursor?.kind().map { JSONFunctions.name($0) }
                    }
                    return try name.map { (name) throws(SQLError) in try arena.add(name) }
                }
            }),
        ScalarFunction(
            "json_keys", aliases: ["json_object_keys"], "json", "The keys of a JSON object, as a list; NULL for other values.",
            source: "DuckDB, JSON Functions",
            examples: [("json_keys('{\"a\": 1, \"b\": 2}')", "[a, b]")],
            .strict([.varchar], .list(.varchar), canFail: true) { call throws(SQLError) in try JSONFunctions.keys(call) }),
        ScalarFunction(
            "to_json", aliases: ["json_quote", "to_jsonb"], "json", "Any value as JSON.",
            source: "PostgreSQL 17, 9.16", examples: [("to_json([1, NULL])", "[1,null]"), ("to_json('a')", "\"a\"")],
            .generic([.any]) { (types) throws(SQLError) in
                guard let body = CastToJSON.body(types[0]) else { throw .noFunction("to_json", types) }
                return .strict(types, .json, canFail: false, body)
            }),
        ScalarFunction(
            "json_parse", aliases: ["json"], "json", "A string as JSON.",
            source: "Trino, JSON functions", examples: [("json_parse('[1]')", "[1]")],
            .strict([.varchar], .json, canFail: true) { call throws(SQLError) in
                guard let body = CastFromText.body(.varchar, .json, false) else { return call.arguments[0].retyped(.json) }
                return try body(call)
            }),
        ScalarFunction(
            "json_format", "json", "JSON as its text.", source: "Trino, JSON functions", examples: [("json_format(json '[1]')", "[1]")],
            .strict([.json], .varchar, canFail: false) { call throws(SQLError) in call.arguments[0].retyped(.varchar) }),
    ]

    private static func extract(
        _ name: String, aliases: [String], _ summary: String, _ asText: Bool, _ examples: [(String, String)]
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "json", summary, source: "PostgreSQL 17, 9.16; DuckDB, JSON Functions", examples: examples,
            .generic([.any, .any]) { (types) throws(SQLError) in try JSONFunctions.extract(types, asText: asText) })
    }
}

enum JSONFunctions {
    enum Output: Sendable { case json, text, scalar }

    static func extract(_ types: [SQLType], asText: Bool) throws(SQLError) -> BoundScalar {
        guard types[0].isText || types[0] == .null, types[1].isText || types[1].isInteger || types[1] == .null else {
            throw .noFunction(asText ? "->>" : "->", types)
        }
        let output: Output = asText ? .text : .json
        return .strict([.varchar, types[1].isInteger ? .bigint : .varchar], asText ? .varchar : .json, canFail: true) {
            call throws(SQLError) in
            try run(call, output)
        }
    }

    static func run(_ call: StrictCall, _ output: Output) throws(SQLError) -> Column {
        let texts = call.texts(0)
        let isIndex = call.arguments[1].type == .bigint
        let constant = call.isConstant(1) ? try path(call, 0, isIndex) : nil
        let sink = try ByteSink(capacity: 256)
        return try call.mapOptionalText(to: output == .json ? .json : .varchar) { (row, arena) throws(SQLError) in
            let path = if let constant { constant } else { try self.path(call, row, isIndex) }
            return try texts[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) -> StringView? in
                if path.hasWildcard {
                    if output == .scalar { return nil }
                    try array(path.findAll(in: bytes), of: bytes, to: sink)
                    return try arena.add(sink.bytes)
                }
                guard let found = path.find(in: bytes) else { return nil }
                let value = UnsafeRawBufferPointer(rebasing: bytes[found])
                if output == .json { return try arena.add(value) }
                if output == .scalar, value.first == UInt8(ascii: "{") || value.first == UInt8(ascii: "[") { return nil }
                sink.truncate()
                return try JSONScalar.append(value, to: sink) ? try arena.add(sink.bytes) : nil
            })
        }
    }

    /// What a path with a wildcard finds.
    private static func array(_ values: [Range<Int>], of bytes: UnsafeRawBufferPointer, to sink: ByteSink) throws(SQLError) {
        sink.truncate()
        try sink.append("[")
        for (index, value) in values.enumerated() {
            if index > 0 { try sink.append(",") }
            try sink.append(UnsafeRawBufferPointer(rebasing: bytes[value]))
        }
        try sink.append("]")
    }

    private static func path(_ call: StrictCall, _ row: Int, _ isIndex: Bool) throws(SQLError) -> JSONPath {
        isIndex ? JSONPath(index: call.lanes(1, Int64.self)[row]) : try JSONPath(call.texts(1)[row].withBytes { [UInt8]($0) })
    }

    static func name(_ kind: JSONCursor.Kind) -> StaticString {
        switch kind {
        case .null: "null"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    static func keys(_ call: StrictCall) throws(SQLError) -> Column {
        let texts = call.texts(0)
        var values: [Value] = []
        let sink = try ByteSink(capacity: 64)
        for row in 0..<call.count {
            let ranges = call.isValid(row) ? texts[row].withBytes { JSONPath.keys($0) } : nil
            guard let ranges else {
                values.append(.null)
                continue
            }
            var keys: [Value] = []
            for range in ranges {
                sink.truncate()
                try texts[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                    try JSONScalar.appendUnescaped(UnsafeRawBufferPointer(rebasing: bytes[range]), to: sink)
                })
                keys.append(.text(sink.string))
            }
            values.append(.list(keys))
        }
        return try .make(.list(.varchar), values)
    }
}
