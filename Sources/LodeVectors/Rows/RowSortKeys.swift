/// The order of rows by some of their columns.

import LodeCore

/// One key of an order: a column of the rows.
package struct RowSortKey: Sendable {
    package var column: Int
    package var descending: Bool
    package var nullsFirst: Bool

    package init(column: Int, descending: Bool, nullsFirst: Bool) {
        self.column = column
        self.descending = descending
        self.nullsFirst = nullsFirst
    }
}

/// Compares rows where they lie, key by key. What sorting does with words decides most pairs; this decides the rest.
package struct RowSortOrder: Sendable {
    package let layout: RowLayout
    package let keys: [RowSortKey]

    package init(_ layout: RowLayout, _ keys: [RowSortKey]) {
        self.layout = layout
        self.keys = keys
    }

    /// Negative, zero or positive, by the keys from position `first` on.
    package func compare(_ left: UnsafeMutableRawPointer, _ right: UnsafeMutableRawPointer, from first: Int = 0) -> Int {
        var index = first
        while index < keys.count {
            let key = keys[index]
            let leftNull = layout.isNull(left, key.column), rightNull = layout.isNull(right, key.column)
            if leftNull || rightNull {
                if leftNull != rightNull { return leftNull == key.nullsFirst ? -1 : 1 }
            } else {
                let order = values(left, right, key.column)
                if order != 0 { return key.descending ? -order : order }
            }
            index &+= 1
        }
        return 0
    }

    private func values(_ left: UnsafeMutableRawPointer, _ right: UnsafeMutableRawPointer, _ column: Int) -> Int {
        let offset = layout.offsets[column]
        switch layout.types[column].physical {
        case .bool: return order(UInt8.self, left, right, offset)
        case .int8: return order(Int8.self, left, right, offset)
        case .int16: return order(Int16.self, left, right, offset)
        case .int32: return order(Int32.self, left, right, offset)
        case .int64: return order(Int64.self, left, right, offset)
        case .int128: return order(TwoWords.self, left, right, offset)
        case .float32: return order(Float.self, left, right, offset)
        case .float64: return order(Double.self, left, right, offset)
        case .interval: return order(Interval.self, left, right, offset)
        case .text:
            return StringView.compare(
                (left + offset).assumingMemoryBound(to: StringView.self).pointee,
                (right + offset).assumingMemoryBound(to: StringView.self).pointee)
        case .list, .structure:
            guard let a = layout.nestedValue(left, column), let b = layout.nestedValue(right, column) else { return 0 }
            return RowOrder.compare(a.0, a.1, b.0, b.1)
        }
    }

    @inline(__always)
    private func order<T: OrderedLane>(_: T.Type, _ left: UnsafeMutableRawPointer, _ right: UnsafeMutableRawPointer, _ offset: Int) -> Int {
        let a = (left + offset).assumingMemoryBound(to: T.self).pointee, b = (right + offset).assumingMemoryBound(to: T.self).pointee
        return T.before(a, b) ? -1 : (T.before(b, a) ? 1 : 0)
    }
}
