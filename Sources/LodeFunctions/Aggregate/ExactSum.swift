/// Exact sums of integers and decimals in 128 bits.

import LodeCore
import LodeVectors

/// A sum in two words and the number of values: 24 bytes. (An `Int128` would want 16-byte alignment.)
///
///     | low 64 bits | high 64 bits | count |
enum ExactSum {
    static let stateBytes = 24

    @inline(__always)
    static func words(_ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UInt64> { state.assumingMemoryBound(to: UInt64.self) }

    @inline(__always)
    static func total(_ state: UnsafeMutableRawPointer) -> Int128 {
        let words = words(state)
        return Int128(truncatingIfNeeded: Int64(bitPattern: words[1])) &<< 64 | Int128(truncatingIfNeeded: words[0])
    }

    @inline(__always)
    static func count(_ state: UnsafeMutableRawPointer) -> UInt64 { words(state)[2] }

    /// Adds a 64-bit number: an addition and an addition with carry.
    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: Int64) {
        let words = words(state)
        let (low, carry) = words[0].addingReportingOverflow(UInt64(bitPattern: lane))
        words[0] = low
        words[1] = words[1] &+ UInt64(bitPattern: lane &>> 63) &+ (carry ? 1 : 0)
        words[2] &+= 1
    }

    /// Adds a 128-bit number that stands for `count` values; true if the sum left 128 bits.
    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ number: Int128, count: UInt64) -> Bool {
        let words = words(state)
        let (sum, overflow) = total(state).addingReportingOverflow(number)
        words[0] = UInt64(truncatingIfNeeded: sum)
        words[1] = UInt64(truncatingIfNeeded: sum &>> 64)
        words[2] &+= count
        return overflow
    }

    static var overflow: SQLError { SQLError(.numericValueOutOfRange, "sum out of range: it has more than 38 digits") }
}

/// Lanes of up to 64 bits. 2^63 times as many rows as there can be stay below 2^127: no overflow.
enum NarrowSumState<Lane: FixedWidthInteger & SignedInteger & BitwiseCopyable & SendableMetatype>: LaneState {
    static var stateBytes: Int { ExactSum.stateBytes }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: Lane) { ExactSum.add(state, Int64(truncatingIfNeeded: lane)) }

    @inline(__always)
    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        _ = ExactSum.add(target, ExactSum.total(source), count: ExactSum.count(source))
    }

    /// Low and high halves are summed apart, which vectorizes: 0.2-0.4 ns a lane.
    static func addAll(_ state: UnsafeMutableRawPointer, _ lanes: Lanes<Lane>, _ count: Int) throws(SQLError) {
        var low: UInt64 = 0, high: Int64 = 0
        var i = 0
        if Lane.bitWidth <= 32 {
            while i < count {
                high &+= Int64(truncatingIfNeeded: lanes[i])
                i &+= 1
            }
            _ = ExactSum.add(state, Int128(high), count: UInt64(count))
            return
        }
        while i < count {
            let lane = Int64(truncatingIfNeeded: lanes[i])
            low &+= UInt64(UInt32(truncatingIfNeeded: lane))
            high &+= lane &>> 32
            i &+= 1
        }
        _ = ExactSum.add(state, Int128(high) &<< 32 &+ Int128(low), count: UInt64(count))
    }
}

/// Lanes of 128 bits, checked.
enum WideSum {
    static func bound(_ type: SQLType, _ returns: SQLType, _ finalize: @escaping @Sendable (StateRows, Int, Int) throws(SQLError) -> Column)
        -> BoundAggregate
    {
        BoundAggregate(
            parameters: [type], returns: returns, stateBytes: ExactSum.stateBytes, stateKind: ObjectIdentifier(WideSum.self),
            update: { rows, offset, arguments, count throws(SQLError) in try update(rows, offset, arguments[0], count) },
            updateSingle: { state, arguments, count throws(SQLError) in try updateSingle(state, arguments[0], count) },
            combine: { sources, targets, offset, count throws(SQLError) in
                for i in 0..<count {
                    let source = sources[i] + offset
                    if ExactSum.add(targets[i] + offset, ExactSum.total(source), count: ExactSum.count(source)) {
                        throw ExactSum.overflow
                    }
                }
            },
            finalize: finalize)
    }

    private static func update(_ rows: StateRows, _ offset: Int, _ column: Column, _ count: Int) throws(SQLError) {
        if column.isAllNull { return }
        let flat = try column.flattened()
        let lanes = flat.lanes(as: Int128.self), validity = flat.mask
        var overflow: UInt64 = 0
        var i = 0
        if let validity {
            while i < count {
                if Validity.isValid(validity, i) { addLane(rows[i] + offset, lanes[i], &overflow) }
                i &+= 1
            }
        } else {
            while i < count {
                addLane(rows[i] + offset, lanes[i], &overflow)
                i &+= 1
            }
        }
        if overflow &>> 63 != 0 { throw ExactSum.overflow }
    }

    @inline(__always)
    private static func addLane(_ state: UnsafeMutableRawPointer, _ lane: Int128, _ overflow: inout UInt64) {
        let words = ExactSum.words(state)
        let laneHigh = UInt64(truncatingIfNeeded: lane &>> 64)
        let (low, carry) = words[0].addingReportingOverflow(UInt64(truncatingIfNeeded: lane))
        let high = words[1]
        let sum = high &+ laneHigh &+ (carry ? 1 : 0)
        overflow |= (high ^ sum) & (laneHigh ^ sum)
        words[0] = low
        words[1] = sum
        words[2] &+= 1
    }

    private static func updateSingle(_ state: UnsafeMutableRawPointer, _ column: Column, _ count: Int) throws(SQLError) {
        if column.isAllNull { return }
        let flat = try column.flattened()
        let lanes = flat.lanes(as: Int128.self)
        var overflow: UInt64 = 0
        var i = 0
        if let validity = flat.mask {
            while i < count {
                if Validity.isValid(validity, i) { addLane(state, lanes[i], &overflow) }
                i &+= 1
            }
            if overflow &>> 63 != 0 { throw ExactSum.overflow }
            return
        }
        // Chunks of numbers below 2^110, as all but absurd ones are, can't overflow among themselves.
        var sum: Int128 = 0
        var large: UInt64 = 0
        while i < count {
            let lane = lanes[i]
            let high = UInt64(truncatingIfNeeded: lane &>> 64)
            large |= high ^ UInt64(bitPattern: Int64(bitPattern: high) &>> 63)
            sum &+= lane
            i &+= 1
        }
        if large &>> 46 == 0, count <= 65_536 {
            if ExactSum.add(state, sum, count: UInt64(count)) { throw ExactSum.overflow }
            return
        }
        i = 0
        while i < count {
            addLane(state, lanes[i], &overflow)
            i &+= 1
        }
        if overflow &>> 63 != 0 { throw ExactSum.overflow }
    }
}
