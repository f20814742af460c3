/// Arithmetic operators: results, types, NULLs and overflow.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

@Suite struct ArithmeticTests {
    @Test func `integers add, subtract, multiply and divide towards zero`() throws {
        #expect(try Calls.run("+", .int(1, 2, nil), .int(3, -4, 5)) == ["4", "-2", "NULL"])
        #expect(try Calls.run("-", .big(1, 2), .int(3, -4)) == ["-2", "6"])
        #expect(try Calls.run("*", .int(7, -7), .int(6)) == ["42", "-42"])
        #expect(try Calls.run("/", .int(7, -7), .int(2)) == ["3", "-3"])
        #expect(try Calls.run("%", .int(7, -7), .int(3)) == ["1", "-1"])
        #expect(try Calls.run("%", Argument(.bigint, .integer(.min)), .big(-1)) == ["0"])
    }

    @Test func `integer overflow is 22003`() throws {
        #expect(Calls.state { _ = try Calls.run("+", .int(2_147_483_647), .int(1)) } == .numericValueOutOfRange)
        #expect(Calls.state { _ = try Calls.run("*", Argument(.bigint, .integer(.max)), .big(2)) } == .numericValueOutOfRange)
        #expect(Calls.state { _ = try Calls.run("/", Argument(.bigint, .integer(.min)), .big(-1)) } == .numericValueOutOfRange)
        #expect(Calls.state { _ = try Calls.run("negate", Argument(.tinyint, .integer(-128))) } == .numericValueOutOfRange)
    }

    @Test func `division by zero is 22012, but not in rows that are NULL`() throws {
        #expect(Calls.state { _ = try Calls.run("/", .int(1), .int(0)) } == .divisionByZero)
        #expect(Calls.state { _ = try Calls.run("%", .int(1), .int(0)) } == .divisionByZero)
        #expect(Calls.state { _ = try Calls.run("/", .double(1), .double(0)) } == .divisionByZero)
        #expect(try Calls.run("/", .int(nil, 6), .int(0, 2)) == ["NULL", "3"])
        #expect(try Calls.run("/", .int(1, 6), .int(nil, 2)) == ["NULL", "3"])
        #expect(try Calls.run("/", .dec(5, 2, "1.00", "6.00"), .dec(5, 2, nil, "2.00")) == ["NULL", "3"])
    }

    @Test func `decimal sums keep the larger scale and grow by a digit`() throws {
        let bound = try Calls.bind("+", [.decimal(precision: 15, scale: 2), .decimal(precision: 5, scale: 4)])
        #expect(bound.returns == .decimal(precision: 18, scale: 4))
        #expect(try Calls.run("+", .dec(15, 2, "1.50", "-0.01"), .dec(5, 4, "0.0001", "0.0100")) == ["1.5001", "0.0000"])
        #expect(try Calls.run("-", .int(1), .dec(15, 2, "0.04")) == ["0.96"])
        #expect(try Calls.run("+", .dec(18, 0, "999999999999999999"), .dec(18, 0, "1")) == ["1000000000000000000"])
        #expect(try Calls.run("-", .dec(20, 2, "1.50"), .dec(5, 1, "0.1")) == ["1.40"])
    }

    @Test func `decimal products add their scales`() throws {
        let price = SQLType.decimal(precision: 15, scale: 2)
        let factor = try Calls.bind("-", [.integer, price]).returns
        #expect(factor == .decimal(precision: 16, scale: 2) || factor == .decimal(precision: 14, scale: 2))
        let charge = try Calls.bind("*", [price, factor]).returns
        #expect(charge == .decimal(precision: 31, scale: 4))
        #expect(try Calls.bind("*", [charge, factor]).returns == .decimal(precision: 38, scale: 6))
        #expect(try Calls.run("*", .dec(15, 2, "12345.67", "-0.01"), .dec(16, 2, "0.96", "1.00")) == ["11851.8432", "-0.0100"])
        #expect(try Calls.run("*", .dec(31, 4, "11851.8432", "-11851.8432"), .dec(16, 2, "1.08")) == ["12799.990656", "-12799.990656"])
        #expect(try Calls.run("*", .dec(5, 2, "1.50"), .dec(4, 1, "2.5")) == ["3.750"])
    }

