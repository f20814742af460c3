// What is JSON and what is not, whichever columns are wanted; and rows wherever windows and ranges cut them.

import LodeCore
import LodeObjectStore
import Testing

@testable import LodeFormats

@Suite struct JSONTextTests {
    func open(_ content: String, _ options: [String: FormatOption] = [:], rejects: (any RejectSink)? = nil) throws -> any FileScan {
        try JSONFormat().open(BytesObject(Array(content.utf8), path: "t.json"), options: FormatOptions(options, rejects: rejects))
    }

    static let columns = FormatOption.named([.init("a", text("bigint"))])

    @Test(arguments: [
        "{\"a\":1", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":+1}", "{\"a\":1e}", "{\"a\":-}",
        "{\"a\":1}}", "{\"a\":1} 2",
        "{\"a\":1,\"b\":tru}", "{\"a\":1,\"b\":nul", "{\"a\":1,\"b\":\"x}", "{\"a\":1,\"b\":\"\\x\"}", "{\"a\":1,\"b\":\"\\u12g4\"}",
        "{\"a\":1,\"b\":\"\t\"}", "{\"a\":1,\"b\":[1,]}",
        "{\"a\":1,\"b\":[1 2]}", "{\"a\":1,\"b\":{\"c\"}}", "{\"a\":1,\"b\":[}", "{\"a\":1,\"b\":\0}", "{\"a\":1,\"b\":{\"c\":[1}]}",
        "{\"a\":1,\"b\":naN}", "{\"a\":1,,\"b\":2}", "{\"a\":1 \"b\":2}",
    ])
    func `a malformed row is rejected even where nothing of it is wanted`(row: String) throws {
        for projection in [[], [0]] {
            let rejects = Rejects()
            let scan = try open("{\"a\":7}\n\(row)\n{\"a\":8}\n", ["columns": Self.columns], rejects: rejects)
            #expect(try allRows(scan, projection).count == 2)
            #expect(rejects.rows.map(\.line) == [2] && rejects.rows.first?.text == row)
            #expect(throws: SQLError.self) { try allRows(open("{\"a\":7}\n\(row)\n{\"a\":8}\n", ["columns": Self.columns]), projection) }
        }
    }

    @Test(arguments: [
        "{\"a\":1}", " {\t\"a\" : 1 }\r", "{\"b\":{\"a\":2},\"a\":1}", "{\"\\u0061\":1}", "{\"a\":1,\"a\":2}",
        "{\"b\":[[],{},[{}],\"]}\\\"\"],\"a\":1}", "{\"a\":1,\"b\":-0.5E+10}",
        "{\"a\":1,\"b\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\ud800\"}", "{\"\":3,\"a\":1}",
        "{\"a\":1,\"b\":123456789012345678901234567890.123456789e-30}", "{\"b\":\"sixteen bytes 16\",\"a\":1}",
    ])
    func `a well-formed row is read, whatever is in what nobody wants`(row: String) throws {
        #expect(try allRows(open("\(row)\n{\"a\":1}\n\(row)", ["columns": Self.columns])) == [[.integer(1)], [.integer(1)], [.integer(1)]])
        #expect(try allRows(open("[\(row),\n\(row) ]", ["columns": Self.columns])) == [[.integer(1)], [.integer(1)]])
    }

    @Test func `keys may come in any order, be missing or be unknown`() throws {
        var content = "", expected: [[Value]] = []
        for row in 0..<5000 {
            var members = ["\"a\":\(row)", "\"bb\":\"\(row)\"", "\"key number \(row % 7)\":null", "\"once \(row)\":[]"]
            if row % 3 == 0 { members.swapAt(0, 3) }
            if row % 5 == 0 { members.remove(at: 1) }
            content += "{\(members.joined(separator: row % 2 == 0 ? "," : " , "))}\n"
            expected.append([.integer(Int64(row)), row % 5 == 0 ? .null : .text("\(row)")])
        }
        let columns = FormatOption.named([.init("a", text("bigint")), .init("bb", text("varchar"))])
        #expect(try allRows(open(content, ["columns": columns])) == expected)
    }

