// Texts of values, and values of texts.

import LodeCore
import Testing

@testable import LodeVectors

@Suite struct ValueTextTests {
    func text(_ type: SQLType, _ value: Value) throws -> String {
        let sink = try ByteSink()
        try ValueText(try Column.make(type, [value])).append(0, to: sink)
        return sink.string
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (1.0, "1"), (0.1, "0.1"), (-1.5, "-1.5"), (123456.78, "123456.78"), (1e15, "1e+15"),
        (1e14, "100000000000000"),
        (0.0001, "0.0001"), (0.00001, "1e-05"), (1.0 / 3, "0.3333333333333333"), (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (123456789012.345, "123456789012.345"), (.infinity, "Infinity"), (-.infinity, "-Infinity"), (0.3, "0.3"),
        (0.1 + 0.2, "0.30000000000000004"),
        (100.25, "100.25"), (1e-3, "0.001"), (12345678.123456, "12345678.123456"),
    ])
    func `doubles print their shortest digits`(number: Double, expected: String) throws {
        #expect(try text(.double, .double(number)) == expected)
    }

    @Test func `random doubles read back as themselves`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let number = Double(bitPattern: UInt64.random(in: .min ... .max, using: &random))
            guard number.isFinite else { continue }
            let printed = try text(.double, .double(number))
            #expect(Double(printed) == number)
            let money = Double(Int64.random(in: -10_000_000_000...10_000_000_000)) / 100
            #expect(Double(try text(.double, .double(money))) == money)
            #expect(try text(.double, .double(money)).utf8.count <= money.description.utf8.count)
        }
    }

    @Test func `every type has its text`() throws {
        #expect(try text(.decimal(precision: 10, scale: 2), .decimal(-5, scale: 2)) == "-0.05")
        #expect(
            try text(.decimal(precision: 38, scale: 30), .decimal(Int128("12345678901234567890123456789012345678")!, scale: 30))
                == "12345678.901234567890123456789012345678")
        #expect(try text(.bigint, .integer(.min)) == "-9223372036854775808")
        #expect(try text(.date, .date(19782)) == "2024-02-29")
        #expect(try text(.date, .date(-719_528)) == "0001-01-01 BC")
        #expect(try text(.timestamp, .timestamp(1_709_209_800_250_000)) == "2024-02-29 12:30:00.25")
        #expect(try text(.timestamptz, .timestamp(-1)) == "1969-12-31 23:59:59.999999+00")
        #expect(try text(.interval, .interval(Interval(months: 14, days: 3, micros: 14_706_500_000))) == "1 year 2 mons 3 days 04:05:06.5")
        #expect(try text(.interval, .interval(Interval(months: -1, days: 3, micros: -1_000_000))) == "-1 mons +3 days -00:00:01")
        #expect(try text(.interval, .interval(Interval())) == "00:00:00")
        #expect(try text(.varbinary, .bytes([0, 255, 16])) == "\\x00ff10")
        #expect(try text(.uuid, .uuid(0xa0ee_bc99_9c0b_4ef8_bb6d_6bb9_bd38_0a11)) == "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
        #expect(try text(.list(.varchar), .list([.text("a b"), .null, .text("x,y"), .text("")])) == "[a b, NULL, 'x,y', '']")
        #expect(
            try text(.structure([Field("a", .integer), Field("b", .list(.integer))]), .structure([.integer(1), .list([.integer(2)])]))
                == "{'a': 1, 'b': [2]}")
    }
}

@Suite struct ParseTextTests {
    func bytes<R>(_ text: String, _ body: (UnsafePointer<UInt8>, Int) -> R) -> R {
        let padded = Array(text.utf8) + [UInt8](repeating: 0x39, count: 16)
        return padded.withUnsafeBufferPointer { body($0.baseAddress!, text.utf8.count) }
    }

    func integer(_ text: String) -> (ParseOutcome, Int64) {
        var out: Int64 = -99
        return (bytes(text) { ParseInteger.int64($0, $1, &out) }, out)
    }

