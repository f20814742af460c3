/// Which partition each row of a chunk belongs to.

import LodeCore
import LodeVectors

/// Numbers partitions as they appear. One worker owns it.
final class PartitionSplitter {
    private let columns: [Int]
    private var numbers: [[Value]: Int] = [:]
    private var known: [[Value]] = []
    /// For a single column of integer lanes: the number by lane value.
    private var byLane: [Int64: Int] = [:]
    private var ofNull: Int?
    /// Rows of each partition in the chunk at hand; all 0 between calls.
    private var counts: [Int] = []

    init(_ columns: [Int]) { self.columns = columns }

    func values(_ partition: Int) -> [Value] { known[partition] }

    /// The chunk's rows by partition: their order, and the runs of it. Without an order, all rows are of one partition.
    func split(_ chunk: Chunk) throws(SQLError) -> (order: [UInt32], runs: [PartitionedRows.Run]) {
        let keys = columns.map { chunk.columns[$0] }
        if keys.allSatisfy({ $0.layout == .constant }) {
            return ([], [.init(partition: number(keys.map { $0.value(at: 0) }), start: 0, count: chunk.count)])
        }
        return group(try keys.count == 1 && keys[0].hasIntegerLanes ? laneNumbers(keys[0]) : rowNumbers(keys, chunk.count))
    }

    private func number(_ values: [Value]) -> Int {
        if let number = numbers[values] { return number }
        let number = known.count
        numbers[values] = number
        known.append(values)
        return number
    }

    private func laneNumbers(_ column: Column) throws(SQLError) -> [Int] {
        let flat = try column.flattened()
        var result = [Int](repeating: 0, count: flat.count)
        var last: (lane: Int64, number: Int)?
        for row in 0..<flat.count {
            if flat.mayHaveNulls, flat.isNull(row) {
                let number = ofNull ?? self.number([.null])
                ofNull = number
                result[row] = number
                continue
            }
            let lane = flat.integerLane(row)
            // Neighbours mostly belong together.
            if let last, last.lane == lane {
                result[row] = last.number
                continue
            }
            let number: Int
            if let found = byLane[lane] {
                number = found
            } else {
                number = self.number([flat.value(at: row)])
                byLane[lane] = number
            }
            last = (lane, number)
            result[row] = number
        }
        return result
    }

    private func rowNumbers(_ keys: [Column], _ count: Int) -> [Int] {
        (0..<count).map { row in number(keys.map { $0.value(at: row) }) }
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

extension Column {
    fileprivate var hasIntegerLanes: Bool {
        switch physical {
        case .bool, .int8, .int16, .int32, .int64: true
        default: false
        }
    }

    /// The lane of a flat column as an integer.
    fileprivate func integerLane(_ row: Int) -> Int64 {
        switch physical {
        case .bool: Int64(lanes(as: UInt8.self)[row])
        case .int8: Int64(lanes(as: Int8.self)[row])
        case .int16: Int64(lanes(as: Int16.self)[row])
        case .int32: Int64(lanes(as: Int32.self)[row])
        default: lanes(as: Int64.self)[row]
        }
    }
}
