/// Date and time functions, against PostgreSQL's documented results.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

@Suite struct TemporalFunctionTests {
    @Test func `fields of dates`() throws {
        let dates = try Argument.of(.date, "2024-02-29", "1969-12-31", "2000-01-01", nil)
        #expect(try Calls.run("year", dates) == ["2024", "1969", "2000", "NULL"])
        #expect(try Calls.run("month", dates) == ["2", "12", "1", "NULL"])
        #expect(try Calls.run("quarter", dates) == ["1", "4", "1", "NULL"])
        #expect(try Calls.run("week", dates) == ["9", "1", "52", "NULL"])
        #expect(try Calls.run("isoyear", dates) == ["2024", "1970", "1999", "NULL"])
        #expect(try Calls.run("dow", dates) == ["4", "3", "6", "NULL"])
        #expect(try Calls.run("isodow", dates) == ["4", "3", "6", "NULL"])
        #expect(try Calls.run("dayofyear", dates) == ["60", "365", "1", "NULL"])
        #expect(try Calls.run("century", dates) == ["21", "20", "20", "NULL"])
        #expect(try Calls.run("last_day", dates) == ["2024-02-29", "1969-12-31", "2000-01-31", "NULL"])
        #expect(try Calls.run("dayname", dates) == ["Thursday", "Wednesday", "Saturday", "NULL"])
        #expect(try Calls.run("monthname", dates) == ["February", "December", "January", "NULL"])
        #expect(try Calls.run("hour", dates) == ["0", "0", "0", "NULL"])
    }

    @Test func `fields of timestamps`() throws {
        let stamps = try Argument.of(.timestamp, "2024-02-29 12:34:56.789012", "1969-12-31 23:59:59.5")
        #expect(try Calls.run("date_part", .text("second"), stamps) == ["56.789012", "59.5"])
        #expect(try Calls.run("second", stamps) == ["56", "59"])
        #expect(try Calls.run("minute", stamps) == ["34", "59"])
        #expect(try Calls.run("epoch", stamps) == ["1709210096.789012", "-0.5"])
        #expect(try Calls.run("date_part", .text("milliseconds"), stamps) == ["56789.012", "59500"])
        #expect(try Calls.run("epoch_ms", stamps) == ["1709210096789", "-500"])
        #expect(Calls.state { _ = try Calls.run("date_part", .text("nonsense"), stamps) } == .invalidParameterValue)
        #expect(try Calls.run("epoch", Argument.of(.interval, "1 day 02:00:00")) == ["93600"])
    }

    @Test func `fields follow the session's zone`() throws {
        let instant = try Argument.of(.timestamptz, "2024-07-01 23:30:00+00")
        #expect(try Calls.run("hour", instant, zone: "Europe/Berlin") == ["1"])
        #expect(try Calls.run("day", instant, zone: "Europe/Berlin") == ["2"])
        #expect(try Calls.run("epoch", instant, zone: "Europe/Berlin") == ["1719876600"])
        #expect(try Calls.run("date_trunc", .text("day"), instant, zone: "Europe/Berlin") == ["2024-07-02 00:00:00+02"])
        #expect(try Calls.run("timezone", .text("Asia/Tokyo"), instant) == ["2024-07-02 08:30:00"])
        #expect(try Calls.run("timezone", .text("+02:00"), Argument.of(.timestamp, "2024-07-01 12:00:00")) == ["2024-07-01 10:00:00+00"])
    }

    @Test func `truncating`() throws {
        let stamp = try Argument.of(.timestamp, "2024-11-17 12:34:56.789")
        for (unit, expected) in [
            ("hour", "2024-11-17 12:00:00"), ("week", "2024-11-11 00:00:00"), ("quarter", "2024-10-01 00:00:00"),
            ("decade", "2020-01-01 00:00:00"),
            ("century", "2001-01-01 00:00:00"), ("second", "2024-11-17 12:34:56"), ("MONTH", "2024-11-01 00:00:00"),
        ] { #expect(try Calls.run("date_trunc", .text(unit), stamp) == [expected], "\(unit)") }
        #expect(
            try Calls.run("date_trunc", .text("month"), Argument.of(.date, "2024-02-29", "1969-12-31")) == ["2024-02-01", "1969-12-01"])
        #expect(Calls.state { _ = try Calls.run("date_trunc", .text("fortnight"), stamp) } == .invalidParameterValue)
    }

