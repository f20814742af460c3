/// The order of any two rows of columns of one type: the slow, general way, for nested values.

import LodeCore

/// Compares values in place, without making `Value`s.
package enum RowOrder {
    /// Negative, zero or positive for row `i` of `left` against row `j` of `right`; both have the same physical type.
    ///
    /// NULLs are equal to each other and after everything else, as within PostgreSQL's arrays and composites. Lists compare
    /// element by element, then by length; structs field by field; maps as lists of their keys, then of their values.
    package static func compare(_ left: Column, _ i: Int, _ right: Column, _ j: Int) -> Int {
        let leftNull = left.isNull(i), rightNull = right.isNull(j)
        if leftNull || rightNull { return (leftNull ? 1 : 0) - (rightNull ? 1 : 0) }
        let (a, m) = left.place(of: i), (b, n) = right.place(of: j)
        switch a.physical {
        case .bool: return order(UInt8.self, a, m, b, n)
        case .int8: return order(Int8.self, a, m, b, n)
        case .int16: return order(Int16.self, a, m, b, n)
        case .int32: return order(Int32.self, a, m, b, n)
        case .int64: return order(Int64.self, a, m, b, n)
        case .int128: return order(Int128.self, a, m, b, n)
        case .float32: return order(Float.self, a, m, b, n)
        case .float64: return order(Double.self, a, m, b, n)
        case .interval: return order(Interval.self, a, m, b, n)
        case .text: return StringView.compare(a.lanes(as: StringView.self)[m], b.lanes(as: StringView.self)[n])
        case .structure:
            for (x, y) in zip(a.children, b.children) {
                let found = compare(x, x.layout == .constant ? 0 : m, y, y.layout == .constant ? 0 : n)
                if found != 0 { return found }
            }
            return a.children.count - b.children.count
        case .list: return lists(a, m, b, n)
        }
    }

    private static func lists(_ a: Column, _ m: Int, _ b: Column, _ n: Int) -> Int {
        let x = a.lanes(as: ListRange.self)[m], y = b.lanes(as: ListRange.self)[n]
        for (l, r) in zip(a.children, b.children) {
            for k in 0..<Int(min(x.count, y.count)) {
                let found = compare(l, Int(x.offset) + k, r, Int(y.offset) + k)
                if found != 0 { return found }
            }
            if x.count != y.count { return x.count < y.count ? -1 : 1 }
        }
        return 0
    }

    @inline(__always)
    private static func order<Lane: OrderedLane>(_: Lane.Type, _ a: Column, _ m: Int, _ b: Column, _ n: Int) -> Int {
        let x = a.lanes(as: Lane.self)[m], y = b.lanes(as: Lane.self)[n]
        return Lane.before(x, y) ? -1 : (Lane.before(y, x) ? 1 : 0)
    }
}

extension Column {
    /// The flat column and the lane in it that hold the value of a row.
    package func place(of row: Int) -> (Column, Int) {
        switch layout {
        case .flat: (self, row)
        case .constant: (self, 0)
        case .dictionary: (dictionary ?? self, dictionary == nil ? row : Int(lanes(as: Int32.self)[row]))
        }
    }
}
