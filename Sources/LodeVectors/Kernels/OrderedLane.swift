/// The total order of each lane type, as predicates that compile to straight code.

import Glibc
import LodeCore

/// A lane type whose values SQL can compare. `before` is a strict total order that agrees with `same`.
protocol OrderedLane {
    static func same(_ left: Self, _ right: Self) -> Bool
    static func before(_ left: Self, _ right: Self) -> Bool
}

extension OrderedLane where Self: FixedWidthInteger {
    @inline(__always) static func same(_ left: Self, _ right: Self) -> Bool { left == right }
    @inline(__always) static func before(_ left: Self, _ right: Self) -> Bool { left < right }
}

extension Int8: OrderedLane {}
extension UInt8: OrderedLane {}
extension Int16: OrderedLane {}
extension Int32: OrderedLane {}
extension Int64: OrderedLane {}
extension Int128: OrderedLane {}

extension OrderedLane where Self: BinaryFloatingPoint {
    @inline(__always) static func same(_ left: Self, _ right: Self) -> Bool {
        (left == right) != ((left != left) && (right != right))
    }

    @inline(__always) static func before(_ left: Self, _ right: Self) -> Bool {
        (left < right) != ((left == left) && (right != right))
    }
}

extension Float: OrderedLane {}
extension Double: OrderedLane {}

extension StringView: OrderedLane {
    @inline(__always) static func same(_ left: StringView, _ right: StringView) -> Bool { left == right }

    @inline(__always) static func before(_ left: StringView, _ right: StringView) -> Bool {
        let a = left.prefix.byteSwapped, b = right.prefix.byteSwapped
        return a != b ? a < b : StringView.compare(left, right) < 0
    }
}

extension Interval: OrderedLane {
    @inline(__always) static func same(_ left: Interval, _ right: Interval) -> Bool {
        left.comparisonMicros == right.comparisonMicros
    }

    @inline(__always) static func before(_ left: Interval, _ right: Interval) -> Bool {
        left.comparisonMicros < right.comparisonMicros
    }
}

/// One of the three tests that all comparisons are made of (the others are their negations).
protocol LanePredicate {
    associatedtype Lane
    static func test(_ left: Lane, _ right: Lane) -> Bool
}

enum Same<Lane: OrderedLane>: LanePredicate {
    @inline(__always) static func test(_ left: Lane, _ right: Lane) -> Bool { Lane.same(left, right) }
}

enum Before<Lane: OrderedLane>: LanePredicate {
    @inline(__always) static func test(_ left: Lane, _ right: Lane) -> Bool { Lane.before(left, right) }
}

enum After<Lane: OrderedLane>: LanePredicate {
    @inline(__always) static func test(_ left: Lane, _ right: Lane) -> Bool { Lane.before(right, left) }
}

/// Where a loop takes the lane of a row from.
protocol LaneSource: ~Escapable {
    associatedtype Lane
    func lane(_ row: Int) -> Lane
}

struct FlatLanes<Lane>: LaneSource, ~Escapable {
    let base: Lanes<Lane>

    @_lifetime(copy base)
    init(base: Lanes<Lane>) { self.base = base }

    @inline(__always) func lane(_ row: Int) -> Lane { base[row] }
}

struct RepeatedLane<Lane>: LaneSource {
    let value: Lane
    @inline(__always) func lane(_ row: Int) -> Lane { value }
}

struct CodedLanes<Lane>: LaneSource, ~Escapable {
    let values: Lanes<Lane>
    let codes: Lanes<Int32>

    @_lifetime(copy values, copy codes)
    init(values: Lanes<Lane>, codes: Lanes<Int32>) {
        self.values = values
        self.codes = codes
    }

    @inline(__always) func lane(_ row: Int) -> Lane { values[Int(codes[row])] }
}
