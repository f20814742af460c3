/// Casts: what converts, what fails, and with which error.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

@Suite struct CastTests {
    @Test func `numbers widen, round and overflow`() throws {
        #expect(try Calls.cast(.int(1, nil, -3), to: .bigint) == ["1", "NULL", "-3"])
        #expect(try Calls.cast(.double(0.5, 1.5, 2.5, -2.5), to: .integer) == ["0", "2", "2", "-2"])
        #expect(try Calls.cast(.dec(5, 2, "0.50", "2.50", "-2.50", "2.49"), to: .integer) == ["1", "3", "-3", "2"])
        #expect(try Calls.cast(.double(0.285, 1.005, -1.555), to: .decimal(precision: 10, scale: 2)) == ["0.29", "1.01", "-1.56"])
        #expect(try Calls.cast(.dec(10, 4, "1.2345", "-1.2355"), to: .decimal(precision: 5, scale: 3)) == ["1.235", "-1.236"])
        #expect(try Calls.cast(.int(7), to: .decimal(precision: 30, scale: 2)) == ["7.00"])
        #expect(Calls.state { _ = try Calls.cast(.int(300), to: .tinyint) } == .numericValueOutOfRange)
        #expect(Calls.state { _ = try Calls.cast(.double(.nan), to: .integer) } == .numericValueOutOfRange)
        #expect(Calls.state { _ = try Calls.cast(.double(1e30), to: .bigint) } == .numericValueOutOfRange)
        #expect(Calls.state { _ = try Calls.cast(.dec(5, 2, "999.99"), to: .decimal(precision: 3, scale: 1)) } == .numericValueOutOfRange)
        #expect(try Calls.cast(.int(300, 1), to: .tinyint, isTry: true) == ["NULL", "1"])
    }

