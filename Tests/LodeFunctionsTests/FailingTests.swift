/// What functions say of themselves about failing is true: optimizer rules move what can't fail.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

@Suite struct FailingTests {
    /// Calls of every scalar function with values at the edges of every type that its overloads take.
    @Test(arguments: FunctionRegistry.scalarFamilies.flatMap { $0 }.map(\.name))
    func `a function that says it can't fail does not`(name: String) throws {
        let function = try #require(FunctionRegistry.scalars[name])
        for overload in function.overloads {
            for types in Self.argumentTypes(overload.signature) {
                guard let bound = try? overload.bind(types), !bound.canFail else { continue }
                try Self.call(name, bound)
            }
        }
    }

    @Test(arguments: edges.map(\.type))
    func `a cast that says it can't fail does not`(from: SQLType) throws {
        for (to, _) in Self.edges where !Casts.canFail(from: from, to: to) {
            guard let kernel = Casts.kernel(from: from, to: to, isTry: false) else { continue }
            let column = try Column.make(from, Self.values(from))
            #expect(throws: Never.self, "\(from) to \(to)") { try kernel([column], column.count, Calls.context()) }
        }
    }

    @Test func `a function that can fail only by a pattern is safe with a good one`() throws {
        func isSafe(_ name: String, _ constants: [Value?]) throws -> Bool {
            let bound = try Calls.bind(name, constants.map { if case .integer? = $0 { .bigint } else { .varchar } })
            #expect(bound.canFail)
            let isSafe = try #require(bound.isSafe)
            return isSafe(constants)
        }
        #expect(try isSafe("~", [nil, .text("^[0-9]+$")]))
        #expect(try !isSafe("~", [nil, .text("[")]))
        #expect(try !isSafe("~", [.text("a"), nil]))
        #expect(try isSafe("like", [nil, .text("a%")]))
        #expect(try !isSafe("like", [nil, .text("a\\")]))
        #expect(try isSafe("substring", [nil, .integer(-1), .integer(5)]))
        #expect(try !isSafe("substring", [nil, .integer(1), .integer(-5)]))
    }

    private static func call(_ name: String, _ bound: BoundScalar) throws {
        let choices = bound.parameters.map(values)
        let limit = [2048, 64, 24, 12, 6][min(bound.parameters.count, 5) - (bound.parameters.isEmpty ? 0 : 1)]
        // Every combination, the first argument fastest.
        let lists = choices.map { Array($0.prefix(limit)) }
        var rows: [[Value]] = [[]]
        for list in lists { rows = list.flatMap { value in rows.map { $0 + [value] } } }
        for start in stride(from: 0, to: rows.count, by: 2048) {
            let part = rows[start..<min(start + 2048, rows.count)]
            var columns: [Column] = []
            for (index, type) in bound.parameters.enumerated() { columns.append(try Column.make(type, part.map { $0[index] })) }
            #expect(throws: Never.self, "\(name)\(bound.parameters)") { try bound.kernel(columns, part.count, Calls.context()) }
        }
    }

    /// Lists of argument types for a signature: each parameter's own, or one of each kind for those that take any.
    private static func argumentTypes(_ signature: Signature) -> [[SQLType]] {
        var result: [[SQLType]] = []
        for type in edges.map(\.type) {
            for count in (signature.parameters.count - signature.optional)...signature.parameters.count {
                var types = signature.parameters.prefix(count).map { self.type($0, type) }
                if let variadic = signature.variadic { types += [self.type(variadic, type), self.type(variadic, type)] }
                if types.contains(nil) { continue }
                let found = types.compactMap { $0 }
                if !result.contains(found) { result.append(found) }
            }
        }
        return result
    }

    private static func type(_ parameter: ParameterType, _ any: SQLType) -> SQLType? {
        switch parameter {
        case .exact(let type): type
        case .anyDecimal: .decimal(precision: 18, scale: 3)
        case .any, .same: any
        case .list: any.isNested ? nil : .list(any)
        case .map: any.isNested ? nil : .map(key: .varchar, value: any)
        case .anyNested: any.isNested ? any : nil
        case .lambda: nil
        }
    }

