// Rows whose quotes are open, or that are too long: rejected one by one, and nothing else is lost with them.

import LodeCore
import LodeObjectStore
import Testing

@testable import LodeFormats

@Suite struct BrokenRowTests {
    /// The ids of the rows of a file read in ranges of `rangeBytes`, and what was rejected.
    private func read(
        _ format: any FileFormat, _ content: String, _ options: [String: FormatOption], rangeBytes: Int? = nil
    ) throws -> (ids: [Int64], rejects: [RejectedRow]) {
        let rejects = Rejects()
        var values = options
        if let rangeBytes { values["buffer_size"] = .value(.integer(Int64(rangeBytes))) }
        let scan = try format.open(BytesObject(Array(content.utf8), path: "rows"), options: FormatOptions(values, rejects: rejects))
        let ids = try allRows(scan, [0]).compactMap { if case .integer(let id)? = $0.first { id } else { nil } }
        return (ids.sorted(), rejects.rows.sorted { $0.line < $1.line })
    }

    private func csv(_ broken: [Int: String], rows: Int = 3000, quotesEvery: Int = .max) -> String {
        "id,name\n" + (0..<rows).map { broken[$0] ?? "\($0),\($0 % quotesEvery == 1 ? "\"n, \($0)\"" : "name\($0)")\n" }.joined()
    }

    @Test(arguments: [nil, 700, 5000]) func `an unclosed quote costs its own row`(rangeBytes: Int?) throws {
        let content = csv([100: "100,\"name100\n", 2000: "2000,\"name2000\n"])
        let found = try read(CSVFormat(), content, ["max_line_size": .value(.integer(4000))], rangeBytes: rangeBytes)
        #expect(found.ids == (0..<3000).filter { $0 != 100 && $0 != 2000 })
        #expect(found.rejects.map(\.line) == [102, 2002])
        #expect(found.rejects.allSatisfy { $0.text == "\($0.line - 2),\"name\($0.line - 2)" })
        #expect(found.rejects.last?.message.contains("a quoted field is not closed") == true)
    }

    @Test(arguments: [nil, 700, 5000]) func `an unclosed quote that meets the quotes of another row costs its own row`(rangeBytes: Int?)
        throws
    {
        let content = csv([100: "100,\"name100\n"], quotesEvery: 40)
        let columns = FormatOption.named([.init("id", text("bigint")), .init("name", text("varchar"))])
        let options = [
            "max_line_size": .value(.integer(4000)), "quote": text("\""), "delim": text(","), "header": flag(true), "columns": columns,
        ]
        let found = try read(CSVFormat(), content, options, rangeBytes: rangeBytes)
        #expect(found.ids == (0..<3000).filter { $0 != 100 })
        #expect(found.rejects.map(\.line) == [102])
        #expect(found.rejects.first?.state == "22P04" && found.rejects.first?.message == "text follows a closing quote")
    }

    @Test(arguments: [nil, 700, 5000], [900, 30_000]) func `a row that is too long costs its own row`(rangeBytes: Int?, length: Int) throws
    {
        let long = String(repeating: "x", count: length)
        let content = csv([1: "1,\(long)\n", 1500: "1500,\"\(long)\"\n", 2999: "2999,\(long)"])
        let found = try read(CSVFormat(), content, ["max_line_size": .value(.integer(800))], rangeBytes: rangeBytes)
        #expect(found.ids == (0..<3000).filter { ![1, 1500, 2999].contains($0) })
        #expect(found.rejects.map(\.line) == [3, 1502, 3001])
        #expect(found.rejects.allSatisfy { $0.state == "54000" && $0.message.contains("max_line_size = 800") })
    }

    @Test func `without ignore_errors such rows are errors that name the line`() throws {
        let content = csv([100: "100,\"name100\n"])
        let scan = try CSVFormat().open(
            BytesObject(Array(content.utf8), path: "rows"),
            options: FormatOptions(["max_line_size": .value(.integer(4000)), "sample_size": .value(.integer(50))]))
        let error = try #require(throws: SQLError.self) { try allRows(scan) }
        #expect(error.state == .programLimitExceeded && error.place == "rows, line 102")
    }

    @Test(arguments: [200, 30_000]) func `lines of JSON that are too long or malformed cost their own rows`(length: Int) throws {
        let long = String(repeating: "x", count: length)
        var lines = (0..<3000).map { "{\"id\":\($0),\"name\":\"name\($0)\"}" }
        lines[7] = "{\"id\":7,\"name\":\"\(long)\"}"
        lines[100] = "{\"id\":100,\"name\":\"name100}"
        lines[2000] = "{\"id\":2000,\"name\":[{"
        lines[2999] = "{\"id\":2999,\"name\":\"\(long)\"}"
        let found = try read(JSONFormat(), lines.joined(separator: "\n"), ["maximum_object_size": .value(.integer(100))])
        #expect(found.ids == (0..<3000).filter { ![7, 100, 2000, 2999].contains($0) })
        #expect(found.rejects.map(\.line) == [8, 101, 2001, 3000])
        #expect(found.rejects.map(\.state) == ["54000", "22P02", "22P02", "54000"])
    }

    @Test(arguments: [200, 30_000]) func `a value of an array that is too long costs its own row`(length: Int) throws {
        let long = String(repeating: "]\\\"}", count: length)
        var values = (0..<300).map { "{\"id\":\($0),\"name\":\"name\($0)\"}" }
        for row in [0, 100, 299] { values[row] = "{\"id\":\(row),\"name\":[{\"a\":\"\(long)\"}]}" }
        let content = "[" + values.joined(separator: " ,\n ") + "]"
        let found = try read(
            JSONFormat(), content, ["maximum_object_size": .value(.integer(100)), "columns": .named([.init("id", text("bigint"))])])
        #expect(found.ids == (0..<300).filter { ![0, 100, 299].contains($0) })
        #expect(found.rejects.map(\.line) == [1, 101, 300])
    }

    @Test func `codes with zeros stay text behind any white space`() throws {
        for space in ["", " ", "\t", "\u{b}", " \t"] {
            let scan = try CSVFormat().open(
                BytesObject(Array("acct;v\n\(space)00123;1\n\(space)00456;2\n".utf8)), options: FormatOptions(["delim": text(";")]))
            #expect(scan.schema.fields.map(\.type) == [.varchar, .bigint])
        }
    }
}