    @Test func `rows may have thousands of fields, and thousands of other keys`() throws {
        let row = "{" + (0..<10_000).map { "\"field \($0)\":\($0)" }.joined(separator: ",") + "}\n"
        let found = try allRows(open(row + row))
        let expected = (0..<10_000).map { Value.integer(Int64($0)) }
        #expect(found == [expected, expected])
        #expect(
            try allRows(open(row + row, ["columns": .named([.init("field 9999", text("bigint"))])])) == [
                [.integer(9999)], [.integer(9999)],
            ])
    }

    @Test func `rows of all lengths are found wherever windows and ranges end`() throws {
        let columns = FormatOption.named([.init("n", text("bigint")), .init("t", text("varchar"))])
        for layout in ["lines", "array", "sequence"] {
            var content = layout == "array" ? "[" : ""
            var lengths: [Int] = []
            for row in 0..<300 {
                // Some are longer than a window, and one has a blank line before it.
                let length = row == 150 ? 2_500_000 : row * row
                lengths.append(length)
                if layout == "array", row > 0 { content += "," }
                content +=
                    (row == 100 ? "\n" : "") + "{\"n\":\(row),\"t\":\"" + String(repeating: "é", count: length / 2) + "\"}"
                    + (layout == "sequence" ? " " : "\n")
            }
            if layout == "array" { content += "]" }
            let found = try allRows(open(content, ["columns": columns, "format": text(layout == "lines" ? "newline_delimited" : layout)]))
            #expect(found.count == 300)
            for (row, values) in found.enumerated()
            where values != [.integer(Int64(row)), .text(String(repeating: "é", count: lengths[row] / 2))] {
                Issue.record("\(layout), row \(row)")
                break
            }
        }
    }

    @Test func `a value longer than the limit is an error that names the option`() throws {
        let long = "{\"a\":\"" + String(repeating: "x", count: 3_000_000) + "\"}\n"
        for content in [long, "[\(long)]", long + "{\"a\":\"y\"}\n", "{\"a\":\"y\"}\n" + long] {
            do {
                _ = try allRows(
                    open(content, ["maximum_object_size": .value(.integer(1_000_000)), "columns": .named([.init("a", text("varchar"))])]))
                Issue.record("no error")
            } catch let error as SQLError {
                #expect(error.state == .programLimitExceeded && error.message.contains("maximum_object_size"))
            }
        }
        #expect(try allRows(open(long)).count == 1)
    }

    @Test func `a row that fails beside its filter is not in the way of others`() throws {
        let rejects = Rejects()
        let columns = FormatOption.named([.init("a", text("bigint")), .init("s", text("struct(x bigint, l bigint[])"))])
        let scan = try open(
            "{\"a\":1,\"s\":{\"x\":1,\"l\":[1,2]}}\n{\"a\":\"x\",\"s\":{\"x\":\"y\",\"l\":[\"z\"]}}\n{\"a\":3,\"s\":{\"l\":[4,\"q\"]}}\n{\"a\":4,\"s\":{\"l\":[]}}\n",
            ["columns": columns], rejects: rejects)
        #expect(
            try allRows(scan) == [
                [.integer(1), .structure([.integer(1), .list([.integer(1), .integer(2)])])],
                [.integer(4), .structure([.null, .list([])])],
            ])
        #expect(rejects.rows.map(\.line) == [2, 3] && rejects.rows.map(\.column) == ["a", "s.l[]"])
    }

    @Test func `text that is not UTF-8 is refused where it is wanted`() throws {
        let bytes = Array("{\"a\":1,\"b\":\"x".utf8) + [0xff] + Array("\"}\n".utf8)
        let columns = FormatOption.named([.init("a", text("bigint")), .init("b", text("varchar"))])
        let scan = try JSONFormat().open(BytesObject(bytes, path: "t.json"), options: FormatOptions(["columns": columns]))
        #expect(try allRows(scan, [0]) == [[.integer(1)]])
        do {
            _ = try allRows(scan)
            Issue.record("no error")
        } catch let error as SQLError {
            #expect(error.state == .characterNotInRepertoire && error.place == "t.json, line 1, column b")
        }
    }

    @Test func `brackets nest a thousand deep and no deeper`() throws {
        for (depth, isFine) in [(999, true), (1000, true), (1001, false), (1_000_000, false)] {
            let row = "{\"b\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + ",\"a\":1}\n"
            let scan = try open("{\"a\":1}\n" + row, ["columns": Self.columns, "ignore_errors": flag(true)])
            #expect(try allRows(scan).count == (isFine ? 2 : 1), "depth \(depth)")
        }
        let mixed = (0..<500).map { _ in "{\"a\":[" }.joined() + (0..<500).map { _ in "]}" }.joined()
        #expect(try allRows(open(mixed + "\n" + mixed)).count == 2)
    }
}
