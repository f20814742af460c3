/// The different values of a column, numbered as they appear.

import LodeCore
import LodeVectors

/// What a partition is told apart by, in one column. One worker owns it.
final class ValueNumbers {
    private var values: [Value] = []
    private var byValue: [Value: Int32] = [:]
    /// Of columns of integer lanes.
    private var byLane: [Int64: Int32] = [:]
    private var ofNull: Int32?
    /// The dictionary whose values `byCode` numbers; -1 where a code has not come yet.
    private var dictionary: Column?
    private var byCode: [Int32] = []

    func value(_ number: Int32) -> Value { values[Int(number)] }

    /// The numbers of a column's rows.
    func numbers(_ column: Column) throws(SQLError) -> [Int32] {
        switch column.layout {
        case .constant: return [Int32](repeating: number(of: column.value(at: 0)), count: column.count)
        case .dictionary:
            if let dictionary = column.dictionary, dictionary.count > 0 { return codes(column, dictionary) }
            return [Int32](repeating: numberOfNull, count: column.count)
        case .flat: return column.hasIntegerLanes ? lanes(column) : texts(column)
        }
    }

    private var numberOfNull: Int32 {
        if let ofNull { return ofNull }
        let number = add(.null)
        ofNull = number
        return number
    }

    private func add(_ value: Value) -> Int32 {
        values.append(value)
        return Int32(truncatingIfNeeded: values.count - 1)
    }

    private func number(of value: Value) -> Int32 {
        if value.isNull { return numberOfNull }
        if let known = byValue[value] { return known }
        let number = add(value)
        byValue[value] = number
        return number
    }

    private func codes(_ column: Column, _ dictionary: Column) -> [Int32] {
        if self.dictionary !== dictionary {
            self.dictionary = dictionary
            byCode = [Int32](repeating: -1, count: dictionary.count)
        }
        let codes = column.lanes(as: Int32.self)
        var result = [Int32](repeating: 0, count: column.count)
        for row in 0..<column.count {
            if column.mayHaveNulls, column.isNull(row) {
                result[row] = numberOfNull
                continue
            }
            let code = Int(codes[row])
            if byCode[code] < 0 { byCode[code] = number(of: dictionary.value(at: code)) }
            result[row] = byCode[code]
        }
        return result
    }

    private func lanes(_ column: Column) -> [Int32] {
        var result = [Int32](repeating: 0, count: column.count)
        var last: (lane: Int64, number: Int32)?
        for row in 0..<column.count {
            if column.mayHaveNulls, column.isNull(row) {
                result[row] = numberOfNull
                continue
            }
            let lane = column.integerLane(row)
            // Neighbours mostly belong together.
            if let last, last.lane == lane {
                result[row] = last.number
                continue
            }
            let known = byLane[lane] ?? number(of: column.value(at: row))
            byLane[lane] = known
            last = (lane, known)
            result[row] = known
        }
        return result
    }

    private func texts(_ column: Column) -> [Int32] {
        guard column.physical == .text else { return (0..<column.count).map { number(of: column.value(at: $0)) } }
        let lanes = column.lanes(as: StringView.self)
        var result = [Int32](repeating: 0, count: column.count)
        var last: (row: Int, number: Int32)?
        for row in 0..<column.count {
            if column.mayHaveNulls, column.isNull(row) {
                result[row] = numberOfNull
                continue
            }
            if let last, lanes[last.row] == lanes[row] {
                result[row] = last.number
                continue
            }
            let known = number(of: column.value(at: row))
            last = (row, known)
            result[row] = known
        }
        return result
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
