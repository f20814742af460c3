/// Partitions are ruled out by conditions on the columns that they are computed from, and never wrongly.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct IcebergPartitionTestTests {
    private let transforms = [
        "identity", "bucket[4]", "truncate[3]", "year", "month", "day", "hour", "void", "unheard-of",
    ].map { IcebergTransform($0) }
    private let types: [SQLType] = [
        .integer, .bigint, .decimal(precision: 9, scale: 2), .varchar, .varbinary, .date, .timestamp, .timestampNanos, .double, .uuid,
    ]

    @Test func `no partition with a matching row is ruled out`() {
        var random = SplitMix(seed: 5)
        var refused = 0
        for _ in 0..<60_000 {
            let type = types.randomElement(using: &random) ?? .integer, row = value(type, &random), other = value(type, &random)
            let sources = (0..<Int.random(in: 1...2, using: &random)).map { _ in
                IcebergPartitionTest.Source(transforms.randomElement(using: &random) ?? .identity, column: "x", type: type)
            }
            let (predicate, isTrue) = condition(row, other, &random)
            let test = IcebergPartitionTest(predicate, sources)
            let own = sources.map { $0.transform.apply(row, type) }, others = sources.map { $0.transform.apply(other, type) }
            let exact: [IcebergPartitionTest.Range?] = own.map { $0.map { IcebergPartitionTest.Range($0) } }
            let wide = zip(own, others).map { mine, other -> IcebergPartitionTest.Range? in
                guard let mine, let other else { return nil }
                return range(mine, other)
            }
            if isTrue {
                #expect(test.mayMatch(exact), "\(predicate) over \(sources) of \(row)")
                #expect(test.mayMatch(wide), "\(predicate) over \(sources) of \(row) and \(other)")
            }
            if !test.mayMatch(exact) { refused += 1 }
        }
        #expect(refused > 10_000)
    }

    @Test func `a year rules out what lies beyond it, a bucket what is not in it`() {
        let year = IcebergPartitionTest.Source(.year, column: "t", type: .timestamp)
        let noon = Value.timestamp(1_684_326_896_789_000)
        func may(_ predicate: ColumnPredicate, _ value: Value, _ source: IcebergPartitionTest.Source) -> Bool {
            IcebergPartitionTest(predicate, [source]).mayMatch([value])
        }
        #expect(may(.compare(column: "t", .greaterOrEqual, noon), .integer(53), year))
        #expect(!may(.compare(column: "t", .greaterOrEqual, noon), .integer(52), year))
        #expect(!may(.compare(column: "t", .less, noon), .integer(54), year))
        #expect(!may(.isNull(column: "t"), .integer(53), year))
        #expect(!may(.isNotNull(column: "t"), .null, year))
        #expect(may(.compare(column: "other", .equal, noon), .integer(1), year))
        let bucket = IcebergPartitionTest.Source(.bucket(16), column: "t", type: .varchar)
        #expect((0..<16).filter { may(.compare(column: "t", .equal, .text("abc")), .integer($0), bucket) }.count == 1)
        #expect((0..<16).filter { may(.isIn(column: "t", [.text("abc"), .text("a")]), .integer($0), bucket) }.count <= 2)
        #expect((0..<16).allSatisfy { may(.compare(column: "t", .greater, .text("abc")), .integer($0), bucket) })
        let start = IcebergPartitionTest.Source(.truncate(3), column: "t", type: .varchar)
        #expect(!may(.hasPrefix(column: "t", "ind"), .text("ice"), start))
        #expect(may(.hasPrefix(column: "t", "iceb"), .text("ice"), start))
        #expect(!may(.compare(column: "t", .equal, .text("icf")), .text("ice"), start))
        #expect(!may(.compare(column: "t", .equal, .text("icf")), .text("ic"), start))
    }

    @Test func `days may be numbers, and old writers rounded towards 1970`() {
        let day = IcebergPartitionTest.Source(.day, column: "d", type: .date)
        let test = IcebergPartitionTest(.compare(column: "d", .equal, .date(19782)), [day])
        #expect(test.mayMatch([.integer(19782)]))
        #expect(!test.mayMatch([.integer(19781)]))
        let hour = IcebergPartitionTest.Source(.hour, column: "h", type: .timestamp)
        #expect(IcebergPartitionTest(.compare(column: "h", .equal, .timestamp(-1)), [hour]).mayMatch([.integer(0)]))
        #expect(!IcebergPartitionTest(.compare(column: "h", .equal, .timestamp(1)), [hour]).mayMatch([.integer(-1)]))
    }

    @Test func `extreme partition values never trap`() {
        let extremes: [Value] = [.integer(.max), .integer(.min), .date(.max), .date(.min), .text("\u{10ffff}\u{10ffff}\u{10ffff}"),
            .bytes([0xff, 0xff, 0xff]), .timestamp(.max), .double(.nan), .null, .decimal(.max, scale: 2)]
        for transform in transforms {
            for type in types {
                for value in extremes {
                    let test = IcebergPartitionTest(
                        .compare(column: "x", .equal, .integer(1)), [.init(transform, column: "x", type: type)])
                    _ = test.mayMatch([value])
                    _ = transform.apply(value, type)
                }
            }
        }
    }

    private func range(_ left: Value, _ right: Value) -> IcebergPartitionTest.Range? {
        if left.isNull || right.isNull {
            let other = left.isNull ? right : left
            return .init(lower: other.isNull ? nil : other, upper: other.isNull ? nil : other, hasNull: true, isAllNull: other.isNull)
        }
        guard let order = Value.compare(left, right) else { return nil }
        return .init(lower: order < 0 ? left : right, upper: order < 0 ? right : left, hasNull: false)
    }

    /// A condition, and whether it is true of `row`.
    private func condition(_ row: Value, _ other: Value, _ random: inout SplitMix) -> (ColumnPredicate, Bool) {
        let order = row.isNull || other.isNull ? nil : Value.compare(row, other)
        switch Int.random(in: 0...8, using: &random) {
        case 0: return (.isNull(column: "x"), row.isNull)
        case 1: return (.isNotNull(column: "x"), !row.isNull)
        case 2: return (.compare(column: "x", .less, other), order.map { $0 < 0 } ?? false)
        case 3: return (.compare(column: "x", .greaterOrEqual, other), order.map { $0 >= 0 } ?? false)
        case 4: return (.compare(column: "x", .notEqual, other), order.map { $0 != 0 } ?? false)
        case 5: return (.isIn(column: "x", AscendingValues([other, row])), !row.isNull)
        case 6: return (.isIn(column: "x", AscendingValues([other])), order == 0)
        case 7:
            guard case .text(let text) = row, case .text(let prefix) = other else { return (.anything, true) }
            return (.hasPrefix(column: "x", prefix), text.hasPrefix(prefix))
        default: return (.compare(column: "x", .equal, other), order == 0)
        }
    }

    private func value(_ type: SQLType, _ random: inout SplitMix) -> Value {
        if Int.random(in: 0..<12, using: &random) == 0 { return .null }
        let small = Int64.random(in: -40...40, using: &random)
        switch type {
        case .integer, .bigint: return .integer(small)
        case .decimal: return .decimal(Int128(small), scale: 2)
        case .varchar: return .text(SQLText(String((0..<abs(small) % 5).map { _ in "abü\u{d7ff}🙂".randomElement(using: &random) ?? "a" })))
        case .varbinary: return .bytes((0..<abs(small) % 5).map { _ in [0, 1, 0xff].randomElement(using: &random) ?? 0 })
        case .date: return .date(Int32(small * 17))
        case .timestamp: return .timestamp(small * 1_234_567_890)
        case .timestampNanos: return .timestampNanos(small * 1_234_567_890_123)
        case .double: return .double(Double(small) / 4)
        default: return .uuid(UInt128(small & 7))
        }
    }
}
