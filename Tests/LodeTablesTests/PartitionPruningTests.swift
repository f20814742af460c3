/// Pruning loses no row, whatever the predicate.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct PartitionPruningTests {
    private let columns = [Field("a", .integer), Field("b", .varchar), Field("c", .double)]

    @Test func `no partition with a matching row is pruned`() {
        var random = SplitMix(seed: 42)
        var pruned = 0
        for _ in 0..<20_000 {
            let values = row(&random)
            let predicate = self.predicate(&random, depth: 3)
            let kept = PartitionPruning.mayMatch(predicate, columns, values)
            if evaluate(predicate, values) == true { #expect(kept, "\(predicate) over \(values)") }
            if !kept { pruned += 1 }
        }
        #expect(pruned > 5_000)
    }

    @Test func `no file with a matching row is pruned by merged statistics`() {
        var random = SplitMix(seed: 7)
        for _ in 0..<3_000 {
            let rows = (0..<Int.random(in: 1...4, using: &random)).map { _ in row(&random) }
            let predicate = self.predicate(&random, depth: 2)
            var totals = TableStatistics(rowCount: 0, byteCount: 0, fileCount: 0)
            for values in rows { totals.add(DataFile(path: "", size: 1, rowCount: 1, partitionValues: values), columns) }
            let kept = predicate.mayMatch { totals.columns[$0] }
            if rows.contains(where: { evaluate(predicate, $0) == true }) { #expect(kept, "\(predicate) over \(rows)") }
        }
    }

    @Test func `unknown columns and missing values keep the partition`() {
        #expect(PartitionPruning.mayMatch(.compare(column: "zz", .equal, .integer(1)), columns, [.integer(2)]))
        #expect(PartitionPruning.mayMatch(.compare(column: "b", .equal, .text("x")), columns, [.integer(2)]))
        #expect(PartitionPruning.mayMatch(nil, columns, []))
        #expect(PartitionPruning.mayMatch(.compare(column: "x", .equal, .text("a")), [Field("x", .char(3))], [.text("a  ")]))
    }

    @Test func `totals widen with every file and forget what a file does not say`() {
        var totals = TableStatistics(of: [], partitionColumns: [])
        let known = ["x": ColumnStatistics(minimum: .integer(1), maximum: .integer(5), nullCount: 0)]
        totals.add(DataFile(path: "1", size: 10, rowCount: 3, statistics: known), [])
        totals.add(
            DataFile(
                path: "2", size: 10, rowCount: 2,
                statistics: ["x": ColumnStatistics(minimum: .integer(0), maximum: .integer(2), nullCount: 1)]), [])
        #expect(totals.columns["x"]?.minimum == .integer(0))
        #expect(totals.columns["x"]?.maximum == .integer(5))
        #expect(totals.columns["x"]?.nullCount == 1)
        #expect(totals.rowCount == 5)
        totals.add(DataFile(path: "3", size: 10), [])
        #expect(totals.columns["x"] == nil)
        #expect(totals.rowCount == nil)
        #expect(totals.fileCount == 3)
    }

    private static let texts = ["", "a", "ab", "abc", "b", "é"]
    private static let doubles = [-1.5, 0, -0.0, 2.25, .nan, .infinity]

    private func row(_ random: inout SplitMix) -> [Value] {
        columns.indices.map { Int.random(in: 0..<5, using: &random) == 0 ? .null : value($0, &random) }
    }

    private func value(_ column: Int, _ random: inout SplitMix) -> Value {
        switch column {
        case 0: .integer(Int64.random(in: -2...2, using: &random))
        case 1: .text(Self.texts.randomElement(using: &random) ?? "")
        default: .double(Self.doubles.randomElement(using: &random) ?? 0)
        }
    }

    private func predicate(_ random: inout SplitMix, depth: Int) -> ColumnPredicate {
        if depth > 0, Int.random(in: 0..<2, using: &random) == 0 {
            let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in predicate(&random, depth: depth - 1) }
            return Bool.random(using: &random) ? .all(parts) : .any(parts)
        }
        let column = Int.random(in: 0..<3, using: &random)
        let name = columns[column].name
        let comparisons: [ComparisonOperator] = [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual]
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .isNull(column: name)
        case 1: return .isNotNull(column: name)
        case 2: return .isIn(column: name, [value(column, &random), value(column, &random), .null])
        case 3 where column == 1: return .hasPrefix(column: name, SQLText(Self.texts.randomElement(using: &random) ?? ""))
        default:
            return .compare(column: name, comparisons.randomElement(using: &random) ?? .equal, value(column, &random))
        }
    }

    /// SQL's answer for one row; nil is NULL.
    private func evaluate(_ predicate: ColumnPredicate, _ values: [Value]) -> Bool? {
        func value(_ name: String) -> Value { values[columns.firstIndex { $0.name == name } ?? 0] }
        switch predicate {
        case .anything: return true
        case .nothing: return false
        case .isNull(let column): return value(column).isNull
        case .isNotNull(let column): return !value(column).isNull
        case .hasPrefix(let column, let prefix):
            guard case .text(let text) = value(column) else { return nil }
            return text.utf8.starts(with: prefix.utf8)
        case .isIn(let column, let list): return list.values.contains { Value.compare(value(column), $0) == 0 }
        case .compare(let column, let comparison, let other):
            guard let order = Value.compare(value(column), other) else { return nil }
            return comparison.holds(order)
        case .all(let parts): return parts.allSatisfy { evaluate($0, values) == true }
        case .any(let parts): return parts.contains { evaluate($0, values) == true }
        }
    }
}

/// A small generator with a seed, so that a failure comes again.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