    private static func values(_ type: SQLType) -> [Value] {
        if let known = edges.first(where: { $0.type == type }) { return known.values + [.null] }
        switch type {
        case .list(let element): return [.list([]), .list(values(element)), .list([.null]), .null]
        case .map(_, let value): return [.map([]), .map([Value.MapEntry(key: .text("k"), value: values(value)[0])]), .null]
        case .decimal(let precision, let scale):
            let most = Decimal128.power(precision) - 1
            return [0, 1, -1, most, -most].map { .decimal($0, scale: scale) } + [.null]
        default: return [.null]
        }
    }

    static let edges: [(type: SQLType, values: [Value])] = [
        (.boolean, [.boolean(true), .boolean(false)]),
        (.tinyint, [0, 1, -1, 127, -128].map { .integer($0) }),
        (.smallint, [0, 1, -1, 32767, -32768].map { .integer($0) }),
        (.integer, [0, 1, -1, 7, 2_147_483_647, -2_147_483_648].map { .integer($0) }),
        (.bigint, [0, 1, -1, 7, 100_000, .max, .min].map { .integer($0) }),
        (.real, [0, -0.0, 1.5, -1e38, 3.4e38, .infinity, -.infinity, .nan].map { .double($0) }),
        (.double, [0, -0.0, 0.5, -1.5, 1e-320, 1e308, -1.7e308, 1e18, .infinity, -.infinity, .nan].map { .double($0) }),
        (.decimal(precision: 18, scale: 3), [0, 1, -1, 999_999_999_999_999_999, -999_999_999_999_999_999].map { .decimal($0, scale: 3) }),
        (.decimal(precision: 38, scale: 0), [0, 1, -1, Decimal128.power(38) - 1, 1 - Decimal128.power(38)].map { .decimal($0, scale: 0) }),
        (.varchar, [
            "", "a", "Ärger\u{301}", "%_\\", "\\", "[", "(", "1", "x,y", "{\"a\":[1]}", "2024-02-30", "\u{0}\u{7f}", "%zz",
        ].map { .text(SQLText($0)) }),
        (.char(3), ["", "a", "abc"].map { .text(SQLText($0)) }),
        (.varbinary, [[], [0], [0xff, 0xfe], [0x41]].map { .bytes($0) }),
        (.date, [0, 1, -1, 19_000, -2_440_588, .max, .min].map { .date($0) }),
        (.time, [0, 1, 86_399_999_999, 86_400_000_000].map { .time($0) }),
        (.timestamp, [0, -1, 1_700_000_000_123_456, .max, .min, -210_866_803_200_000_000].map { .timestamp($0) }),
        (.timestamptz, [0, -1, 1_700_000_000_123_456, .max, .min, -210_866_803_200_000_000].map { .timestamp($0) }),
        (.timestampNanos, [0, -1, 1_700_000_000_123_456_789, .max, .min, .max - 1, .min + 1].map { .timestampNanos($0) }),
        (.timestamptzNanos, [0, -1, 1_700_000_000_123_456_789, .max, .min, .max - 1, .min + 1].map { .timestampNanos($0) }),
        (.interval, [
            Interval(), Interval(months: 1, days: -1, micros: 1), Interval(months: .max, days: .max, micros: .max),
            Interval(months: .min, days: .min, micros: .min),
        ].map { .interval($0) }),
        (.uuid, [.uuid(0), .uuid(.max)]),
        (.json, ["null", "1", "{\"a\": [1, {\"b\": null}]}", "\"x\""].map { .text(SQLText($0)) }),
        (.list(.integer), [.list([]), .list([.integer(1), .null]), .list([.integer(2)])]),
        (.structure([Field("a", .integer), Field("b", .varchar)]), [.structure([.integer(1), .text("x")]), .structure([.null, .null])]),
        (.map(key: .varchar, value: .integer), [.map([])]),
    ]
}
