/// Which partition each row of a chunk belongs to.

import LodeCore
import LodeTables
import LodeVectors

/// Numbers partitions as they appear. One worker owns it.
final class PartitionSplitter {
    private let columns: [Int]
    private let transforms: [any ColumnTransform]
    /// Of each key.
    private let values: [ValueNumbers]
    /// The partition of a number of the first key, or of a partition of the keys before and a number of the next.
    private var pairs: [[UInt64: Int]]
    private var numbers: [[Value]: Int] = [:]
    private var known: [[Value]] = []
    /// Rows of each partition in the chunk at hand; all 0 between calls.
    private var counts: [Int] = []

    /// - Parameter transforms: aligned with the columns, or none.
    init(_ columns: [Int], _ transforms: [any ColumnTransform] = []) {
        self.columns = columns
        self.transforms = transforms
        values = columns.map { _ in ValueNumbers() }
        pairs = columns.map { _ in [:] }
    }

    func values(_ partition: Int) -> [Value] { known[partition] }

    /// The chunk's rows by partition: their order, and the runs of it. Without an order, all rows are of one partition.
    func split(_ chunk: Chunk) throws(SQLError) -> (order: [UInt32], runs: [PartitionedRows.Run]) {
        var keys: [Column] = []
        for (place, index) in columns.enumerated() {
            keys.append(place < transforms.count ? try transforms[place].apply(chunk.columns[index]) : chunk.columns[index])
        }
        if keys.allSatisfy({ $0.layout == .constant }) {
            return ([], [.init(partition: number(keys.map { $0.value(at: 0) }), start: 0, count: chunk.count)])
        }
        return group(try rowNumbers(keys, chunk.count))
    }

    private func number(_ values: [Value]) -> Int {
        if let number = numbers[values] { return number }
        let number = known.count
        numbers[values] = number
        known.append(values)
        return number
    }

    /// Key by key: each number of values so far with one of the next key is a number of values.
    private func rowNumbers(_ keys: [Column], _ count: Int) throws(SQLError) -> [Int] {
        var codes: [[Int32]] = []
        for (place, key) in keys.enumerated() { codes.append(try values[place].numbers(key)) }
        var result = [Int](repeating: 0, count: count), last = -1
        for row in 0..<count {
            // Neighbours mostly belong together.
            if last >= 0, codes.allSatisfy({ $0[row] == $0[last] }) {
                result[row] = result[last]
                last = row
                continue
            }
            result[row] = partition(row, codes)
            last = row
        }
        return result
    }

    private func partition(_ row: Int, _ codes: [[Int32]]) -> Int {
        var prefix = 0
        for place in codes.indices {
            let pair = UInt64(truncatingIfNeeded: prefix) << 32 | UInt64(UInt32(bitPattern: codes[place][row]))
            if let found = pairs[place][pair] {
                prefix = found
            } else if place == codes.count - 1 {
                prefix = number(codes.indices.map { values[$0].value(codes[$0][row]) })
                pairs[place][pair] = prefix
            } else {
                let next = pairs[place].count
                pairs[place][pair] = next
                prefix = next
            }
        }
        return prefix
    }

    /// A counting sort, which keeps the order of the rows within each partition.
    private func group(_ numbers: [Int]) -> (order: [UInt32], runs: [PartitionedRows.Run]) {
        if counts.count < known.count { counts += Array(repeating: 0, count: known.count - counts.count) }
        var touched: [Int] = []
        for number in numbers {
            if counts[number] == 0 { touched.append(number) }
            counts[number] += 1
        }
        if touched.count == 1 {
            counts[touched[0]] = 0
            return ([], [.init(partition: touched[0], start: 0, count: numbers.count)])
        }
        var runs: [PartitionedRows.Run] = []
        var start = 0
        for number in touched.sorted() {
            runs.append(.init(partition: number, start: start, count: counts[number]))
            counts[number] = start
            start += runs[runs.count - 1].count
        }
        var order = [UInt32](repeating: 0, count: numbers.count)
        for (row, number) in numbers.enumerated() {
            order[counts[number]] = UInt32(truncatingIfNeeded: row)
            counts[number] += 1
        }
        for number in touched { counts[number] = 0 }
        return (order, runs)
    }
}
