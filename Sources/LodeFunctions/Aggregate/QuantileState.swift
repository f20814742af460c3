/// The states of quantiles: the values of a group, and the fractions that are asked for.

import LodeCore
import LodeVectors

/// A lane and the key that it is ranked by.
protocol RankedLane: BitwiseCopyable, SendableMetatype, Sendable {
    associatedtype Key: RankedKey
    static func key(_ lane: Self) -> Key
    static func lane(_ key: Key) -> Self
    /// The key with what it points at in memory of the state. `heap` is a `LaneChain<UInt8>`.
    static func kept(_ key: Key, in heap: UnsafeMutableRawPointer, _ growth: inout StateGrowth) throws(SQLError) -> Key
    static var heapBytes: Int { get }
}

extension RankedLane {
    @inline(__always)
    static func kept(_ key: Key, in heap: UnsafeMutableRawPointer, _ growth: inout StateGrowth) throws(SQLError) -> Key { key }
    static var heapBytes: Int { 0 }
}

/// Integers of up to 64 bits are ranked as 64-bit ones.
protocol RankedInteger: RankedLane, FixedWidthInteger where Key == Int64 {}

extension RankedInteger {
    @inline(__always) static func key(_ lane: Self) -> Int64 { Int64(truncatingIfNeeded: lane) }
    @inline(__always) static func lane(_ key: Int64) -> Self { Self(truncatingIfNeeded: key) }
}

extension UInt8: RankedInteger {}
extension Int8: RankedInteger {}
extension Int16: RankedInteger {}
extension Int32: RankedInteger {}
extension Int64: RankedInteger {}

extension Int128: RankedLane {
    @inline(__always) static func key(_ lane: Int128) -> Int128 { lane }
    @inline(__always) static func lane(_ key: Int128) -> Int128 { key }
}

extension Double: RankedLane {
    /// The bits, changed so that they order as the numbers do; NaN is above all.
    @inline(__always)
    static func key(_ lane: Double) -> Int64 {
        let bits = Int64(bitPattern: lane == lane ? lane.bitPattern : 0x7ff8_0000_0000_0000)
        return bits ^ (bits &>> 63 & .max)
    }
    @inline(__always) static func lane(_ key: Int64) -> Double { Double(bitPattern: UInt64(bitPattern: key ^ (key &>> 63 & .max))) }
}

extension Float: RankedLane {
    @inline(__always) static func key(_ lane: Float) -> Int64 { Double.key(Double(lane)) }
    @inline(__always) static func lane(_ key: Int64) -> Float { Float(Double.lane(key)) }
}

extension StringView: RankedLane {
    @inline(__always) static func key(_ lane: StringView) -> StringView { lane }
    @inline(__always) static func lane(_ key: StringView) -> StringView { key }
    static var heapBytes: Int { LaneChain<UInt8>.stateBytes }

    static func kept(
        _ key: StringView, in heap: UnsafeMutableRawPointer, _ growth: inout StateGrowth
    ) throws(SQLError) -> StringView {
        if key.isInline { return key }
        let room = try LaneChain<UInt8>.room(heap, key.count, &growth)
        return key.withBytes { bytes in
            UnsafeMutableRawBufferPointer(start: room, count: bytes.count).copyMemory(from: bytes)
            return StringView(room, count: bytes.count)
        }
    }
}

/// The fractions that quantiles are asked for: read from the first row of a group.
final class QuantileFractions: Sendable {
    let list: [Double]

    init(_ list: [Double]) { self.list = list }

    /// - Throws: `22003` for a fraction that is none.
    static func read(_ value: Value) throws(SQLError) -> [Double] {
        let values: [Value] = if case .list(let list) = value { list } else { [value] }
        var fractions: [Double] = []
        for value in values {
            guard case .double(let fraction) = value, fraction >= 0, fraction <= 1 else {
                throw SQLError(.numericValueOutOfRange, "a percentile fraction must be between 0 and 1")
            }
            fractions.append(fraction)
        }
        return fractions
    }
}

/// | LaneChain of keys (24) | fractions (8) | LaneChain of the bytes of long strings (24), for strings |
///
/// The fractions are zero bits before the first row; then those of one fraction, plus 1, or a retained `QuantileFractions`.
enum QuantileState<Lane: RankedLane> {
    static var stateBytes: Int { LaneChain<Lane.Key>.stateBytes + 8 + Lane.heapBytes }
    private typealias Keys = LaneChain<Lane.Key>
    typealias Fractions = BoxedState<QuantileFractions>

    @inline(__always) static func fractionWord(_ state: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer { state + 24 }
    @inline(__always) private static func heap(_ state: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer { state + 32 }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: Lane, _ growth: inout StateGrowth) throws(SQLError) {
        let key = try Lane.kept(Lane.key(lane), in: heap(state), &growth)
        try Keys.append(state, key, &growth)
    }

    /// Adds the lanes that are not NULL of a flat column.
    static func addAll(_ state: UnsafeMutableRawPointer, _ column: Column, _ count: Int, _ growth: inout StateGrowth) throws(SQLError) {
        let lanes = column.lanes(as: Lane.self)
        if Lane.heapBytes == 0, !column.mayHaveNulls, count > 2 {
            // All at once, as keys in place.
            let room = try Keys.room(state, count, &growth)
            for i in 0..<count { room[i] = Lane.key(lanes[i]) }
        } else {
            for i in 0..<count where Validity.isValid(column.mask, i) { try add(state, lanes[i], &growth) }
        }
    }

    static func setFraction(_ state: UnsafeMutableRawPointer, _ fraction: Double) {
        fractionWord(state).storeBytes(of: fraction.bitPattern &+ 1, as: UInt64.self)
    }

    static func fraction(_ state: UnsafeMutableRawPointer) -> Double {
        Double(bitPattern: fractionWord(state).load(as: UInt64.self) &- 1)
    }

    @inline(__always)
    static func hasFractions(_ state: UnsafeMutableRawPointer) -> Bool { fractionWord(state).load(as: UInt64.self) != 0 }

    static func add(
        _ source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, isList: Bool, _ growth: inout StateGrowth
    ) throws(SQLError) {
        takeFractions(of: source, target, isList)
        if Lane.heapBytes == 0 { return try Keys.add(source, to: target, &growth) }
        try Keys.forEachRun(source) { (keys, count) throws(SQLError) in
            for i in 0..<count { try Keys.append(target, try Lane.kept(keys[i], in: heap(target), &growth), &growth) }
        }
    }

    static func move(
        _ source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, isList: Bool, _ growth: inout StateGrowth
    ) throws(SQLError) {
        takeFractions(of: source, target, isList)
        if isList { Fractions.clear(fractionWord(source)) }
        try Keys.move(source, to: target, &growth)
        if Lane.heapBytes > 0 { try LaneChain<UInt8>.move(heap(source), to: heap(target), &growth) }
    }

    private static func takeFractions(of source: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer, _ isList: Bool) {
        if hasFractions(target) || !hasFractions(source) { return }
        if isList {
            if let known = Fractions.find(fractionWord(source)) { _ = Fractions.get(fractionWord(target)) { known } }
        } else {
            setFraction(target, fraction(source))
        }
    }

    /// Empties the state.
    static func clear(_ state: UnsafeMutableRawPointer, isList: Bool, _ growth: inout StateGrowth) {
        if isList { Fractions.clear(fractionWord(state)) }
        Keys.clear(state, &growth)
        if Lane.heapBytes > 0 { LaneChain<UInt8>.clear(heap(state), &growth) }
    }
}
