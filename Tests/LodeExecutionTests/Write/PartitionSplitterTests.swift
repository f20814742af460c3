/// Rows find their partitions, whatever the layout of the columns.

import LodeCore
import LodeTables
import LodeVectors
import Testing

@testable import LodeExecution

@Suite struct PartitionSplitterTests {
    private struct Quarters: ColumnTransform {
        func apply(_ column: Column) throws(SQLError) -> Column {
            var numbers: [Value] = []
            for row in 0..<column.count {
                if case .integer(let number) = column.value(at: row) { numbers.append(.integer(number / 4)) }
            }
            return try Column.make(.integer, numbers)
        }
    }

    /// The values of the partition of each row, in the order of the rows.
    private func partitions(_ splitter: PartitionSplitter, _ chunk: Chunk) throws -> [[Value]] {
        let (order, runs) = try splitter.split(chunk)
        var result = [[Value]](repeating: [], count: chunk.count)
        for run in runs {
            for place in run.start..<run.start + run.count {
                result[order.isEmpty ? place : Int(order[place])] = splitter.values(run.partition)
            }
        }
        return result
    }

    @Test func `several keys, with NULLs, over several chunks`() throws {
        let numbers: [Value] = [.integer(1), .null, .integer(2), .integer(1), .integer(1), .null]
        let texts: [Value] = [.text("a long text that is not inline"), .null, .text(""), .text("b"), .text("b"), .text("b")]
        let chunk = Chunk(columns: [try Column.make(.integer, numbers), try Column.make(.varchar, texts)], count: numbers.count)
        let splitter = PartitionSplitter([1, 0])
        let wanted = zip(texts, numbers).map { [$0, $1] }
        #expect(try partitions(splitter, chunk) == wanted)
        // The same values again are the same partitions.
        let first = try splitter.split(chunk).runs.map(\.partition).sorted()
        #expect(first == [0, 1, 2, 3, 4])
    }

    @Test func `keys are what transforms make of columns`() throws {
        let chunk = Chunk(columns: [try Column.make(.integer, (0..<8).map { .integer($0) })], count: 8)
        let splitter = PartitionSplitter([0], [Quarters()])
        #expect(try partitions(splitter, chunk) == (0..<8).map { [.integer($0 / 4)] })
    }

    @Test func `dictionaries and constants`() throws {
        let words = try Column.make(.varchar, [.text("x"), .text("y")])
        let codes = try Buffer.zeroed(byteCount: 16)
        codes.lanes(as: Int32.self)[2] = 1
        let chunk = Chunk(
            columns: [Column(codes: codes, count: 3, dictionary: words), try Column.constant(.null, .date, count: 3)], count: 3)
        let splitter = PartitionSplitter([0, 1])
        #expect(try partitions(splitter, chunk) == [[.text("x"), .null], [.text("x"), .null], [.text("y"), .null]])
        let constant = PartitionSplitter([1])
        #expect(try partitions(constant, chunk) == [[.null], [.null], [.null]])
    }
}
