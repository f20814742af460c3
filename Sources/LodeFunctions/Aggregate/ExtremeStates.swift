/// States that keep one lane: the least, the greatest.

import LodeCore
import LodeVectors

/// Which of two values stays.
protocol Choice: SendableMetatype {
    associatedtype Lane: BitwiseCopyable
    /// Whether `lane` replaces `kept`.
    static func replaces(_ lane: Lane, _ kept: Lane) -> Bool
}

enum Least<Lane: Comparable & BitwiseCopyable & SendableMetatype>: Choice {
    @inline(__always) static func replaces(_ lane: Lane, _ kept: Lane) -> Bool { lane < kept }
}

enum Greatest<Lane: Comparable & BitwiseCopyable & SendableMetatype>: Choice {
    @inline(__always) static func replaces(_ lane: Lane, _ kept: Lane) -> Bool { lane > kept }
}

/// NaN is above every number.
enum LeastFloat<Lane: BinaryFloatingPoint & BitwiseCopyable & SendableMetatype>: Choice {
    @inline(__always) static func replaces(_ lane: Lane, _ kept: Lane) -> Bool { lane < kept || (kept != kept && lane == lane) }
}

enum GreatestFloat<Lane: BinaryFloatingPoint & BitwiseCopyable & SendableMetatype>: Choice {
    @inline(__always) static func replaces(_ lane: Lane, _ kept: Lane) -> Bool { lane > kept || (lane != lane && kept == kept) }
}

enum LeastInterval: Choice {
    static func replaces(_ lane: Interval, _ kept: Interval) -> Bool { lane.comparisonMicros < kept.comparisonMicros }
}

enum GreatestInterval: Choice {
    static func replaces(_ lane: Interval, _ kept: Interval) -> Bool { lane.comparisonMicros > kept.comparisonMicros }
}

/// | 1 if there is a value | value, 8 or 16 bytes |
enum KeptState<C: Choice>: LaneState {
    typealias Lane = C.Lane

    static var stateBytes: Int { 8 + max(8, MemoryLayout<Lane>.stride) }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: Lane) {
        if state.load(as: Int64.self) == 0 {
            state.storeBytes(of: 1, as: Int64.self)
            (state + 8).storeBytes(of: lane, as: Lane.self)
        } else if C.replaces(lane, (state + 8).loadUnaligned(as: Lane.self)) {
            (state + 8).storeBytes(of: lane, as: Lane.self)
        }
    }

    @inline(__always)
    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        if source.load(as: Int64.self) != 0 { add(target, (source + 8).loadUnaligned(as: Lane.self)) }
    }

    static func addAll(_ state: UnsafeMutableRawPointer, _ lanes: Lanes<Lane>, _ count: Int) throws(SQLError) {
        guard count > 0 else { return }
        var best = lanes[0]
        var i = 1
        while i < count {
            let lane = lanes[i]
            best = C.replaces(lane, best) ? lane : best
            i &+= 1
        }
        add(state, best)
    }

    @inline(__always)
    static func bound(_ type: SQLType, _ zero: Lane) -> BoundAggregate where Lane: SendableMetatype & Sendable {
        .lanes(Self.self, [type], type) { rows, offset, count throws(SQLError) in
            try AggregateResult.make(type, zero, rows, offset, count) { (state) throws(SQLError) -> Lane? in
                state.load(as: Int64.self) == 0 ? nil : (state + 8).loadUnaligned(as: Lane.self)
            }
        }
    }
}
