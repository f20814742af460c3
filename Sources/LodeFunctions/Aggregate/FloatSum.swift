/// Sums of real and double.

import LodeCore
import LodeVectors

/// | sum (double) | count |
enum FloatSumState<Lane: BinaryFloatingPoint & BitwiseCopyable & SendableMetatype>: LaneState {
    static var stateBytes: Int { 16 }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: Lane) {
        state.assumingMemoryBound(to: Double.self).pointee += Double(lane)
        (state + 8).assumingMemoryBound(to: Int64.self).pointee &+= 1
    }

    @inline(__always)
    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        target.assumingMemoryBound(to: Double.self).pointee += source.load(as: Double.self)
        (target + 8).assumingMemoryBound(to: Int64.self).pointee &+= (source + 8).load(as: Int64.self)
    }

    /// Eight running sums, which is several times as fast; sums of floats are unordered in SQL anyway.
    static func addAll(_ state: UnsafeMutableRawPointer, _ lanes: UnsafePointer<Lane>, _ count: Int) throws(SQLError) {
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
        state.assumingMemoryBound(to: Double.self).pointee += sum
        (state + 8).assumingMemoryBound(to: Int64.self).pointee &+= Int64(count)
    }
}

/// | product (double), if count > 0 | count |
enum ProductState: LaneState {
    static var stateBytes: Int { 16 }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: Double) {
        let count = (state + 8).load(as: Int64.self)
        let product = count == 0 ? 1 : state.load(as: Double.self)
        state.storeBytes(of: product * lane, as: Double.self)
        (state + 8).storeBytes(of: count &+ 1, as: Int64.self)
    }

    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        let added = (source + 8).load(as: Int64.self)
        if added == 0 { return }
        let count = (target + 8).load(as: Int64.self)
        let product = count == 0 ? 1 : target.load(as: Double.self)
        target.storeBytes(of: product * source.load(as: Double.self), as: Double.self)
        (target + 8).storeBytes(of: count &+ added, as: Int64.self)
    }
}
