// What types JSON values have: inferred from them, over one file or many, or given.

import LodeCore
import LodeObjectStore
import Testing

@testable import LodeFormats

@Suite struct JSONTypesTests {
    func columns(_ content: String, _ options: [String: FormatOption] = [:]) throws -> [Field] {
        try JSONFormat().open(BytesObject(Array(content.utf8), path: "t.json"), options: FormatOptions(options)).schema.fields
    }

    func type(_ values: String..., options: [String: FormatOption] = [:]) throws -> SQLType {
        try columns(values.map { "{\"a\":\($0)}\n" }.joined(), options)[0].type
    }

    @Test func `strings are dates, times, timestamps and uuids where all of them are`() throws {
        #expect(try type("\"2024-01-02\"") == .date)
        #expect(try type("\"2024-01-02\"", "\"x\"") == .varchar)
        #expect(try type("\"2024-01-02\"", "\"2024-01-02 03:04:05\"") == .timestamp)
        #expect(try type("\"2024-01-02T03:04:05Z\"") == .timestamptz)
        #expect(try type("\"12:30:00\"") == .time)
        #expect(try type("\"c6a5b1a3-8d4e-4d0c-9c1e-3f5b0a1d2e3f\"") == .uuid)
        #expect(try type("\"c6a5b1a3-8d4e-4d0c-9c1e-3f5b0a1d2e3f\"", "\"\"") == .varchar)
        #expect(try type("\"12\"") == .varchar)
        #expect(try type("\"12\"", options: ["convert_strings_to_integers": flag(true)]) == .bigint)
    }

    @Test func `whole numbers keep their digits as long as a decimal can`() throws {
        #expect(try type("1", "-9223372036854775808") == .bigint)
        #expect(try type("1", "18446744073709551615") == .decimal(precision: 20, scale: 0))
        #expect(try type("18446744073709551616") == .double)
        #expect(try type("18446744073709551615", "0.5") == .double)
        #expect(try type("1e2") == .double)
        #expect(try type("1", "NaN", "-Infinity") == .double)
    }

    @Test func `values of two kinds are json`() throws {
        for other in ["\"x\"", "true", "[1]", "{\"b\":1}"] { #expect(try type("1", other) == .json) }
        #expect(try type("null", "null") == .json)
        #expect(try type("null", "1") == .bigint)
        #expect(try type("[1]", "[\"x\"]") == .list(.json))
        #expect(try type("[]", "[1]") == .list(.bigint))
    }

    @Test func `structs have the fields of all objects`() throws {
        #expect(
            try type("{\"x\":1}", "{\"y\":\"q\",\"x\":0.5}", "null")
                == .structure([Field("x", .double), Field("y", .varchar)]))
    }

    @Test func `objects that share few keys are maps`() throws {
        let sparse = (0..<400).map { "{\"a\":{\"k\($0)\":\($0)}}\n" }.joined()
        #expect(try columns(sparse)[0].type == .map(key: .varchar, value: .bigint))
        #expect(try allRows(JSONFormat().open(BytesObject(Array(sparse.utf8))))[7] == [.map([.init(key: .text("k7"), value: .integer(7))])])
        let wide = "{\"a\":{" + (0..<201).map { "\"k\($0)\":\($0 == 0 ? "0.5" : "1")" }.joined(separator: ",") + "}}\n"
        #expect(try columns(wide)[0].type == .map(key: .varchar, value: .double))
        guard case .structure(let fields) = try columns(wide, ["map_inference_threshold": .value(.integer(-1))])[0].type else {
            Issue.record("no struct")
            return
        }
        #expect(fields.count == 201)
    }

    @Test func `a limit of depth makes json of what lies deeper`() throws {
        #expect(try type("{\"x\":{\"y\":1}}", options: ["maximum_depth": .value(.integer(2))]) == .structure([Field("x", .json)]))
    }

    @Test func `a sample of one row knows no more than that row`() throws {
        #expect(try type("1", "\"x\"", options: ["sample_size": .value(.integer(1))]) == .bigint)
        #expect(try type("1", "\"x\"", options: ["sample_size": .value(.integer(-1))]) == .json)
    }

    @Test func `malformed lines add no columns`() throws {
        #expect(try columns("{\"a\":1}\n{\"b\":2,}\n{\"c\":\n{\"d\":4}\n", ["ignore_errors": flag(true)]).map(\.name) == ["a", "d"])
    }

