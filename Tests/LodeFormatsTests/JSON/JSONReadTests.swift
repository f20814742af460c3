// Reading JSON: layouts, inferred types, nesting, errors and rejects.

import LodeCore
import LodeObjectStore
import LodeVectors
import Testing

@testable import LodeFormats

@Suite struct JSONReadTests {
    func open(_ content: String, _ options: [String: FormatOption] = [:], rejects: (any RejectSink)? = nil) throws -> any FileScan {
        try JSONFormat().open(BytesObject(Array(content.utf8), path: "test.json"), options: FormatOptions(options, rejects: rejects))
    }

    func rows(_ content: String, _ options: [String: FormatOption] = [:]) throws -> [[Value]] { try allRows(open(content, options)) }

    @Test(arguments: [
        "{\"a\": 1, \"b\": \"x\"}\n{\"b\": \"y\", \"a\": 2}\n", "[{\"a\": 1, \"b\": \"x\"},\n {\"a\": 2, \"b\": \"y\", \"c\": null}]",
        "{\"a\":1,\"b\":\"x\"} {\"a\":2,\"b\":\"y\"}",
        "{\n  \"a\": 1,\n  \"b\": \"x\"\n}\n{\n  \"a\": 2,\n  \"b\": \"y\"\n}\n",
        "\u{feff}{\"a\":1,\"b\":\"x\"}\r\n\r\n{\"a\":2,\"b\":\"y\"}",
        " [ { \"a\" : 1 , \"b\" : \"x\" } , { \"a\" : 2, \"b\" : \"y\" } ] \n",
    ])
    func `layouts are told apart`(content: String) throws {
        let scan = try open(content)
        #expect(scan.schema.fields.prefix(2).map(\.name) == ["a", "b"])
        #expect(try allRows(scan, [0, 1]) == [[.integer(1), .text("x")], [.integer(2), .text("y")]])
    }

    @Test func `a value of many lines may be longer than the sample`() throws {
        let items = (0..<60_000).map { "  {\n    \"id\": \($0)\n  }" }.joined(separator: ",\n")
        let content = "{\n \"data\": [\n\(items)\n ]\n}\n"
        #expect(content.utf8.count > TextWindow.windowBytes)
        let found = try rows(content)
        guard found.count == 1, case .list(let data) = found[0][0] else {
            Issue.record("no list")
            return
        }
        #expect(data.count == 60_000)
    }

