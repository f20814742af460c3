// Reading CSV: quoting, sniffing, parallel ranges, errors and rejects.

import Glibc
import LodeCore
import LodeObjectStore
import LodeVectors
import Testing

@testable import LodeFormats

@Suite struct CSVReadTests {
    func open(_ content: String, _ options: [String: FormatOption] = [:], rejects: (any RejectSink)? = nil) throws -> any FileScan {
        try CSVFormat().open(BytesObject(Array(content.utf8)), options: FormatOptions(options, rejects: rejects))
    }

    func rows(_ content: String, _ options: [String: FormatOption] = [:]) throws -> [[Value]] { try allRows(open(content, options)) }

    func types(_ content: String, _ options: [String: FormatOption] = [:]) throws -> [SQLType] {
        try open(content, options).schema.fields.map(\.type)
    }

    @Test func `types are sniffed`() throws {
        let scan = try open(
            "id,when,amount,flag,note,at\n1,2024-01-02,1.5,true,x,2024-01-02 03:04:05\n2,2024-01-03,2,false,y z,2024-01-02 03:04:05.5\n")
        #expect(scan.schema.fields.map(\.type) == [.bigint, .date, .double, .boolean, .varchar, .timestamp])
        #expect(scan.schema.fields.map(\.name) == ["id", "when", "amount", "flag", "note", "at"])
        #expect(
            try allRows(scan)[0] == [
                .integer(1), .date(19724), .double(1.5), .boolean(true), .text("x"), .timestamp(1_704_164_645_000_000),
            ])
    }

    @Test(arguments: [
        ("a,b\n1,2\n", ","), ("a;b\n1,5;2\n2,5;3\n", ";"), ("a|b\n1|2\n", "|"), ("a\tb\n1\t2\n", "\t"), ("a:b\n1:2\n3:4\n", ":"),
        ("a b\n1 2\n3 4\n", " "),
    ])
    func `delimiters are sniffed`(content: String, delimiter: String) throws {
        let profile = try CSVFormat().profile(BytesObject(Array(content.utf8)))
        #expect(profile.dialect.delimiter == Array(delimiter.utf8))
        #expect(profile.columns.map(\.name) == ["a", "b"])
    }

    @Test func `prose is one column`() throws {
        #expect(try open("one, two, three\nfour\nfive, six\nseven\neight, nine\nten").schema.count == 1)
        #expect(try open("it's\na 'quoted\nword\n").schema.count == 1)
    }

    @Test func `quotes hold delimiters, newlines and quotes`() throws {
        let found = try rows("a,b\n1,\"x,\ny\"\"z\"\n2,\"\"\"\"\n3,\"plain text that is longer than twelve bytes\"\n")
        #expect(
            found == [
                [.integer(1), .text("x,\ny\"z")], [.integer(2), .text("\"")],
                [.integer(3), .text("plain text that is longer than twelve bytes")],
            ])
        #expect(try rows("a,b\n1,5\" pipe\n2,q\n")[0][1] == .text("5\" pipe"))
        #expect(try rows("a,b\n1,'it''s, so'\n2,q\n")[0][1] == .text("it's, so"))
        #expect(try rows("a,b\n1,\"x\\\"y, z\"\n2,q\n")[0][1] == .text("x\"y, z"))
        #expect(try rows("a||b\n1||2||\n3||\"||\"||\n", ["delim": text("||")]).count == 2)
    }

    @Test(arguments: [
        "a,b\r\n1,x\r\n2,y\r\n", "a,b\r1,x\r2,y\r", "a,b\n1,x\n2,y", "\u{feff}a,b\n1,x\n2,y\n", "\na,b\n\n1,x\n\r\n2,y\n\n",
        "# c, d\na,b\n1,x\n# e\n2,y\n", "a,b,\n1,x,\n2,y,\n",
    ])
    func `line ends, marks, comments and empty lines are no rows`(content: String) throws {
        let options: [String: FormatOption] =
            content.contains(",\n") ? ["columns": .named([.init("a", text("bigint")), .init("b", text("varchar"))])] : [:]
        #expect(try rows(content, options) == [[.integer(1), .text("x")], [.integer(2), .text("y")]])
    }

    @Test func `headers are told from data`() throws {
        #expect(try open("1,2\n3,4\n").schema.fields.map(\.name) == ["column0", "column1"])
        #expect(try open("Name,City\nBob,Paris\n").schema.fields.map(\.name) == ["Name", "City"])
        #expect(try open("a,b,a,\n1,2,3,4\n").schema.fields.map(\.name) == ["a", "b", "a_1", "column3"])
        #expect(try open("x\n").schema.fields.map(\.name) == ["x"])
        #expect(try rows("title line\nanother\na,b\n1,2\n3,4\n") == [[.integer(1), .integer(2)], [.integer(3), .integer(4)]])
        #expect(try rows("1,2\n", ["header": flag(true)]).isEmpty)
        #expect(try open("").schema.count == 1)
        #expect(try allRows(open("")).isEmpty)
    }

    @Test func `nulls are empty fields, given words, or words in columns of another type`() throws {
        #expect(try rows("a,b\n1,\n,x\n") == [[.integer(1), .null], [.null, .text("x")]])
        #expect(try rows("a,b\n1,NA\nNA,x\n") == [[.integer(1), .text("NA")], [.null, .text("x")]])
        #expect(try rows("a,b\n1,-\n-,x\n", ["nullstr": text("-")]) == [[.integer(1), .null], [.null, .text("x")]])
        #expect(
            try rows("a,b\n-9,1\n2,x\n", ["nullstr": .list([text("-9"), text("x")])]) == [[.null, .integer(1)], [.integer(2), .null]])
        #expect(try rows("a\n1\n\n2\n") == [[.integer(1)], [.null], [.integer(2)]])
    }

    @Test func `codes with leading zeros stay texts, and large whole numbers keep their digits`() throws {
        #expect(try types("a,b\n007,99999999999999999999\n008,2\n") == [.varchar, .decimal(precision: 38, scale: 0)])
        #expect(try types("a,b\n99999999999999999999,1e400\n1.5,2\n") == [.double, .varchar])
        #expect(try types("a,b\n1_000,0x10\n2,3\n") == [.varchar, .varchar])
    }

    @Test func `dates are found in other formats`() throws {
        #expect(try rows("a\n25/12/2024\n01/02/2024\n") == [[.date(20082)], [.date(19754)]])
        #expect(try rows("a\n12/25/2024\n01/02/2024\n") == [[.date(20082)], [.date(19724)]])
        #expect(try rows("a\n25.12.2024 10:00\n01.02.2024 11:30\n")[0] == [.timestamp(1_735_120_800_000_000)])
        #expect(
            try rows(
                "a,b\n02.01.2024,x\n",
                ["dateformat": text("%m.%d.%Y"), "columns": .named([.init("a", text("date")), .init("b", text("varchar"))])])[0][0]
                == .date(19754))
        #expect(try types("a\n2024-01-01\n2024-01-02T10:00:00Z\n") == [.varchar])
        #expect(try types("a\n2024-01-01T10:00:00+02:00\n2024-01-02T10:00:00Z\n") == [.timestamptz])
        #expect(try types("a\n13/13/2024\n") == [.varchar])
    }

    @Test func `numbers with other marks`() throws {
        #expect(
            try rows(
                "a;b\n1.234,5;1\n-2,25;2\n",
                ["decimal_separator": text(","), "thousands": text("."), "types": .named([.init("a", text("decimal(10,2)"))])])
                == [[.decimal(123_450, scale: 2), .integer(1)], [.decimal(-225, scale: 2), .integer(2)]])
    }

    @Test func `a bad value names file, line, column, type and text`() throws {
        var content = "a,b\n"
        for row in 0..<30_000 { content += row == 25_000 ? "\(row),\"x\ny\"\nseven,z\n" : "\(row),y\n" }
        do {
            _ = try rows(content)
            Issue.record("no error")
        } catch let error as SQLError {
            #expect(error.state == .invalidTextRepresentation)
            #expect(error.place == "test.csv, line 25004, column a")
            #expect(error.message == "invalid value for type bigint: \"seven\"")
            #expect(error.hint?.contains("ignore_errors") == true)
        }
    }

    @Test func `rows with too few or too many fields are refused`() throws {
        let columns: FormatOption = .named([.init("a", text("bigint")), .init("b", text("bigint"))])
        for (content, message) in [
            ("a,b\n1,2\n3\n", "expected 2 fields in a row, found 1"), ("a,b\n1,2\n3,4,5\n", "expected 2 fields in a row, found 3"),
            ("a,b\n1,\"2\n", "a quoted field is not closed"), ("a,b\n1,\"2\"x\n", "text follows a closing quote"),
        ] {
            do {
                _ = try rows(content, ["columns": columns, "quote": text("\""), "delim": text(",")])
                Issue.record("no error for \(content)")
            } catch let error as SQLError {
                #expect(error.state == .badCopyFileFormat && error.message == message, "\(error)")
                #expect(error.place?.contains("line ") == true)
            }
        }
        #expect(
            try rows("a,b\n1,2\n3\n", ["columns": columns, "null_padding": flag(true)]) == [
                [.integer(1), .integer(2)], [.integer(3), .null],
            ])
    }

    @Test func `ignored errors go to the rejects with their places`() throws {
        let rejects = Rejects()
        let scan = try open(
            "a,b\n1,x\ntwo,y\n3\n4,\"z\nz\"\n5,6,7\n6,w\n", ["types": .named([.init("a", text("bigint"))]), "delim": text(",")],
            rejects: rejects)
        #expect(try allRows(scan) == [[.integer(1), .text("x")], [.integer(4), .text("z\nz")], [.integer(6), .text("w")]])
        let found = rejects.rows.sorted { $0.line < $1.line }
        #expect(found.map(\.line) == [3, 4, 7])
        #expect(found.map(\.column) == ["a", nil, nil])
        #expect(found.map(\.text) == ["two,y", "3", "5,6,7"])
        #expect(found[0].message == "invalid value for type bigint: \"two\"")
        #expect(found[0].byteOffset == 8)
    }

    @Test func `projection and filters read what they must`() throws {
        final class Over: ScanFilter {
            let columns = [1]
            let bounds = ColumnPredicate.anything
            let isPureOverOneColumn = true
            func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError) {
                for row in 0..<count {
                    if case .integer(let number) = columns[0].value(at: row), number % 1000 == 7 {
                        survivors[survivors.count] = UInt32(row)
                        survivors.count += 1
                    }
                }
            }
        }
        var content = "a,b,c\n"
        for row in 0..<10_000 { content += "\(row),text of row \(row),\(row % 7 == 0 ? "" : "2024-01-01")\n" }
        let scan = try open(content)
        let found = try allRows(scan, [1, 0], filters: [Over()])
        #expect(found.count == 10 && found[3] == [.text("text of row 3007"), .integer(3007)])
        #expect(try allRows(scan, []).count == 10_000)
        #expect(try allRows(scan, [2]).filter { $0[0].isNull }.count == 1429)
    }

    @Test func `options are checked`() throws {
        for options in [
            ["delimm": text(",")], ["quote": text("ab")], ["header": text("maybe")], ["columns": text("a")],
            ["types": .named([.init("zz", text("bigint"))])], ["types": .named([.init("a", text("nonsense"))])],
            ["delim": text("\""), "quote": text("\"")], ["compression": text("rar")], ["encoding": text("klingon")],
        ] as [[String: FormatOption]] {
            #expect(throws: SQLError.self) { try open("a,b\n1,2\n", options) }
        }
    }

    @Test func `long rows are refused and wide ones are read`() throws {
        #expect(throws: SQLError.self) {
            try rows("a,b\n1,\(String(repeating: "x", count: 5000))\n", ["max_line_size": .value(.integer(1000))])
        }
        #expect(throws: SQLError.self) { try rows("a,b\n1,\"\(String(repeating: "x\n", count: 1_500_000))\"\n") }
        #expect(try rows("a,b\n1,\"\(String(repeating: "x\n", count: 900_000))\"\n2,y\n").count == 2)
        let wide = (0..<10_000).map { "c\($0)" }.joined(separator: ",") + "\n" + (0..<10_000).map { "\($0)" }.joined(separator: ",") + "\n"
        #expect(try rows(wide)[0].count == 10_000)
    }

    @Test func `bytes that are not UTF-8 are an error, or read in their own encoding`() throws {
        let latin: [UInt8] = Array("a,b\n1,caf".utf8) + [0xe9] + Array("\n2,x\n".utf8)
        let object = BytesObject(latin)
        #expect(throws: SQLError.self) { try allRows(CSVFormat().open(object)) }
        #expect(try allRows(CSVFormat().open(object, options: FormatOptions(["encoding": text("latin-1")])))[0][1] == .text("café"))
        #expect(try allRows(CSVFormat().open(object, options: FormatOptions(["ignore_errors": flag(true)]))).count == 1)
        var wide: [UInt8] = [0xff, 0xfe]
        for unit in "a,b\r\n1,caf\u{e9} \u{1F600}\r\n".utf16 { wide += [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)] }
        #expect(try allRows(CSVFormat().open(BytesObject(wide))) == [[.integer(1), .text("café \u{1F600}")]])
        #expect(throws: SQLError.self) { try allRows(CSVFormat().open(BytesObject(wide.dropLast(1) + [0xd8, 0x00, 0x41]))) }
    }
}