    @Test func `wide products beyond 64 bits are exact, and beyond 38 digits refused`() throws {
        let wide = "123456789012345678901234567"
        #expect(try Calls.run("*", .dec(30, 0, wide, "2"), .dec(5, 0, "10", "3")) == [wide + "0", "6"])
        #expect(try Calls.run("*", .dec(30, 0, wide, "-2"), .dec(20, 0, "10", "3")) == [wide + "0", "-6"])
        #expect(
            Calls.state { _ = try Calls.run("*", .dec(38, 0, "99999999999999999999999999999999999999"), .dec(5, 0, "10")) }
                == .numericValueOutOfRange)
        #expect(
            Calls.state { _ = try Calls.run("+", .dec(38, 0, "99999999999999999999999999999999999999"), .dec(38, 0, "1")) }
                == .numericValueOutOfRange)
        #expect(
            Calls.state { _ = try Calls.bind("*", [.decimal(precision: 38, scale: 30), .decimal(precision: 38, scale: 30)]) }
                == .numericValueOutOfRange)
    }

    @Test func `dates and intervals`() throws {
        let leap = try Argument.of(.date, "2024-01-31", nil)
        #expect(try Calls.run("+", leap, Argument.of(.interval, "1 month")) == ["2024-02-29 00:00:00", "NULL"])
        #expect(try Calls.run("-", leap, .int(31)) == ["2023-12-31", "NULL"])
        #expect(try Calls.run("-", Argument.of(.date, "2024-03-01"), Argument.of(.date, "2024-02-01")) == ["29"])
        #expect(
            try Calls.run("-", Argument.of(.timestamp, "2024-03-01 12:00:00"), Argument.of(.timestamp, "2024-02-29 11:00:00")) == [
                "1 day 01:00:00"
            ])
        #expect(try Calls.run("*", Argument.of(.interval, "1 day 02:00:00"), .double(1.5)) == ["1 day 15:00:00"])
        #expect(try Calls.run("+", Argument.of(.time, "23:00:00"), Argument.of(.interval, "2 hours")) == ["01:00:00"])
        #expect(
            Calls.state { _ = try Calls.run("+", Argument.of(.date, "2024-01-01"), Argument(.bigint, .integer(.max))) }
                == .datetimeFieldOverflow)
    }

    @Test func `days are added by the session's clock`() throws {
        let eve = try Argument.of(.timestamptz, "2024-03-30 12:00:00+01")
        #expect(try Calls.run("+", eve, Argument.of(.interval, "1 day"), zone: "Europe/Berlin") == ["2024-03-31 12:00:00+02"])
        #expect(try Calls.run("+", eve, Argument.of(.interval, "24 hours"), zone: "Europe/Berlin") == ["2024-03-31 13:00:00+02"])
        let future = try Argument.of(.timestamptz, "2090-07-01 12:00:00+00")
        #expect(try Calls.run("+", future, Argument.of(.interval, "0 days"), zone: "Europe/Berlin") == ["2090-07-01 14:00:00+02"])
    }

    @Test func `text does not add`() {
        #expect(Calls.state { _ = try Calls.bind("+", [.varchar, .integer]) } == .undefinedFunction)
        #expect(Calls.state { _ = try Calls.bind("=", [.varchar, .integer]) } == .undefinedFunction)
    }

    @Test func `bits`() throws {
        #expect(try Calls.run("&", .int(12), .int(10)) == ["8"])
        #expect(try Calls.run("#", .int(12), .int(10)) == ["6"])
        #expect(try Calls.run("<<", .int(1), .int(4)) == ["16"])
        #expect(try Calls.run("bit_not", .int(5)) == ["-6"])
    }
}