    @Test func `types are inferred, conflicts become json`() throws {
        let scan = try open(
            """
            {"i":1,"f":1,"b":true,"s":"x","d":"2024-01-02","t":"2024-01-02T03:04:05","n":null,"o":{"x":1,"y":["a"]},"l":[1,2.5],"m":1,"e":[],"big":99999999999999999999}
            {"i":-2,"f":2.5,"b":null,"s":"2024-01-02","d":"2024-01-03","t":"2024-01-02 03:04:06","n":null,"o":{"y":[],"z":{"q":true}},"l":null,"m":"x","e":[],"late":7}
            """)
        let types = Dictionary(scan.schema.fields.map { ($0.name, $0.type) }) { a, _ in a }
        #expect(
            types["i"] == .bigint && types["f"] == .double && types["b"] == .boolean && types["s"] == .varchar && types["d"] == .date
                && types["t"] == .timestamp)
        #expect(
            types["n"] == .json && types["m"] == .json && types["e"] == .list(.json) && types["l"] == .list(.double)
                && types["big"] == .double && types["late"] == .bigint)
        #expect(
            types["o"] == .structure([Field("x", .bigint), Field("y", .list(.varchar)), Field("z", .structure([Field("q", .boolean)]))]))
        let found = try allRows(scan)
        #expect(found[0][7] == .structure([.integer(1), .list([.text("a")]), .null]))
        #expect(found[1][7] == .structure([.null, .list([]), .structure([.boolean(true)])]))
        #expect(found[1][9] == .text("\"x\"") && found[0][9] == .text("1"))
    }

    @Test func `strings are unescaped, other values become text where text is wanted`() throws {
        let columns: FormatOption = .named([.init("v", text("varchar"))])
        #expect(
            try rows(
                "{\"v\":\"a\\n\\\"\\u00e9\\ud83d\\ude00\\/\"}\n{\"v\":12}\n{\"v\":{ \"a\" : [1] }}\n{\"v\":true}\n{}\n",
                ["columns": columns]
            ).map { $0[0] }
                == [.text("a\n\"é\u{1F600}/"), .text("12"), .text("{\"a\":[1]}"), .text("true"), .null])
        #expect(try rows("{\"a\\u0062\":1}\n{\"ab\":2}\n") == [[.integer(1)], [.integer(2)]])
        #expect(try rows("1\n2\n\"x\"\n")[2] == [.text("\"x\"")])
        #expect(try rows("[1,2]\n[3]\n") == [[.list([.integer(1), .integer(2)])], [.list([.integer(3)])]])
        #expect(
            try rows("{\"m\":{\"k\":1,\"l\":null}}\n", ["columns": .named([.init("m", text("map(varchar, bigint)"))])])
                == [[.map([.init(key: .text("k"), value: .integer(1)), .init(key: .text("l"), value: .null)])]])
    }

    @Test func `a bad line names file, line and column`() throws {
        for (content, place, part) in [
            ("{\"a\":1}\n{\"a\":}\n", "test.json, line 2", "malformed JSON"),
            ("{\"a\":1}\n\n{\"a\":\"x\"}\n", "test.json, line 3, column a", "invalid value for type bigint: x"),
            ("{\"a\":1}\n{\"a\":2} x\n", "test.json, line 2", "malformed"), ("{\"a\":1}\n5\n", "test.json, line 2", "object"),
        ] {
            do {
                _ = try rows(content, ["columns": .named([.init("a", text("bigint"))])])
                Issue.record("no error for \(content)")
            } catch let error as SQLError {
                #expect(error.state == .invalidTextRepresentation && error.place == place && error.message.contains(part), "\(error)")
            }
        }
        for content in ["[{\"a\":1},", "[{\"a\":1} {\"a\":2}]", "[{\"a\":1}] x", "{\"a\":1", String(repeating: "[", count: 5000)] {
            #expect(throws: SQLError.self) { try rows(content) }
        }
    }

    @Test func `ignored errors go to the rejects`() throws {
        let rejects = Rejects()
        let scan = try open(
            "{\"a\":1,\"l\":[1]}\nnonsense\n{\"a\":\"x\",\"l\":[7,8]}\n{\"l\":[2,3],\"a\":2}\n{\"l\":[9,\"no\"],\"a\":2}\n{\"a\":3}\n",
            ["columns": .named([.init("a", text("bigint")), .init("l", text("bigint[]"))])], rejects: rejects)
        #expect(
            try allRows(scan) == [
                [.integer(1), .list([.integer(1)])], [.integer(2), .list([.integer(2), .integer(3)])], [.integer(3), .null],
            ])
        #expect(rejects.rows.map(\.line) == [2, 3, 5] && rejects.rows.map(\.column) == [nil, "a", "l[]"])
        #expect(rejects.rows[0].text == "nonsense")
    }

    @Test func `nesting beyond the limit is an error, not a crash`() throws {
        let deep = "{\"a\":" + String(repeating: "[", count: 3000) + String(repeating: "]", count: 3000) + "}\n"
        #expect(throws: SQLError.self) { try rows(deep) }
        let fine = "{\"a\":" + String(repeating: "[", count: 900) + String(repeating: "]", count: 900) + "}\n"
        #expect(try rows(fine).count == 1)
    }

    @Test func `a large file gives the same rows in ranges, an array the same in one`() throws {
        for isArray in [false, true] {
            var content = isArray ? "[\n" : ""
            for row in 0..<150_000 {
                content +=
                    "{\"id\": \(row), \"text\": \"line \(row) with some é text to fill it up\", \"l\": [\(row % 3)]}"
                    + (isArray ? (row == 149_999 ? "\n]" : ",\n") : "\n")
            }
            let scan = try open(content)
            #expect(try scan.morsels().count > 1 || isArray)
            let found = try allRows(scan, [0, 1])
            #expect(found.count == 150_000)
            for (row, values) in found.enumerated()
            where values != [.integer(Int64(row)), .text("line \(row) with some é text to fill it up")] {
                Issue.record("row \(row) is \(values)")
                return
            }
        }
    }

    @Test func `what is written is read back`() throws {
        for options in [[:], ["array": flag(true)], ["compression": text("gzip")], ["compression": text("zstd"), "array": flag(true)]]
            as [[String: FormatOption]]
        {
            let schema = Schema([
                Field("a \"b", .bigint), Field("t", .varchar), Field("d", .double), Field("w", .timestamp), Field("l", .list(.varchar)),
                Field("s", .structure([Field("x", .date)])),
            ])
            let sink = BytesSink("x.json")
            let writer = try JSONFormat().create(sink, schema: schema, options: FormatOptions(options))
            let lane = try writer.lane()
            let columns = schema.fields.map { SampleValues.column($0.type, 3000, nullEvery: 5) }
            for start in [0, 1000, 2000] {
                try lane.write(
                    Chunk(
                        columns: zip(schema.fields, columns).map { try Column.make($0.type, Array($1[start..<start + 1000])) }, count: 1000)
                )
            }
            try lane.finish()
            #expect(try writer.finish().rows == 3000)
            let columnsOption = FormatOption.named(schema.fields.map { .init($0.name, text($0.type.description)) })
            let scan = try JSONFormat().open(BytesObject(sink.bytes, path: "x.json"), options: FormatOptions(["columns": columnsOption]))
            let found = try allRows(scan)
            #expect(found.count == 3000)
            for row in found.indices where found[row] != columns.map({ $0[row] }) {
                Issue.record("row \(row): \(found[row])")
                return
            }
        }
        let sink = BytesSink("empty.json")
        _ = try JSONFormat().create(sink, schema: Schema([Field("a", .bigint)]), options: FormatOptions(["array": flag(true)])).finish()
        #expect(String(decoding: sink.bytes, as: UTF8.self) == "[]\n")
    }

    @Test func `mutated files give rows or clean errors`() throws {
        var random = SystemRandomNumberGenerator()
        let seeds = [
            "{\"a\":1,\"b\":[1,{\"c\":\"x\\u00e9\"}],\"d\":\"2024-01-01\"}\n{\"a\":2.5e3,\"b\":[],\"d\":null}\n",
            "[{\"a\":true},{\"a\":{\"b\":[[]]}}, 5]",
        ]
        for round in 0..<FuzzRounds.count(2000) {
            var bytes = Array(seeds[round % 2].utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.insert("{}[]\",:\\\n0e-".utf8.randomElement(using: &random)!, at: at)
                case 2: bytes.remove(at: at)
                default: bytes += bytes[at...].prefix(20)
                }
            }
            do {
                _ = try allRows(
                    JSONFormat().open(
                        BytesObject(bytes), options: FormatOptions(Bool.random(using: &random) ? ["ignore_errors": flag(true)] : [:])))
            } catch is SQLError {}
        }
    }
}
