/// Transforms of columns give what transforms of single values give, whatever the layout.

import LodeCore
import LodeVectors
import Testing

@testable import LodeTables

@Suite struct IcebergTransformColumnTests {
    private static let cases: [(SQLType, [Value])] = [
        (.integer, [.integer(0), .integer(-1), .integer(17), .null, .integer(Int64(Int32.max)), .integer(-17)]),
        (.bigint, [.integer(.max), .integer(-5), .null, .integer(34), .integer(-9_000_000_000)]),
        (.decimal(precision: 9, scale: 2), [.decimal(-128, scale: 2), .decimal(0, scale: 2), .null, .decimal(1420, scale: 2)]),
        (.decimal(precision: 38, scale: 0), [.decimal(Int128(1) << 100, scale: 0), .decimal(-1, scale: 0), .null]),
        (.date, [.date(0), .date(-1), .date(19_000), .null, .date(-720_000)]),
        (.timestamp, [.timestamp(0), .timestamp(-1), .timestamp(1_700_000_000_000_000), .null, .timestamp(-86_400_000_001)]),
        (.timestamptz, [.timestamp(-3_600_000_001), .timestamp(59), .null]),
        (.timestampNanos, [.timestampNanos(-1), .timestampNanos(1_700_000_000_000_000_123), .null]),
        (.time, [.time(0), .time(81_068_000_000), .null]),
        (.varchar, [.text(""), .text("iceberg"), .text("grün🙂 und lang genug"), .null, .text("ab")]),
        (.varbinary, [.bytes([]), .bytes([0xff, 0, 1]), .null, .bytes(Array(repeating: 0xc3, count: 30))]),
        (.uuid, [.uuid(0xf79c_3e09_677c_4bbd_a479_3f34_9cb7_85e7), .null, .uuid(0)]),
    ]
    private static let transforms: [IcebergTransform] = [
        .identity, .bucket(16), .bucket(1_000_000), .truncate(1), .truncate(4), .truncate(10), .year, .month, .day, .hour,
    ]

    @Test func `columns are transformed as their values are`() throws {
        for (type, values) in Self.cases {
            let flat = try Column.make(type, values)
            for transform in Self.transforms {
                guard let result = transform.resultType(of: type) else { continue }
                let wanted = values.map { transform.apply($0, type) }
                let made = try transform.apply(flat)
                #expect(made.type == result, "\(transform) of \(type)")
                #expect(values.indices.map { made.value(at: $0) } == wanted, "\(transform) of \(type)")
                for (row, value) in values.enumerated() {
                    let constant = try transform.apply(try Column.constant(value, type, count: 3))
                    #expect(constant.layout == .constant && constant.value(at: 2) == wanted[row], "\(transform) of \(value)")
                }
            }
        }
    }

    @Test func `a small dictionary is transformed once, a large one is left`() throws {
        let words = try Column.make(.varchar, [.text("alpha"), .text("beta")])
        let codes = try Buffer.zeroed(byteCount: 16)
        codes.lanes(as: Int32.self)[1] = 1
        let column = Column(codes: codes, count: 3, dictionary: words)
        let short = try IcebergTransform.truncate(2).apply(column)
        #expect(short.layout == .dictionary && (0..<3).map { short.value(at: $0) } == [.text("al"), .text("be"), .text("al")])
        let single = Column(codes: codes, count: 1, dictionary: words)
        let flat = try IcebergTransform.truncate(2).apply(single)
        #expect(flat.layout == .flat && flat.value(at: 0) == .text("al"))
    }

    @Test func `what lies in no partition is an error`() throws {
        let endless = try Column.make(.timestamp, [.timestamp(.max)])
        #expect(throws: SQLError.self) { try IcebergTransform.day.apply(endless) }
        let least = try Column.make(.bigint, [.integer(.min)])
        let error = #expect(throws: SQLError.self) { try IcebergTransform.truncate(10).apply(least) }
        #expect(error?.state == .numericValueOutOfRange)
    }

    @Test func `what lies below NULL is not truncated`() throws {
        let known = try Column.make(.bigint, [.null, .integer(17)]), lanes = try Buffer.zeroed(byteCount: 16)
        lanes.lanes(as: Int64.self)[0] = .min
        lanes.lanes(as: Int64.self)[1] = 17
        let column = Column(flat: .bigint, count: 2, lanes: lanes, validity: known.validityBuffer)
        let made = try IcebergTransform.truncate(10).apply(column)
        #expect((0..<2).map { made.value(at: $0) } == [.null, .integer(10)])
    }

    @Test func `folders are called as Iceberg calls them`() {
        func folder(_ transform: IcebergTransform, _ value: Value) -> String {
            let term = PartitionTerm("c", transform)
            return IcebergPath.folder([(term.name, term.transform, value)])
        }
        #expect(folder(.day, .date(19_753)) == "c_day=2024-01-31")
        #expect(folder(.month, .integer(648)) == "c_month=2024-01")
        #expect(folder(.month, .integer(-1)) == "c_month=1969-12")
        #expect(folder(.year, .integer(-1)) == "c_year=1969")
        #expect(folder(.hour, .integer(19_753 * 24 + 5)) == "c_hour=2024-01-31-05")
        #expect(folder(.hour, .integer(-1)) == "c_hour=1969-12-31-23")
        #expect(folder(.bucket(16), .integer(3)) == "c_bucket=3")
        #expect(folder(.truncate(4), .null) == "c_trunc=null")
        #expect(folder(.identity, .text("a/b c=ä*")) == "c=a%2Fb+c%3D%C3%A4%2A")
        #expect(folder(.identity, .text("..")) == "c=%2E.")
        #expect(folder(.identity, .text(SQLText(String(repeating: "x", count: 5_000)))).utf8.count < 200)
    }

    @Test func `terms are kept as texts`() {
        let terms = [
            PartitionTerm("a"), PartitionTerm("ts", .day, name: "d"), PartitionTerm("id", .bucket(16)), PartitionTerm("s", .truncate(4)),
        ]
        #expect(PartitionTerm.terms(PartitionTerm.texts(terms)) == terms)
        #expect(PartitionTerm.terms(["a", "b"]) == nil)
        #expect(terms.map { $0.sql { "\"\($0)\"" } } == ["\"a\"", "day(\"ts\")", "bucket(16, \"id\")", "truncate(4, \"s\")"])
        #expect(terms.map(\.name) == ["a", "d", "id_bucket", "s_trunc"])
    }
}
