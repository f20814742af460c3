// Thrift structs: footers, page headers, page indexes, Bloom filter headers.

import LodeCore
import LodeVectors

@testable import LodeFormats

extension FuzzTargets {
    /// The footer: parsed, resolved to columns, its statistics turned into values.
    static let footer = FuzzTarget(name: "footer") { input in
        let metaData = try reread(input, FileMetaData.self)
        let footer: ParquetFooter
        do { footer = try ParquetFooter(metaData, byteCount: input.count) } catch let error as SQLError { return try clean(error) }
        try require(footer.schema.count == footer.columns.count, "a field for every column")
        try require(footer.rowCount >= 0, "rows are not negative")
        for group in metaData.rowGroups {
            for leaf in footer.leaves {
                let known = footer.statistics(leaf, group)
                _ = known.merged(with: known)
                for bound in [known.minimum, known.maximum] {
                    guard let bound else { continue }
                    let predicate = ColumnPredicate.compare(column: "c", .less, bound)
                    _ = predicate.mayMatch { _ in known }
                    _ = "\(bound)"
                }
            }
        }
    }

    /// A page header.
    static let pageHeader = FuzzTarget(name: "page-header") { input in _ = try reread(input, PageHeader.self) }

    /// The page index and the header of a Bloom filter.
    static let pageIndex = FuzzTarget(name: "page-index") { input in
        var input = FuzzInput(input)
        let kind = input.byte(), rows = input.short()
        let bytes = [UInt8](input.rest)
        let object = FuzzObject(bytes)
        var chunk = ColumnChunk()
        switch kind % 3 {
        case 0:
            chunk.offsetIndexOffset = 0
            chunk.offsetIndexBytes = bytes.count
            guard let pages = PageIndexReading.offsets(chunk, in: object, chunk: 4..<100_000, rows: rows) else { return }
            try require(!pages.isEmpty, "an index has pages")
            for (page, next) in zip(pages, pages.dropFirst()) {
                try require(page.offset + page.bytes <= next.offset && page.firstRow < next.firstRow, "pages are in order")
            }
            let wanted = [rows / 3..<rows / 2 + 1]
            let parts = PageParts.choose(pages, wanted, rows: rows)
            try require(parts.runs.allSatisfy { $0.bytes.lowerBound >= 4 && $0.bytes.upperBound <= 100_000 }, "runs lie in the chunk")
            try require(parts.runs.reduce(0) { $0 + $1.bytes.count } == parts.byteCount, "runs have the bytes that they say")
        case 1:
            chunk.columnIndexOffset = 0
            chunk.columnIndexBytes = bytes.count
            guard let index = PageIndexReading.bounds(chunk, in: object, pages: rows % 16) else { return }
            for leaf in FuzzLeaf.all {
                for page in 0..<rows % 16 {
                    let stored = ParquetStatistics(
                        minimum: index.minimums[page], maximum: index.maximums[page], nullCount: index.nullCounts?[page])
                    let known = leaf.statistics(stored, rows: 10, hasTypeOrder: true)
                    guard let bound = known.minimum ?? known.maximum else { continue }
                    _ = ColumnPredicate.compare(column: "c", .equal, bound).mayMatch { _ in known }
                }
            }
        default: _ = try reread(input.rest, BloomFilterHeader.self)
        }
    }

    /// Parses a struct; what was understood must survive being written and read again.
    private static func reread<S: ThriftStruct & Equatable>(_ input: UnsafeRawBufferPointer, _: S.Type) throws -> S {
        let first: S
        do {
            var reader = ThriftReader(input, origin: 0)
            first = try S(from: &reader)
            try require(reader.position <= input.count, "no byte behind the end is read")
        } catch let error as SQLError {
            try clean(error)
            throw error
        }
        func again(_ value: S) throws -> S {
            try value.thriftBytes().withUnsafeBytes { bytes in
                var reader = ThriftReader(bytes, origin: 0)
                return try S(from: &reader)
            }
        }
        // The first time, numbers are clamped to the width that the format gives them.
        let second: S, third: S
        do {
            second = try again(first)
            third = try again(second)
        } catch { throw BrokenRule("what is written can't be read again: \(error)") }
        try require(second == third, "what is written reads as it was")
        return first
    }
}