@Suite struct CSVRangeTests {
    @Test func `a range begins at a row wherever it is cut`() throws {
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "1", "abc", "\"x,y\"", "\"\"", "\"a\"\"b\"", "\"line\nline\"", "", "\",\"", "\"\n,\n\"", "\"\"\"q\"", "text with spaces",
        ]
        for round in 0..<60 {
            var content: [UInt8] = []
            var starts: Set<Int> = []
            let hasQuotes = round % 3 != 0
            for _ in 0..<200 {
                starts.insert(content.count)
                let fields = (0..<3).map { _ in hasQuotes ? pieces.randomElement(using: &random)! : "ab" }
                content += Array(fields.joined(separator: ",").utf8) + (round % 2 == 0 ? [13, 10] : [10])
            }
            starts.insert(content.count)
            let dialect = CSVDialect()
            for cut in stride(from: 1, to: content.count, by: 7) {
                let finder = CSVRowStart(object: BytesObject(content), dialect: dialect, columns: 3, maximumRowBytes: 400)
                let found = try finder.find(from: cut, known: 0)
                let expected = starts.filter { $0 >= cut }.min() ?? content.count
                #expect(found == expected, "cut at \(cut)")
                if found != expected { return }
            }
        }
    }

    @Test func `a large file gives the same rows in ranges as in one piece`() throws {
        var content = "id,name,note\n"
        var row = 0
        while content.utf8.count < 20 << 20 {
            content +=
                "\(row),\"name, \(row)\",\"several\nlines \"\"of\"\" text\"\n\(row + 1),plain,\(row % 5 == 0 ? "" : "some more text to fill the row with")\n"
            row += 2
        }
        let object = BytesObject(Array(content.utf8))
        let scan = try CSVFormat().open(object)
        #expect(try scan.morsels().count > 1)
        let request = ScanRequest(projection: [0, 2], cancellation: Cancellation())
        var next: Int64 = 0
        for morsel in try scan.morsels() {
            let reader = try scan.reader(morsel, request)
            while let chunk = try reader.next() {
                for index in 0..<chunk.count {
                    guard chunk.columns[0].value(at: index) == .integer(next) else { Issue.record("row \(next) is missing"); return }
                    next += 1
                }
            }
        }
        #expect(next == row)
    }

    /// Rows of random fields as a text in some dialect; quotes are missing only where the dialect doesn't need them.
    private func randomFile(_ random: inout SystemRandomNumberGenerator, _ dialect: CSVDialect, columns: Int) -> (
        text: [UInt8], rows: [[Value]]
    ) {
        var text: [UInt8] = [], rows: [[Value]] = []
        let quote = dialect.quote ?? 34, escape = dialect.escape ?? 34
        let letters = Array("abc  ,|;x'".utf8) + [10, 13, quote, quote, escape] + dialect.delimiter
        for _ in 0..<Int.random(in: 1...60, using: &random) {
            var row: [Value] = []
            for column in 0..<columns {
                if column > 0 { text += dialect.delimiter }
                let field = (0..<Int.random(in: 1...12, using: &random)).map { _ in letters.randomElement(using: &random) ?? 97 }
                row.append(.text(String(decoding: field, as: UTF8.self)))
                if field.allSatisfy({ (97...99).contains($0) }), Bool.random(using: &random) {
                    text += field
                } else {
                    text += [quote] + field.flatMap { $0 == quote || $0 == escape ? [escape, $0] : [$0] } + [quote]
                }
            }
            rows.append(row)
            text += dialect.newline == 13 ? [13] : Bool.random(using: &random) ? [13, 10] : [10]
        }
        return (text, rows)
    }

    /// All rows, where every range is begun before one of them has been read: so it is with many workers.
    private func rowsOfRanges(_ scan: any FileScan, _ projection: [Int]) throws -> [[Value]] {
        let request = ScanRequest(projection: projection, cancellation: Cancellation())
        var rows: [[Value]] = []
        for reader in try scan.morsels().map({ try scan.reader($0, request) }) {
            while let chunk = try reader.next() {
                for row in 0..<chunk.count { rows.append(chunk.columns.map { $0.value(at: row) }) }
            }
        }
        return rows
    }

    @Test func `ranges of any size give the rows of one pass`() throws {
        var random = SystemRandomNumberGenerator()
        for round in 0..<FuzzRounds.count(60) {
            var dialect = CSVDialect()
            dialect.delimiter = [[44], [124], [124, 124], [9]].randomElement(using: &random) ?? [44]
            dialect.quote = round % 4 == 0 ? 39 : 34
            dialect.escape = round % 3 == 0 ? 92 : dialect.quote
            dialect.newline = round % 5 == 0 ? 13 : 10
            let columns = Int.random(in: 1...4, using: &random)
            let file = randomFile(&random, dialect, columns: columns)
            func character(_ bytes: [UInt8]) -> FormatOption { text(String(decoding: bytes, as: UTF8.self)) }
            for bytes in [17, 64, 500] {
                let options: [String: FormatOption] = [
                    "delim": character(dialect.delimiter), "quote": character([dialect.quote ?? 34]),
                    "escape": character([dialect.escape ?? 34]),
                    "new_line": character([dialect.newline]), "header": flag(false), "auto_detect": flag(false), "nullstr": text("none"),
                    "columns": .named((0..<columns).map { .init("c\($0)", text("varchar")) }),
                    "buffer_size": .value(.integer(Int64(bytes))),
                    "max_line_size": .value(.integer(2000)),
                ]
                let found = try rowsOfRanges(CSVFormat().open(BytesObject(file.text), options: FormatOptions(options)), Array(0..<columns))
                #expect(found == file.rows, "ranges of \(bytes) bytes of \(String(decoding: file.text, as: UTF8.self))")
                if found != file.rows { return }
            }
        }
    }

    @Test func `quotes that mean nothing don't mislead ranges`() throws {
        var content = "id,size\n"
        for row in 0..<400 { content += row % 3 == 0 ? "\(row),\"a\nb\"\n" : "\(row),3.5\"\n" }
        for bytes in [50, 333, 1000] {
            let scan = try CSVFormat().open(
                BytesObject(Array(content.utf8)),
                options: FormatOptions(["buffer_size": .value(.integer(Int64(bytes))), "max_line_size": .value(.integer(2000))]))
            #expect(try scan.morsels().count > 2)
            #expect(try rowsOfRanges(scan, [0]) == (0..<400).map { [.integer(Int64($0))] })
        }
    }

    @Test func `mutated files give rows or clean errors`() throws {
        var random = SystemRandomNumberGenerator()
        let seed = Array("a,b,c\n1,\"x\"\"y\",2024-01-01\n2,\"p\nq\",2024-01-02\r\n# z\n3,,\n4,'k',9999-12-31\n".utf8)
        let rounds = FuzzRounds.count(2000)
        for _ in 0..<rounds {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.insert(",\"\n\r\\#'|; \t0a\u{0}".utf8.randomElement(using: &random)!, at: at)
                case 2: bytes.remove(at: at)
                default: bytes += bytes[at...].prefix(20)
                }
            }
            do {
                let scan = try CSVFormat().open(
                    BytesObject(bytes), options: FormatOptions(Bool.random(using: &random) ? ["ignore_errors": flag(true)] : [:]))
                _ = try allRows(scan)
            } catch is SQLError {}
        }
    }
}

/// How many inputs a fuzzing test tries: a few by default, more with `LODE_FUZZ=<count>`.
enum FuzzRounds {
    static func count(_ usual: Int) -> Int { getenv("LODE_FUZZ").flatMap { Int(String(cString: $0)) } ?? usual }
}
