/// Numeric and choosing functions.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

@Suite struct NumericFunctionTests {
    @Test func `rounding, halves of decimals away from zero and of doubles to even`() throws {
        #expect(try Calls.run("round", .double(2.5, -3.5, 0.49999999999999994, 0.5, nil)) == ["2", "-4", "0", "0", "NULL"])
        #expect(try Calls.run("round", .dec(5, 2, "2.50", "-2.50", "2.49")) == ["3", "-3", "2"])
        #expect(try Calls.run("round", .double(42.4382, 1.005, -1.005, 1234), .int(2, 2, 2, -2)) == ["42.44", "1.01", "-1.01", "1200"])
        #expect(try Calls.run("round", .dec(10, 4, "42.4382", "-0.0050"), .int(2)) == ["42.4400", "-0.0100"])
        #expect(try Calls.run("round", .int(1250, -1250), .int(-2)) == ["1300", "-1300"])
        #expect(try Calls.run("round", .double(1e300, .infinity), .int(3)) == ["1e+300", "Infinity"])
        #expect(try Calls.run("trunc", .dec(6, 2, "-42.89"), .int(1)) == ["-42.80"])
        #expect(try Calls.run("ceil", .dec(6, 2, "1.01", "-1.99")) == ["2", "-1"])
        #expect(try Calls.run("floor", .double(-1.5)) == ["-2"])
        #expect(try Calls.run("ceil", .int(3)) == ["3"])
    }

    @Test func `absolute values and signs`() throws {
        #expect(try Calls.run("abs", .int(-3, 4, nil)) == ["3", "4", "NULL"])
        #expect(try Calls.run("abs", .dec(6, 2, "-1.50")) == ["1.50"])
        #expect(Calls.state { _ = try Calls.run("abs", Argument(.integer, .integer(Int64(Int32.min)))) } == .numericValueOutOfRange)
        #expect(try Calls.run("sign", .double(-8.4, 0)) == ["-1", "0"])
    }

    @Test func `what is not defined is an error`() throws {
        #expect(try Calls.run("sqrt", .double(16, nil)) == ["4", "NULL"])
        #expect(Calls.state { _ = try Calls.run("sqrt", .double(-1)) } == .numericValueOutOfRange)
        #expect(Calls.state { _ = try Calls.run("ln", .double(0)) } == .numericValueOutOfRange)
        #expect(Calls.state { _ = try Calls.run("log", .double(1), .double(2)) } == .divisionByZero)
        #expect(Calls.state { _ = try Calls.run("power", .double(0), .double(-1)) } == .numericValueOutOfRange)
        #expect(Calls.state { _ = try Calls.run("factorial", .int(40)) } == .numericValueOutOfRange)
        #expect(try Calls.run("log", .double(2), .double(64)) == ["6"])
        #expect(try Calls.run("power", .double(2), .double(10)) == ["1024"])
    }

    @Test func `number theory and bits`() throws {
        #expect(try Calls.run("gcd", .int(1071, 0), .int(462, 0)) == ["21", "0"])
        #expect(try Calls.run("lcm", .int(4, 0), .int(6, 5)) == ["12", "0"])
        #expect(Calls.state { _ = try Calls.run("gcd", Argument(.bigint, .integer(.min)), .int(0)) } == .numericValueOutOfRange)
        #expect(try Calls.run("factorial", .int(0, 5, 20)) == ["1", "120", "2432902008176640000"])
        #expect(try Calls.run("bit_count", .int(31, -1)) == ["5", "32"])
        #expect(try Calls.run("width_bucket", .double(5.35, -1, 99), .double(0.024), .double(10.06), .int(5)) == ["3", "0", "6"])
        #expect(Calls.state { _ = try Calls.run("width_bucket", .double(1), .double(0), .double(10), .int(0)) } == .invalidParameterValue)
    }

    @Test func `choices`() throws {
        #expect(try Calls.run("greatest", .int(1, nil), .double(2.5, 1), .int(nil, nil)) == ["2.5", "1"])
        #expect(try Calls.run("least", .text("b", nil), .text("a", nil)) == ["a", "NULL"])
        #expect(try Calls.run("coalesce", .int(nil, 1, nil), .int(2, 3, nil)) == ["2", "1", "NULL"])
        #expect(try Calls.run("nullif", .int(1, 2, nil), .int(1, 3, 4)) == ["NULL", "2", "NULL"])
        #expect(
            try Calls.run("if", Argument(.boolean, .boolean(true), .boolean(false), .null), .text("a", "b", "c"), .text("x", "y", "z")) == [
                "a", "y", "z",
            ])
        #expect(try Calls.run("typeof", .dec(3, 2, "1.50")) == ["decimal(3,2)"])
    }

    @Test func `random numbers differ by row`() throws {
        let bound = try Calls.bind("random", [])
        let column = try bound.kernel([], 100, Calls.context())
        #expect(Set((0..<100).map { column.value(at: $0) }).count > 90)
    }

    @Test func `names are found, and near ones suggested`() {
        #expect(FunctionRegistry.scalars["substr"] != nil)
        #expect(FunctionRegistry.nearest(to: "substing") == "substring")
        #expect(FunctionRegistry.nearest(to: "xyzzyqwertz") == nil)
    }

    @Test func `every function has a summary, a source and examples, and no name is taken twice`() {
        var seen: Set<String> = []
        for function in FunctionRegistry.scalarFamilies.flatMap({ $0 }) {
            let entry = function.documentation
            #expect(!entry.summary.isEmpty && !entry.source.isEmpty && !entry.examples.isEmpty, "\(entry.name)")
            for name in [entry.name] + entry.aliases { #expect(seen.insert(name).inserted, "\(name) twice") }
        }
        seen = []
        for function in FunctionRegistry.aggregateFamilies.flatMap({ $0 }) {
            let entry = function.documentation
            #expect(!entry.summary.isEmpty && !entry.examples.isEmpty, "\(entry.name)")
            for name in [entry.name] + entry.aliases { #expect(seen.insert(name).inserted, "\(name) twice") }
        }
    }
}
