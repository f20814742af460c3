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

    init(_ columns: [Int]) { self.columns = columns }

    func values(_ partition: Int) -> [Value] { known[partition] }

    /// The chunk's rows by partition.
    func split(_ chunk: Chunk) throws(SQLError) -> [(partition: Int, rows: Selection)] {
        let keys = columns.map { chunk.columns[$0] }
        if keys.allSatisfy({ $0.layout == .constant }) {
            return [(number(keys.map { $0.value(at: 0) }), try Selection.range(0, chunk.count))]
        }
        let numbers = try keys.count == 1 && keys[0].hasIntegerLanes ? laneNumbers(keys[0]) : rowNumbers(keys, chunk.count)
        return try Self.group(numbers)
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

    private static func group(_ numbers: [Int]) throws(SQLError) -> [(partition: Int, rows: Selection)] {
        var counts: [Int: Int] = [:]
        for number in numbers { counts[number, default: 0] += 1 }
        var selections: [Int: Selection] = [:]
        for (number, count) in counts { selections[number] = try Selection(capacity: count) }
        for (row, number) in numbers.enumerated() {
            guard let selection = selections[number] else { continue }
            selection.rows[selection.count] = UInt32(truncatingIfNeeded: row)
            selection.count += 1
        }
        return selections.sorted { $0.key < $1.key }.map { (partition: $0.key, rows: $0.value) }
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
        case .bool: Int64(pointer(as: UInt8.self)[row])
        case .int8: Int64(pointer(as: Int8.self)[row])
        case .int16: Int64(pointer(as: Int16.self)[row])
        case .int32: Int64(pointer(as: Int32.self)[row])
        default: pointer(as: Int64.self)[row]
        }
    }
}