    @Test func `the files of a set agree on their columns`() throws {
        let files = [
            "1.json": "{\"a\":1,\"s\":{\"x\":1},\"d\":\"2024-01-01\"}\n",
            "2.json": "[{\"b\":true,\"a\":0.5,\"s\":{\"y\":[2]},\"d\":\"soon\"}]", "3.json": "{\"a\":null}",
        ]
        func open(_ path: String) -> any ObjectReader { BytesObject(Array(files[path, default: ""].utf8), path: path) }
        let options = try JSONFormat().agreed(FormatOptions(), on: files.keys.sorted(), all: false) { path throws(SQLError) in open(path) }
        let fields = [
            Field("a", .double), Field("s", .structure([Field("x", .bigint), Field("y", .list(.bigint))])), Field("d", .varchar),
            Field("b", .boolean),
        ]
        var rows: [[Value]] = []
        for path in files.keys.sorted() {
            let scan = try JSONFormat().open(open(path), options: options)
            #expect(scan.schema.fields == fields)
            rows += try allRows(scan)
        }
        #expect(
            rows == [
                [.double(1), .structure([.integer(1), .null]), .text("2024-01-01"), .null],
                [.double(0.5), .structure([.null, .list([.integer(2)])]), .text("soon"), .boolean(true)], [.null, .null, .null, .null],
            ])
        let first = try JSONFormat().agreed(
            FormatOptions(["maximum_sample_files": .value(.integer(1))]), on: files.keys.sorted(), all: false
        ) { path throws(SQLError) in open(path) }
        #expect(try JSONFormat().open(open("2.json"), options: first).schema.fields.map(\.name) == ["a", "s", "d"])
    }

    @Test func `values take the type that is given, if nothing is lost`() throws {
        func value(_ json: String, _ type: String) throws -> Value {
            let columns = FormatOption.named([.init("a", text(type))])
            return try allRows(
                JSONFormat().open(BytesObject(Array("{\"a\":\(json)}\n".utf8)), options: FormatOptions(["columns": columns])))[0][0]
        }
        for (json, type, expected) in [
            ("\"12\"", "bigint", .integer(12)), ("1.0", "integer", .integer(1)), ("1e3", "smallint", .integer(1000)),
            ("-0", "bigint", .integer(0)),
            ("\"0.5\"", "double", .double(0.5)), ("3", "double", .double(3)), ("\"true\"", "boolean", .boolean(true)),
            ("false", "boolean", .boolean(false)),
            ("12", "varchar", .text("12")), ("true", "varchar", .text("true")),
            ("[1, {\"b\" : \" x \"}]", "varchar", .text("[1,{\"b\":\" x \"}]")),
            ("\"a\\u0000b\"", "varchar", .text("a\0b")), ("\"\\ud83d\\ude00\"", "varchar", .text("\u{1F600}")),
            ("\"\"", "varchar", .text("")),
            ("\"a\\nb\"", "json", .text("\"a\\nb\"")), ("1.50", "json", .text("1.50")), ("{ \"k\" : [ ] }", "json", .text("{\"k\":[]}")),
            (
                "{\"k\":[1,null],\"l\":null}", "map(varchar, bigint[])",
                .map([.init(key: .text("k"), value: .list([.integer(1), .null])), .init(key: .text("l"), value: .null)])
            ),
            ("{}", "struct(x bigint)", .structure([.null])), ("null", "struct(x bigint)", .null), ("null", "bigint[]", .null),
        ] as [(String, String, Value)] {
            #expect(try value(json, type) == expected, "\(json) as \(type)")
        }
        for (json, type) in [
            ("1.5", "bigint"), ("300", "tinyint"), ("true", "bigint"), ("1", "boolean"), ("{}", "bigint"), ("[1]", "struct(x bigint)"),
            ("{}", "bigint[]"), ("1", "bigint[]"),
            ("\"\\ud800\"", "varchar"), ("\"\\ud800x\"", "varchar"), ("\"\\udc00\"", "varchar"), ("9007199254740993.0", "bigint"),
            ("1e400", "double"), ("\"\"", "bigint"),
        ] {
            #expect(throws: SQLError.self, "\(json) as \(type)") { try value(json, type) }
        }
    }
}
