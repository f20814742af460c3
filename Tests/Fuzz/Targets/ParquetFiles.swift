// Whole Parquet files, read from end to end with all columns and with filters.

import LodeCore
import LodeVectors

@testable import LodeFormats

extension FuzzTargets {
    static let parquet = FuzzTarget(name: "parquet") { input in
        let object = FuzzObject([UInt8](input), path: "fuzz.parquet")
        let file: ParquetFile
        do { file = try ParquetFile.open(object) } catch let error as SQLError { return try clean(error, inFile: true) }
        for column in file.schema.fields.indices { _ = file.statistics(column) }
        let plain = try readParquet(file, filters: [])
        for kind in 0..<2 where !file.schema.fields.isEmpty {
            let column = (input.count / 2 + kind) % file.schema.count
            let bound = file.statistics(column).flatMap { kind == 0 ? $0.maximum : $0.minimum }
            let filter = HashFilter(column, file.schema.fields[column].name, kind == 0 ? bound : nil, isPure: input.count & 1 == kind)
            let kept = try readParquet(file, filters: [filter])
            // Damaged bounds may rule out rows, and damaged page indexes move them; without either, nothing is lost.
            let isIndexed = file.footer.metaData.rowGroups.contains { $0.columns.contains { $0.offsetIndexOffset != nil } }
            guard let plain, let kept, !isIndexed, filter.bounds == .anything else { continue }
            let expected = plain.filter { $0[column] & 3 != 0 && $0[column] != HashFilter.null }
            try require(kept == expected, "\(expected.count) rows pass the filter on column \(column), \(kept.count) are given")
        }
    } mutate: { input, random in ParquetMutation.mutate(input, &random) }

    /// A number a value, for all rows of the file; nil if it is damaged or has too many rows to look at all.
    private static func readParquet(_ file: ParquetFile, filters: [any ScanFilter]) throws -> [[Int]]? {
        let request = ScanRequest(projection: Array(file.schema.fields.indices), filters: filters, cancellation: Cancellation())
        var rows: [[Int]] = []
        var isWhole = true
        do {
            for morsel in try file.morsels().prefix(20) {
                let reader = try file.reader(morsel, request)
                var chunks = 0
                while let chunk = try reader.next() {
                    try ColumnRules.check(chunk, file.schema.fields)
                    for row in 0..<min(chunk.count, 400) { rows.append(chunk.columns.map { HashFilter.number($0, row) }) }
                    isWhole = isWhole && chunk.count <= 400
                    chunks += 1
                    if chunks == 20 {
                        isWhole = false
                        break
                    }
                }
            }
        } catch let error as SQLError {
            try clean(error, inFile: true)
            return nil
        }
        return try isWhole && file.morsels().count <= 20 ? rows : nil
    }
}

/// Keeps three of four values, whatever their type; NULL never.
final class HashFilter: ScanFilter {
    let columns: [Int]
    let isPureOverOneColumn: Bool
    let bounds: ColumnPredicate

    init(_ column: Int, _ name: String, _ bound: Value?, isPure: Bool) {
        columns = [column]
        isPureOverOneColumn = isPure
        bounds = bound.map { .compare(column: name, .less, $0) } ?? .anything
    }

    static let null = -1

    static func number(_ column: Column, _ row: Int) -> Int {
        if column.isNull(row) { return null }
        return "\(column.value(at: row))".utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xff_ffff }
    }

    func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError) {
        var kept = 0
        for row in 0..<count {
            let number = Self.number(columns[0], row)
            guard number != Self.null, number & 3 != 0 else { continue }
            survivors[kept] = UInt32(row)
            kept += 1
        }
        survivors.count = kept
    }
}
