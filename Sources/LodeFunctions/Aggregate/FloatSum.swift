/// Sums of real and double.

import LodeCore
import LodeVectors

/// The count of a sum or product; its sign bit says that finite numbers made an infinite one, which is an error in the end.
enum FloatCount {
    @inline(__always)
    static func count(_ word: Int64) -> Int64 { word & .max }

    /// The count of the state's second word.
    /// - Throws: `22003` if the sum overflowed.
    @inline(__always)
    static func checked(_ state: UnsafeMutableRawPointer) throws(SQLError) -> Int64 {
        let word = (state + 8).load(as: Int64.self)
        if word < 0 { throw .floatOverflow }
        return word
    }

    @inline(__always)
    static func markOverflow(_ state: UnsafeMutableRawPointer) { (state + 8).assumingMemoryBound(to: Int64.self).pointee |= .min }

    /// The counts added, and the mark of either kept.
    @inline(__always)
    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        let from = (source + 8).load(as: Int64.self), to = (target + 8).assumingMemoryBound(to: Int64.self)
        to.pointee = (count(to.pointee) &+ count(from)) | ((to.pointee | from) & .min)
    }
}

/// | sum (double) | count |
enum FloatSumState<Lane: BinaryFloatingPoint & BitwiseCopyable & SendableMetatype>: LaneState {
    static var stateBytes: Int { 16 }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: Lane) {
        let old = state.load(as: Double.self), number = Double(lane), sum = old + number
        state.storeBytes(of: sum, as: Double.self)
        (state + 8).assumingMemoryBound(to: Int64.self).pointee &+= 1
        if sum.isInfinite, old.isFinite, number.isFinite { FloatCount.markOverflow(state) }
    }

    @inline(__always)
    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        let old = target.load(as: Double.self), number = source.load(as: Double.self), sum = old + number
        target.storeBytes(of: sum, as: Double.self)
        FloatCount.merge(source, into: target)
        if sum.isInfinite, old.isFinite, number.isFinite { FloatCount.markOverflow(target) }
    }

    /// Eight running sums, which is several times as fast; sums of floats are unordered in SQL anyway.
    static func addAll(_ state: UnsafeMutableRawPointer, _ lanes: Lanes<Lane>, _ count: Int) throws(SQLError) {
        var sums = SIMD8<Double>(repeating: 0)
        var i = 0
        while i &+ 8 <= count {
            sums += SIMD8<Double>(
                Double(lanes[i]), Double(lanes[i &+ 1]), Double(lanes[i &+ 2]), Double(lanes[i &+ 3]), Double(lanes[i &+ 4]),
                Double(lanes[i &+ 5]), Double(lanes[i &+ 6]), Double(lanes[i &+ 7]))
            i &+= 8
        }
        var sum = sums.sum()
        while i < count {
            sum += Double(lanes[i])
            i &+= 1
        }
        let old = state.load(as: Double.self)
        state.storeBytes(of: old + sum, as: Double.self)
        (state + 8).assumingMemoryBound(to: Int64.self).pointee &+= Int64(count)
        if !(old + sum).isFinite, old.isFinite, (0..<count).allSatisfy({ lanes[$0].isFinite }) { FloatCount.markOverflow(state) }
    }
}

/// | product (double), if count > 0 | count |
enum ProductState: LaneState {
    static var stateBytes: Int { 16 }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: Double) { multiply(state, lane, 1) }

    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        let added = (source + 8).load(as: Int64.self)
        if added == 0 { return }
        multiply(target, source.load(as: Double.self), FloatCount.count(added))
        if added < 0 { FloatCount.markOverflow(target) }
    }

    @inline(__always)
    private static func multiply(_ state: UnsafeMutableRawPointer, _ factor: Double, _ added: Int64) {
        let word = (state + 8).load(as: Int64.self)
        let old = word == 0 ? 1 : state.load(as: Double.self), product = old * factor
        state.storeBytes(of: product, as: Double.self)
        (state + 8).storeBytes(of: word &+ added, as: Int64.self)
        if product.isInfinite, old.isFinite, factor.isFinite { FloatCount.markOverflow(state) }
    }
}
