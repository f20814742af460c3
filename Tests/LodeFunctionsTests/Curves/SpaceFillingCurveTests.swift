// Places of rows on curves through several columns.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

@Suite struct SpaceFillingCurveTests {
    private static func column(_ type: SQLType, _ values: [Value]) throws -> Column { try Column.make(type, values) }

    private static func places(_ kind: SpaceFillingCurve.Kind, _ types: [SQLType], _ values: [[Value]]) throws -> [Int64] {
        let columns = try zip(types, values).map { try column($0, $1) }, count = values[0].count
        let curve = try SpaceFillingCurve(kind, types, sample: [Chunk(columns: columns, count: count)])
        let result = try curve.function.kernel(columns, count, FunctionContext(transactionMicros: 0))
        return (0..<count).map { row in if case .integer(let place) = result.value(at: row) { place } else { -1 } }
    }

    /// All points of a square of 16 by 16, row by row.
    private static let square = (0..<256).map { (x: $0 / 16, y: $0 % 16) }

    @Test func `the Z-order of a square goes quarter by quarter`() throws {
        let places = try Self.places(
            .zorder, [.integer, .integer], [Self.square.map { .integer(Int64($0.x)) }, Self.square.map { .integer(Int64($0.y)) }])
        let order = Self.square.indices.sorted { places[$0] < places[$1] }.map { Self.square[$0] }
        #expect(Set(places).count == 256)
        #expect(order.prefix(4).map { [$0.x, $0.y] } == [[0, 0], [0, 1], [1, 0], [1, 1]])
        #expect(order.prefix(64).allSatisfy { $0.x < 8 && $0.y < 8 })
    }

    @Test func `a Hilbert curve never leaps`() throws {
        let places = try Self.places(
            .hilbert, [.integer, .integer], [Self.square.map { .integer(Int64($0.x)) }, Self.square.map { .integer(Int64($0.y)) }])
        let order = Self.square.indices.sorted { places[$0] < places[$1] }.map { Self.square[$0] }
        #expect(zip(order, order.dropFirst()).allSatisfy { abs($0.x - $1.x) + abs($0.y - $1.y) == 1 })
    }

    @Test func `every value of a type has its place, NULL before all`() throws {
        let kinds: [(SQLType, [Value])] = [
            (.bigint, [.null, .integer(.min), .integer(0), .integer(.max)]),
            (.double, [.null, .double(-.infinity), .double(-1), .double(0), .double(1e300), .double(.nan)]),
            (.varchar, [.null, .text("name 1"), .text("name 2"), .text("name 20"), .text("name 3")]),
            (
                .decimal(precision: 38, scale: 2),
                [.null, .decimal(-(1 << 100), scale: 2), .decimal(0, scale: 2), .decimal(1 << 100, scale: 2)]
            ),
            (.date, [.null, .date(-5), .date(0), .date(5)]), (.boolean, [.null, .boolean(false), .boolean(true)]),
        ]
        for (type, values) in kinds {
            for kind in [SpaceFillingCurve.Kind.zorder, .hilbert] {
                let places = try Self.places(kind, [type], [values])
                #expect(places == places.sorted() && Set(places).count == values.count, "\(type): \(places)")
            }
        }
    }

    @Test func `a column of few values uses the whole range`() throws {
        let flags: [Value] = [.boolean(false), .boolean(true)], numbers: [Value] = [.integer(1), .integer(2)]
        let places = try Self.places(.zorder, [.boolean, .bigint], [flags, numbers])
        #expect(places[1] - places[0] > 1 << 20)
    }
}
