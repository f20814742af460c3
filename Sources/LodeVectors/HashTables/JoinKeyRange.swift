/// The least and greatest of integer keys.

import LodeCore

/// Bounds of a column of integers (dates and times included), collected a chunk at a time.
package struct JoinKeyRange: Sendable {
    package private(set) var minimum = Int64.max
    package private(set) var maximum = Int64.min

    package init() {}

    package var isEmpty: Bool { minimum > maximum }

    /// Whether keys of this type have such bounds.
    package static func applies(to type: SQLType) -> Bool {
        switch type.physical {
        case .int8, .int16, .int32, .int64: true
        default: false
        }
    }

    package mutating func add(_ other: JoinKeyRange) {
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }

    /// Adds a flat column's values; NULLs don't count.
    package mutating func add(_ column: Column) {
        precondition(column.layout == .flat, "bounds are taken of flat keys")
        switch column.physical {
        case .int8: scan(Int8.self, column)
        case .int16: scan(Int16.self, column)
        case .int32: scan(Int32.self, column)
        case .int64: scan(Int64.self, column)
        default: return
        }
    }

    private mutating func scan<T: FixedWidthInteger & SignedInteger>(_: T.Type, _ column: Column) {
        let lanes = column.lanes(as: T.self), count = column.count
        var low = T.max, high = T.min
        var i = 0
        if let mask = column.mask {
            while i < count {
                if Validity.isValid(mask, i) {
                    low = min(low, lanes[i])
                    high = max(high, lanes[i])
                }
                i &+= 1
            }
        } else {
            while i < count {
                low = min(low, lanes[i])
                high = max(high, lanes[i])
                i &+= 1
            }
        }
        guard low <= high else { return }
        minimum = min(minimum, Int64(low))
        maximum = max(maximum, Int64(high))
    }
}