    @Test func `differences count whole spans or boundaries`() throws {
        let from = try Argument.of(.timestamp, "2024-01-31 00:00:00", "2024-03-31 10:59:00", "2024-03-15 00:00:00")
        let to = try Argument.of(.timestamp, "2024-02-29 00:00:00", "2024-03-31 11:01:00", "2024-01-20 00:00:00")
        #expect(try Calls.run("date_diff", .text("month"), from, to) == ["1", "0", "-1"])
        #expect(try Calls.run("datediff", .text("month"), from, to) == ["1", "0", "-2"])
        #expect(try Calls.run("date_diff", .text("hour"), from, to) == ["696", "0", "-1320"])
        #expect(try Calls.run("datediff", .text("hour"), from, to) == ["696", "1", "-1320"])
        #expect(try Calls.run("date_diff", .text("day"), Argument.of(.date, "2024-02-01"), Argument.of(.date, "2024-03-01")) == ["29"])
        #expect(try Calls.run("datediff", .text("week"), Argument.of(.date, "2024-01-07"), Argument.of(.date, "2024-01-08")) == ["1"])
        #expect(try Calls.run("date_add", .text("month"), .int(1), Argument.of(.date, "2024-01-31")) == ["2024-02-29"])
        #expect(
            try Calls.run("age", Argument.of(.timestamp, "2001-04-10 00:00:00"), Argument.of(.timestamp, "1957-06-13 00:00:00")) == [
                "43 years 9 mons 27 days"
            ])
        let early = try Argument.of(.timestamp, "1969-12-31 23:59:59"), late = try Argument.of(.timestamp, "2000-05-05 00:00:00")
        #expect(try Calls.run("age", early, late) == ["-30 years -4 mons -4 days -00:00:01"])
        #expect(
            Calls.state { _ = try Calls.run("date_add", .text("year"), .big(.max), Argument.of(.date, "2024-01-31")) }
                == .datetimeFieldOverflow)
    }

    @Test func `making`() throws {
        #expect(try Calls.run("make_date", .int(2024, 1), .int(2), .int(29, 3)) == ["2024-02-29", "0001-02-03"])
        #expect(Calls.state { _ = try Calls.run("make_date", .int(2023), .int(2), .int(29)) } == .datetimeFieldOverflow)
        #expect(Calls.state { _ = try Calls.run("make_date", .big(.max), .int(2), .int(9)) } == .datetimeFieldOverflow)
        #expect(
            try Calls.run("make_timestamp", .int(2013), .int(7), .int(15), .int(8), .int(15), .double(23.5)) == ["2013-07-15 08:15:23.5"])
        #expect(try Calls.run("to_timestamp", .double(1_284_352_323)) == ["2010-09-13 04:32:03+00"])
        let bound = try Calls.bind("current_date", [])
        #expect(try Calls.texts(try bound.kernel([], 1, Calls.context()), Calls.context()) == ["2024-01-01"])
    }

    @Test func `patterns of three dialects`() throws {
        let stamp = try Argument.of(.timestamp, "2024-02-09 07:04:05")
        #expect(try Calls.run("strftime", stamp, .text("%d.%m.%Y %H:%M")) == ["09.02.2024 07:04"])
        #expect(try Calls.run("to_char", stamp, .text("FMDD Mon YYYY HH24:MI:SS \"day\"")) == ["9 Feb 2024 07:04:05 day"])
        #expect(try Calls.run("date_format", stamp, .text("%Y-%m-%d %H:%i:%s %W %e")) == ["2024-02-09 07:04:05 Friday 9"])
        #expect(try Calls.run("date_parse", .text("2024-02-29 12:34"), .text("%Y-%m-%d %H:%i")) == ["2024-02-29 12:34:00"])
        #expect(try Calls.run("to_date", .text("05 Dec 2000"), .text("DD Mon YYYY")) == ["2000-12-05"])
        #expect(try Calls.run("try_strptime", .text("x", "2024"), .text("%Y")) == ["NULL", "2024-01-01 00:00:00"])
        #expect(Calls.state { _ = try Calls.run("strptime", .text("x"), .text("%Y")) } == .invalidDatetimeFormat)
    }
}