    @Test func `text is read, or the error shows it`() throws {
        #expect(try Calls.cast(.text("12", " -7 ", nil), to: .integer) == ["12", "-7", "NULL"])
        #expect(try Calls.cast(.text("2024-02-29"), to: .date) == ["2024-02-29"])
        #expect(try Calls.cast(.text("1.005"), to: .decimal(precision: 10, scale: 2)) == ["1.01"])
        #expect(try Calls.cast(.text("x", "3", "2024"), to: .integer, isTry: true) == ["NULL", "3", "2024"])
        #expect(Calls.state { _ = try Calls.cast(.text("abc"), to: .integer) } == .invalidTextRepresentation)
        #expect(Calls.state { _ = try Calls.cast(.text("2024-02-30"), to: .date) } == .datetimeFieldOverflow)
        #expect(Calls.state { _ = try Calls.cast(.text("yesterdayish"), to: .date) } == .invalidDatetimeFormat)
        #expect(Calls.state { _ = try Calls.cast(.text("99999999999"), to: .integer) } == .numericValueOutOfRange)
        #expect(Calls.state { _ = try Calls.cast(.text("{\"a\":"), to: .json) } == .invalidTextRepresentation)
        let long = String(repeating: "9", count: 500)
        do { _ = try Calls.cast(.text(long + "x"), to: .integer) } catch { #expect("\(error)".count < 250) }
    }

    @Test func `anything becomes text`() throws {
        #expect(try Calls.cast(.double(0.1, 1e20), to: .varchar) == ["0.1", "1e+20"])
        #expect(try Calls.cast(Argument(.boolean, .boolean(true)), to: .varchar) == ["true"])
        #expect(try Calls.cast(Argument(.list(.integer), .list([.integer(1), .null])), to: .varchar) == ["[1, NULL]"])
        #expect(try Calls.cast(.text("ab", "abcdef"), to: .char(4)) == ["ab  ", "abcd"])
        #expect(try Calls.cast(Argument(.char(4), .text("ab  ")), to: .varchar) == ["ab"])
    }

    @Test func `timestamptz is shown and read in the session's zone`() throws {
        let noon = Argument(.varchar, .text("2024-07-01 12:00:00"))
        #expect(try Calls.cast(noon, to: .timestamptz, zone: "Europe/Berlin") == ["2024-07-01 12:00:00+02"])
        let instant = try Argument.of(.timestamptz, "2024-07-01 12:00:00+00")
        #expect(try Calls.cast(instant, to: .varchar, zone: "America/New_York") == ["2024-07-01 08:00:00-04"])
        #expect(try Calls.cast(instant, to: .date, zone: "Pacific/Auckland") == ["2024-07-02"])
        #expect(try Calls.cast(instant, to: .timestamp, zone: "Asia/Kolkata") == ["2024-07-01 17:30:00"])
        #expect(Calls.state { _ = try Calls.cast(instant, to: .timestamp, zone: "Mars/Olympus") } == .invalidParameterValue)
        #expect(Calls.state { _ = try Calls.cast(instant, to: .timestamp, zone: "../../etc/passwd") } == .invalidParameterValue)
    }

    @Test func `skipped and repeated hours follow PostgreSQL`() throws {
        let berlin = try TimeZoneRules.named("Europe/Berlin")
        let skipped = try Argument.of(.timestamp, "2024-03-31 02:30:00"), repeated = try Argument.of(.timestamp, "2024-10-27 02:30:00")
        #expect(try Calls.cast(skipped, to: .timestamptz, zone: "Europe/Berlin") == ["2024-03-31 03:30:00+02"])
        #expect(try Calls.cast(repeated, to: .timestamptz, zone: "Europe/Berlin") == ["2024-10-27 02:30:00+01"])
        #expect(berlin.offsetSeconds(atUTC: 4_000_000_000_000_000) == 7200 || berlin.offsetSeconds(atUTC: 4_000_000_000_000_000) == 3600)
    }

    @Test func `nested values convert member by member`() throws {
        let list = Argument(.list(.integer), .list([.integer(1), .null]), .null, .list([]))
        #expect(try Calls.cast(list, to: .list(.double)) == ["[1, NULL]", "NULL", "[]"])
        let texts = Argument(.list(.varchar), .list([.text("1"), .text("x")]))
        #expect(Calls.state { _ = try Calls.cast(texts, to: .list(.integer)) } == .invalidTextRepresentation)
        #expect(try Calls.cast(texts, to: .list(.integer), isTry: true) == ["[1, NULL]"])
        let row = Argument(.structure([Field("a", .integer), Field("b", .varchar)]), .structure([.integer(1), .text("2")]))
        #expect(try Calls.cast(row, to: .structure([Field("x", .varchar), Field("y", .integer)])) == ["{'x': 1, 'y': 2}"])
        #expect(try Calls.cast(row, to: .json) == ["{\"a\":1,\"b\":\"2\"}"])
    }

    @Test func `JSON scalars convert by what they say`() throws {
        let json = Argument(.json, .text("\"12\""), .text("12"), .text("null"))
        #expect(try Calls.cast(json, to: .integer) == ["12", "12", "NULL"])
    }

    @Test func `what has no cast is nil`() {
        #expect(Casts.kernel(from: .date, to: .integer, isTry: false) == nil)
        #expect(Casts.kernel(from: .list(.integer), to: .integer, isTry: false) == nil)
        #expect(Casts.implicitCost(from: .varchar, to: .integer) == nil)
        #expect(Casts.implicitCost(from: .double, to: .integer) == nil)
        #expect(Casts.implicitCost(from: .integer, to: .decimal(precision: 5, scale: 2)) == nil)
        #expect(Casts.commonType(.varchar, .integer) == nil)
    }

    @Test func `common types`() {
        #expect(Casts.commonType(.integer, .bigint) == .bigint)
        #expect(Casts.commonType(.integer, .decimal(precision: 5, scale: 2)) == .decimal(precision: 12, scale: 2))
        #expect(Casts.commonType(.decimal(precision: 15, scale: 2), .double) == .double)
        #expect(Casts.commonType(.date, .timestamp) == .timestamp)
        #expect(Casts.commonType(.null, .list(.null)) == .list(.null))
        #expect(Casts.commonType([.null, .integer, .double]) == .double)
    }
}
