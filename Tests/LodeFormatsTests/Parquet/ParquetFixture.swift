// Parquet files for tests, and what their rows must be.

import Glibc
import LodeCore
import LodeObjectStore
import LodeVectors

@testable import LodeFormats

/// Files made by Fixtures/parquet/make.py.
enum ParquetFixture {
    static let flat = ["flat_plain_v1", "flat_dictionary_v1", "flat_dictionary_v2", "flat_delta_v2", "flat_duckdb"]
    static let nested = ["nested_v1", "nested_v2"]
    static let flatRows = 2500
    static let nestedRows = 300

    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        return try LocalStore().read("\(folder)/Fixtures/parquet/\(name).parquet")
    }

    static func open(_ bytes: [UInt8]) throws(SQLError) -> ParquetFile {
        let store = MemoryStore()
        try store.put("test.parquet", bytes)
        return try ParquetFile.open(try store.open("test.parquet"))
    }

    static func open(_ name: String) throws -> ParquetFile { try open(bytes(name)) }

    /// Row `i` of the flat files.
    static func flatRow(_ i: Int) -> [Value] {
        let k = i / 9
        func decimal(_ unscaled: Int, _ scale: Int) -> Value { .decimal(Int128(unscaled), scale: scale) }
        let values: [Value] = [
            .boolean(i % 3 == 0), .integer(Int64(Int8(truncatingIfNeeded: k % 256 - 128))), .integer(Int64(k - 1500)),
            .integer(Int64(i / 10 * 1000 - 7)), .integer(Int64(k) * 10_000_000_000), .integer(Int64(k % 256)),
            .integer(Int64(4_294_967_295 - k)), .decimal((Int128(1) << 64) - 1 - Int128(k), scale: 0), .double(Double(k) * 0.5),
            .double(Double(k) * 0.25 - 1), decimal(k * 3 - 400, 2),
            .decimal(Int128(k - 50) * 100_000_000_000_000_000_000, scale: 10), .date(Int32(k - 40)), .time(Int64(k) * 1_000_003),
            .timestamp(Int64(k - 9) * 1_000_001), .timestamp(Int64(k) * 1_000_000), .text("value-\(i % 17)"),
            .text("a text beyond the lane, number \(i / 20) é"), .bytes([UInt8(k & 255), 7]),
        ]
        return [.integer(Int64(i))] + (i % 7 == 3 ? values.map { _ in .null } : values)
    }

    /// Row `i` of the nested files.
    static func nestedRow(_ i: Int) -> [Value] {
        let isNull = i % 7 == 3
        func int(_ value: Int) -> Value { .integer(Int64(value)) }
        let list = Value.list((0..<i % 4).map { (i + $0) % 5 == 0 ? .null : int(i * 10 + $0) })
        let map = Value.map((0..<i % 3).map { Value.MapEntry(key: .text("k\($0)"), value: int(i + $0)) })
        return [
            int(i), isNull ? .null : list, isNull ? .null : .structure([int(i), i % 2 == 1 ? .null : .text("b\(i)")]),
            isNull ? .null : map, i % 4 == 0 ? .null : .list((0..<i % 3).map { .list([int(i), int($0)]) }),
            .list((0..<i % 3).map { j in .structure([int(j), .list((0..<j).map { .text("\(i)-\($0)") })]) }),
        ]
    }

    /// All rows that satisfy the filters, in order.
    static func rows(_ file: ParquetFile, _ projection: [Int]? = nil, filters: [any ScanFilter] = []) throws(SQLError) -> [[Value]] {
        try scan(file, projection, filters: filters).rows
    }

    static func scan(
        _ file: ParquetFile, _ projection: [Int]? = nil, filters: [any ScanFilter] = []
    ) throws(SQLError) -> (rows: [[Value]], counters: ScanCounters, chunks: [Int]) {
        let request = ScanRequest(
            projection: projection ?? Array(file.schema.fields.indices), filters: filters, cancellation: Cancellation())
        var rows: [[Value]] = []
        var counters = ScanCounters()
        var chunks: [Int] = []
        for morsel in try file.morsels() {
            let reader = try file.reader(morsel, request)
            while let chunk = try reader.next() {
                chunks.append(chunk.count)
                for row in 0..<chunk.count { rows.append(chunk.columns.map { $0.value(at: row) }) }
            }
            counters.add(reader.counters)
        }
        return (rows, counters, chunks)
    }
}

/// A filter by a Swift predicate over one column; NULL never passes.
final class PredicateFilter: ScanFilter {
    let columns: [Int]
    let isPureOverOneColumn: Bool
    let bounds: ColumnPredicate
    private let keep: @Sendable (Value) -> Bool

    init(_ column: Int, pure: Bool, bounds: ColumnPredicate = .anything, _ keep: @escaping @Sendable (Value) -> Bool) {
        columns = [column]
        isPureOverOneColumn = pure
        self.bounds = bounds
        self.keep = keep
    }

    func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError) {
        var kept = 0
        for row in 0..<count {
            let value = columns[0].value(at: row)
            guard !value.isNull, keep(value) else { continue }
            survivors[kept] = UInt32(row)
            kept += 1
        }
        survivors.count = kept
    }
}

extension Value {
    /// A number that is the same in every run, unlike `hashValue`.
    var hashedText: Int { "\(self)".utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xffff } }
}

/// A reproducible source of numbers.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// How many inputs fuzzing tests try: `LODE_FUZZ`, or few.
let fuzzCount = getenv("LODE_FUZZ").flatMap { Int(String(cString: $0)) } ?? 150
