// Sniffing CSV: headers, formats that columns share, candidates, sets of files, and what is reported of it.

import LodeCore
import LodeObjectStore
import LodeVectors
import Testing

@testable import LodeFormats

@Suite struct CSVSniffTests {
    func profile(_ content: String, _ options: [String: FormatOption] = [:]) throws -> CSVProfile {
        try CSVFormat().profile(BytesObject(Array(content.utf8)), options: FormatOptions(options))
    }

    func rows(_ content: String, _ options: [String: FormatOption] = [:]) throws -> [[Value]] {
        try allRows(CSVFormat().open(BytesObject(Array(content.utf8)), options: FormatOptions(options)))
    }

    func types(_ content: String, _ options: [String: FormatOption] = [:]) throws -> [SQLType] {
        try profile(content, options).columns.map(\.type)
    }

    @Test func `columns agree on how dates are written`() throws {
        let profile = try profile("a,b\n01/02/2024,12/31/2024\n03/04/2024,01/02/2024\n")
        #expect(profile.columns.map(\.format?.pattern) == ["%m/%d/%Y", "%m/%d/%Y"])
        #expect(try self.profile("a,b\n13/02/2024,12/31/2024\n").columns.map(\.format?.pattern) == ["%d/%m/%Y", "%m/%d/%Y"])
    }

    /// Rows of which some have a quote that nobody closes.
    @Test(arguments: [0, 1, 7, 19]) func `a quote that is not closed does not change the dialect`(bad: Int) throws {
        let lines = (0..<20).map { $0 == bad ? "\($0),\"open name,9" : "\($0),\"Smith, John\",\($0)" }
        let dialect = try profile("id,name,n\n" + lines.joined(separator: "\n") + "\n", ["ignore_errors": .value(.boolean(true))]).dialect
        #expect(dialect.delimiter == Array(",".utf8))
        #expect(dialect.quote == UInt8(ascii: "\""))
    }

    @Test func `a word on each side of one space is no delimiter beside a broken row`() throws {
        let content = "name,city\n\"Ann Lee\",\"Bonn, D\"\n\"Bob Ray\",\"Ulm, D\"\n\"Cat Fox,Rome\n\"Dan Mac\",\"Lyon, F\"\n"
        let profile = try profile(content, ["ignore_errors": .value(.boolean(true))])
        #expect(profile.dialect.delimiter == Array(",".utf8) && profile.header == ["name", "city"])
    }

    @Test func `candidates limit the types that are sniffed`() throws {
        let content = "a,b,c,d\n1,2024-01-01,1.5,300\n-3,2024-01-01,2,4\n"
        func candidates(_ names: String...) -> [String: FormatOption] { ["auto_type_candidates": .list(names.map { text($0) })] }
        #expect(try types(content, candidates("bigint", "varchar")) == [.bigint, .varchar, .varchar, .bigint])
        #expect(try types(content, candidates("tinyint", "integer", "double", "date")) == [.tinyint, .date, .double, .integer])
        #expect(try types(content, candidates("tinyint", "real")) == [.tinyint, .varchar, .real, .real])
        #expect(throws: SQLError.self) { try types(content, candidates("uuid")) }
    }

    @Test func `words for numbers count where there are numbers`() throws {
        #expect(try types("a,b\nnan,inf\n1.5,-inf\n") == [.double, .varchar])
    }

    @Test func `names are trimmed, and made into identifiers if asked`() throws {
        #expect(try profile(" a , b c\n1,2\n").columns.map(\.name) == ["a", "b c"])
        #expect(try profile("A b,1x,c--d\n1,2,3\n", ["normalize_names": flag(true)]).columns.map(\.name) == ["a_b", "_1x", "c_d"])
        #expect(try profile("a,a,A\n1,2,3\n").columns.map(\.name) == ["a", "a_1", "A_2"])
        #expect(throws: SQLError.self) { try CSVFormat().profile(BytesObject([97, 0xff, 44, 98, 10, 49, 44, 50, 10])) }
    }

    @Test func `what stands before the table is left out`() throws {
        #expect(try rows("Report\n\nof 2024\n\na,b,c\n1,2,3\n") == [[.integer(1), .integer(2), .integer(3)]])
        #expect(try rows("sep=;\na;b\n1,5;2\n") == [[.text("1,5"), .integer(2)]])
        #expect(try rows("\n").isEmpty)
    }

    @Test func `quoted fields are not cut for the sake of more columns`() throws {
        #expect(try rows("a\n\"x,y\"\n\"z,w\"\n") == [[.text("x,y")], [.text("z,w")]])
        #expect(try rows("a,b\n1,\"x\"y\n2,z\n") == [[.integer(1), .text("\"x\"y")], [.integer(2), .text("z")]])
    }

    @Test func `a row of nothing is no row`() throws {
        #expect(try rows(",,\n1,2,3\n") == [[.integer(1), .integer(2), .integer(3)]])
    }

    @Test func `a header may begin like a comment`() throws {
        #expect(try profile("#id,name\n1,x\n2,y\n").columns.map(\.name) == ["#id", "name"])
        #expect(try profile("# about\nid,name\n1,x\n# more\n2,y\n").columns.map(\.name) == ["id", "name"])
    }