    @Test func `integers are taken in PostgreSQL's spellings and no others`() {
        for (text, value) in [
            ("0", 0), ("-1", -1), (" +42 ", 42), ("9223372036854775807", Int64.max), ("-9223372036854775808", .min), ("1_000", 1000),
            ("0xff", 255), ("0b11", 3),
        ] { #expect(integer(text) == (.parsed, value)) }
        for text in ["", "-", "+", "1.5", "1e3", "abc", "1__0", "_1", "1_", "0x", "--1", "1 2", "9a"] {
            #expect(integer(text).0 == .malformed, "\(text)")
        }
        #expect(integer("9223372036854775808").0 == .outOfRange)
        #expect(integer("-99999999999999999999999").0 == .outOfRange)
    }

    @Test func `decimals are rounded half away from zero and refused beyond their precision`() {
        func decimal(_ text: String) -> (ParseOutcome, Int64) {
            var out: Int64 = -99
            return (bytes(text) { ParseDecimal.int64($0, $1, scale: 2, limit: 1_000_000, &out) }, out)
        }
        for (text, value) in [
            ("1", 100), ("1.5", 150), ("-0.05", -5), ("0.005", 1), ("-0.005", -1), ("0.0049999999999999999999", 0), ("9999.99", 999_999),
            (".5", 50), ("5.", 500),
            ("1e2", 10000), ("12345e-3", 1235), ("0", 0), (" 7 ", 700), ("00000000000000000000000001.10", 110), ("0e99999", 0),
        ] as [(String, Int64)] { #expect(decimal(text) == (.parsed, value), "\(text)") }
        for text in ["", ".", "-", "-.", "1.2.3", "abc", "1e", "NaN"] { #expect(decimal(text).0 == .malformed, "\(text)") }
        for text in ["10000", "9999.995", "1e30", "99999999999999999999999999999999999999999999"] {
            #expect(decimal(text).0 == .outOfRange, "\(text)")
        }
    }

    @Test func `doubles agree with the standard library`() {
        func double(_ text: String) -> (ParseOutcome, Double) {
            var out = -99.0
            return (bytes(text) { ParseDouble.double($0, $1, &out) }, out)
        }
        for text in [
            "0", "1.5", "-0.1", "123456789.123456", "1e10", "1E-5", "0.30000000000000004", "9007199254740993", "123456789012345.6",
            "5e-324", ".5", "5.",
        ] {
            #expect(double(text) == (.parsed, Double(text) ?? 5), "\(text)")
        }
        #expect(double(" inf ").1 == .infinity && double("-Infinity").1 == -.infinity && double("NaN").1.isNaN)
        for text in ["", ".", "-", "0x10", "nan(1)", "1e", "e5", "1,5", "--1"] { #expect(double(text).0 == .malformed, "\(text)") }
        #expect(double("1e999").0 == .outOfRange)
    }

    @Test func `dates are real days`() {
        func date(_ text: String) -> (ParseOutcome, Int32) {
            var out: Int32 = -99
            return (bytes(text) { ParseDate.date($0, $1, &out) }, out)
        }
        for text in [
            "2024-02-29", "2024/2/29", "20240229", "2/29/2024", "29-Feb-2024", "February 29, 2024", "29 feb 2024", "2024-02-29 12:00:00",
            "2024-Feb-29", "2024-02-29T00:00:00Z",
        ] {
            #expect(date(text) == (.parsed, 19782), "\(text)")
        }
        for days in Int32(-719_162)..<Int32(60_000) where days % 7 == 0 {
            let (year, month, day) = CivilDate.civil(fromDays: Int64(days))
            func pad(_ n: Int, _ w: Int) -> String { String(String(repeating: "0", count: w) + "\(n)".suffix(w)).suffix(w).description }
            #expect(date("\(pad(Int(year), 4))-\(pad(month, 2))-\(pad(day, 2))") == (.parsed, days))
        }
        for text in ["2023-02-29", "2024-13-01", "2024-00-10", "2024-01-32", "0000-01-01"] {
            #expect(date(text).0 == .outOfRange, "\(text)")
        }
        for text in ["", "2024", "2024-01", "x024-01-01", "2024-01-01x", "2024-01/01", "hello", "\u{ff}\u{ff}24-01-0"] {
            #expect(date(text).0 == .malformed, "\(text)")
        }
    }

    @Test func `timestamps with and without zone`() {
        func stamp(_ text: String) -> (ParseOutcome, Int64) {
            var out: Int64 = -99
            return (bytes(text) { ParseTimestamp.timestamp($0, $1, &out) }, out)
        }
        func zoned(_ text: String) -> (ParseOutcome, Int64) {
            var out: Int64 = -99
            return (bytes(text) { ParseTimestamp.timestamptz($0, $1, zones: { name, _ in name == "CET" ? 3600 : nil }, &out) }, out)
        }
        let noon: Int64 = 1_709_208_000_000_000
        for text in [
            "2024-02-29 12:00:00", "2024-02-29T12:00", "2024-02-29 12:00:00.000000", "2024-02-29 12:00:00+05", "2024-02-29 12:00 PM",
            "2024-02-29T12:00:00Z",
        ] {
            #expect(stamp(text) == (.parsed, noon), "\(text)")
        }
        #expect(stamp("2024-02-29 12:00:00.25").1 == noon + 250_000)
        for text in [
            "2024-02-29 13:00:00+01", "2024-02-29 06:30:00-0530", "2024-02-29 12:00:00 UTC", "2024-02-29 13:00:00 CET",
            "2024-02-29 12:00:00",
        ] {
            #expect(zoned(text) == (.parsed, noon), "\(text)")
        }
        for text in ["2024-02-29 25:00:00", "2024-02-30 12:00:00", "2024-02-29 12:60:00"] {
            #expect(stamp(text).0 == .outOfRange, "\(text)")
        }
        for text in ["2024-02-29 12:00:00 Nowhere/Land", "2024-02-29 12:00:xx", "2024-02-29 1"] {
            #expect(zoned(text).0 == .malformed, "\(text)")
        }
    }

    @Test(arguments: [
        ("1 year 2 mons 3 days 04:05:06.5", 14, 3, 14_706_500_000), ("P1Y2M3DT4H5M6.5S", 14, 3, 14_706_500_000), ("1-2", 14, 0, 0),
        ("3 04:05:06", 0, 3, 14_706_000_000),
        ("2 hours ago", 0, 0, -7_200_000_000), ("1.5 months", 1, 15, 0), ("1.5 days", 0, 1, 43_200_000_000), ("90", 0, 0, 90_000_000),
        ("-1 day", 0, -1, 0),
        ("1 week", 0, 7, 0), ("1 day -00:00:01", 0, 1, -1_000_000),
    ])
    func `intervals in words, clocks and ISO 8601`(text: String, months: Int32, days: Int32, micros: Int64) {
        var out = Interval()
        #expect(bytes(text) { ParseInterval.interval($0, $1, &out) } == .parsed)
        #expect(out == Interval(months: months, days: days, micros: micros))
    }

    @Test func `wrong intervals, booleans and uuids are refused`() {
        var interval = Interval(), flag: UInt8 = 7, uuid: Int128 = 0
        for text in ["", "day", "1 fortnight", "P", "1:", "ago", "P1X"] {
            #expect(bytes(text) { ParseInterval.interval($0, $1, &interval) } == .malformed, "\(text)")
        }
        for text in ["", "o", "tru e", "2", "truee", "yep"] {
            #expect(bytes(text) { ParseBoolean.boolean($0, $1, &flag) } == .malformed, "\(text)")
        }
        for text in ["t", "TRUE", "yes", "on", "1", " y "] {
            #expect(bytes(text) { ParseBoolean.boolean($0, $1, &flag) } == .parsed && flag == 1, "\(text)")
        }
        for text in ["", "a0eebc99", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g", "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"] {
            #expect(bytes(text) { ParseUUID.uuid($0, $1, &uuid) } == .malformed, "\(text)")
        }
        #expect(bytes("{A0EEBC999C0B4EF8BB6D6BB9BD380A11}") { ParseUUID.uuid($0, $1, &uuid) } == .parsed)
    }

    @Test func `date formats read what they write`() throws {
        for pattern in ["%d/%m/%Y %H:%M:%S", "%Y%m%d %I:%M:%S %p", "%b %d, %Y %T.%f", "%Y-%j %H.%M.%S"] {
            let format = try DateFormat(pattern)
            let sink = try ByteSink()
            try format.append(1_709_209_801_000_000, to: sink)
            #expect(bytes(sink.string) { format.read($0, $1)?.micros } == 1_709_209_801_000_000, "\(sink.string)")
        }
        let day = try DateFormat("%d.%m.%Y")
        #expect(bytes("31.02.2024") { day.read($0, $1) == nil } && bytes("1.2.2024x") { day.read($0, $1) == nil })
        #expect(throws: SQLError.self) { try DateFormat("%Q") }
    }
}