    @Test func `comments that were named may end rows`() throws {
        #expect(
            try rows("a,b\n1,x# one\n2,\"y#\"\n#3,z\n", ["comment": text("#")]) == [
                [.integer(1), .text("x")], [.integer(2), .text("y#")],
            ])
    }

    @Test func `newlines within quotes don't end rows, whichever they are`() throws {
        #expect(try rows("a,b\r1,\"x\ny\"\r2,z\r") == [[.integer(1), .text("x\ny")], [.integer(2), .text("z")]])
        #expect(try profile("a,b\r\n1,x\r\n").newlines == "\\r\\n")
        #expect(try profile("a,b\r1,x\r").newlines == "\\r")
    }

    @Test func `blanks around quotes are not data`() throws {
        #expect(
            try rows("a,b\n1, \"x, y\" \n2,\"z\" \n3, \"w\" and more\n") == [
                [.integer(1), .text("x, y")], [.integer(2), .text("z")], [.integer(3), .text(" \"w\" and more")],
            ])
    }

    @Test func `rows may be short or long if told so`() throws {
        #expect(
            try rows("a,b\n1,2\n3,4,5\n6\n", ["null_padding": flag(true)]) == [
                [.integer(1), .integer(2), .null], [.integer(3), .integer(4), .integer(5)], [.integer(6), .null, .null],
            ])
        #expect(
            try rows("a,b\n1,2\n3,4,5\n", ["strict_mode": flag(false), "delim": text(",")]) == [
                [.integer(1), .integer(2)], [.integer(3), .integer(4)],
            ])
        #expect(
            try rows("a,b\n1,\"x\"y\n2,z\n", ["strict_mode": flag(false), "delim": text(","), "quote": text("\"")])[0][1] == .text("\"x\"y")
        )
    }

    @Test func `columns that are never null keep empty texts`() throws {
        #expect(try rows("a,b\n1,\n,x\n", ["force_not_null": .list([text("b")])]) == [[.integer(1), .text("")], [.null, .text("x")]])
    }

    @Test func `fewer names than columns name the first ones`() throws {
        #expect(try profile("a,b\n1,x\n", ["names": .list([text("p")]), "header": flag(true)]).columns.map(\.name) == ["p", "b"])
    }

    @Test(arguments: [
        "a;b;d\n1;'x;y';13.02.2024\n2;'it''s';14.02.2024\n", "1\t2\n3\t4\n", "note\n\na,b,c\n1,2,3\n4,5,6\n", "a,b\r1,x\r",
        "#c\na,b\n1,\"x\ny\"\n",
    ])
    func `what is reported reads the same without sniffing`(content: String) throws {
        let profile = try profile(content)
        var options = FormatOptions(["auto_detect": flag(false)])
        let dialect = profile.dialect
        func character(_ byte: UInt8?) -> FormatOption { text(byte.map { String(Character(Unicode.Scalar($0))) } ?? "") }
        options.values["delim"] = text(String(decoding: dialect.delimiter, as: UTF8.self))
        options.values["quote"] = character(dialect.quote)
        options.values["escape"] = character(dialect.escape)
        options.values["header"] = flag(dialect.hasHeader)
        options.values["skip"] = .value(.integer(Int64(dialect.skippedLines)))
        options.values["new_line"] = character(dialect.newline)
        if dialect.comment != nil { options.values["comment"] = character(dialect.comment) }
        options.values["columns"] = .named(profile.columns.map { .init($0.name, text("\($0.type)")) })
        if let format = profile.format(of: { $0 == .date }) { options.values["dateformat"] = text(format) }
        #expect(profile.description.hasPrefix("auto_detect = false, delim = "))
        #expect(try rows(content, options.values) == rows(content))
    }

    // MARK: Sets of files

    func settled(_ fields: [Field], mayLack: Bool = false) -> FormatOptions {
        var options = FormatOptions()
        options.settled = SettledColumns(schema: Schema(fields), origin: "first.csv", mayLack: mayLack, isFinal: true) {
            $0 == .bigint && $1 == .double || $1 == .varchar
        }
        return options
    }

    @Test func `a file of a set has the types of the set`() throws {
        let options = settled([Field("a", .double), Field("b", .varchar), Field("c", .bigint)])
        let scan = try CSVFormat().open(BytesObject(Array("c,a,b\n,1,01/02/2024\n".utf8)), options: options)
        #expect(scan.schema.fields.map(\.type) == [.bigint, .double, .varchar])
        #expect(try allRows(scan) == [[.null, .double(1), .text("01/02/2024")]])
    }

    @Test func `a file of a set that disagrees is refused by name`() throws {
        let missing = #expect(throws: SQLError.self) {
            try CSVFormat().open(BytesObject(Array("a\n1\n".utf8)), options: settled([Field("a", .bigint), Field("b", .varchar)]))
        }
        #expect(
            missing?.place == "test.csv" && missing?.detail?.contains("first.csv") == true
                && missing?.hint?.contains("union_by_name") == true)
        let other = #expect(throws: SQLError.self) {
            try CSVFormat().open(BytesObject(Array("a\n1.5\n".utf8)), options: settled([Field("a", .bigint)]))
        }
        #expect(other?.message == "column \"a\" is double here and bigint in other files")
        #expect(
            try CSVFormat().open(
                BytesObject(Array("a\n1\n".utf8)), options: settled([Field("a", .bigint), Field("b", .varchar)], mayLack: true)
            ).schema.count == 1)
    }

    @Test func `a file of a set may lack the header`() throws {
        let scan = try CSVFormat().open(BytesObject(Array("2,y\n".utf8)), options: settled([Field("a", .bigint), Field("b", .varchar)]))
        #expect(scan.schema.fields.map(\.name) == ["a", "b"])
        #expect(try allRows(scan) == [[.integer(2), .text("y")]])
    }
}
