/// Sums of one number plus constants: `sum(x + 1)`, `sum(x + 2)` and `sum(x)` from one state.

import LodeCore
import LodeVectors

/// `sum(x + k)` is `sum(x) + k * count(x)`, and some `x + k` overflows if the least or the greatest `x` does.
///
///     | ExactSum (24) | least (8) | greatest (8) |      the bounds count once there is a value
enum ShiftedSumState<Lane: FixedWidthInteger & SignedInteger & BitwiseCopyable & SendableMetatype>: LaneState {
    static var stateBytes: Int { ExactSum.stateBytes + 16 }

    @inline(__always)
    static func bounds(_ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Int64> {
        (state + ExactSum.stateBytes).assumingMemoryBound(to: Int64.self)
    }

    @inline(__always)
    private static func widen(_ state: UnsafeMutableRawPointer, _ least: Int64, _ greatest: Int64) {
        let bounds = bounds(state), isFirst = ExactSum.count(state) == 0
        bounds[0] = isFirst || least < bounds[0] ? least : bounds[0]
        bounds[1] = isFirst || greatest > bounds[1] ? greatest : bounds[1]
    }

    @inline(__always)
    static func add(_ state: UnsafeMutableRawPointer, _ lane: Lane) {
        let number = Int64(truncatingIfNeeded: lane)
        widen(state, number, number)
        ExactSum.add(state, number)
    }

    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        if ExactSum.count(source) == 0 { return }
        let found = bounds(source)
        widen(target, found[0], found[1])
        NarrowSumState<Lane>.merge(source, into: target)
    }

    static func addAll(_ state: UnsafeMutableRawPointer, _ lanes: Lanes<Lane>, _ count: Int) throws(SQLError) {
        if count == 0 { return }
        var least = lanes[0], greatest = lanes[0]
        var i = 1
        while i < count {
            let lane = lanes[i]
            least = lane < least ? lane : least
            greatest = lane > greatest ? lane : greatest
            i &+= 1
        }
        widen(state, Int64(truncatingIfNeeded: least), Int64(truncatingIfNeeded: greatest))
        try NarrowSumState<Lane>.addAll(state, lanes, count)
    }
}

extension BoundAggregate {
    /// `sum(x + shift)` as an aggregate of `x`, an integer; all shifts of one `x` share their state. nil for other types.
    ///
    /// - Parameter span: where the addition stands, for the error of one that overflows.
    package static func sum(of type: SQLType, shiftedBy shift: Int64, at span: SourceSpan?) -> BoundAggregate? {
        let overflow = SQLError.outOfRange(type).at(span)
        return switch type {
        case .tinyint: shifted(Int8.self, type, shift, overflow)
        case .smallint: shifted(Int16.self, type, shift, overflow)
        case .integer: shifted(Int32.self, type, shift, overflow)
        case .bigint: shifted(Int64.self, type, shift, overflow)
        default: nil
        }
    }

    private static func shifted<Lane: FixedWidthInteger & SignedInteger & BitwiseCopyable & SendableMetatype>(
        _: Lane.Type, _ type: SQLType, _ shift: Int64, _ overflow: SQLError
    ) -> BoundAggregate {
        @Sendable func total(_ state: UnsafeMutableRawPointer) throws(SQLError) -> Int128? {
            let count = ExactSum.count(state)
            if count == 0 { return nil }
            let bounds = ShiftedSumState<Lane>.bounds(state)
            for bound in [bounds[0], bounds[1]] {
                let (sum, isOver) = bound.addingReportingOverflow(shift)
                if isOver || Lane(exactly: sum) == nil { throw overflow }
            }
            return ExactSum.total(state) &+ Int128(shift) &* Int128(truncatingIfNeeded: count)
        }
        let result = type == .bigint ? SQLType.decimal(precision: 38, scale: 0) : .bigint
        return .lanes(ShiftedSumState<Lane>.self, [type], result) { rows, offset, count throws(SQLError) in
            if type == .bigint {
                return try AggregateResult.make(result, Int128(0), rows, offset, count) { (state) throws(SQLError) in try total(state) }
            }
            return try AggregateResult.make(.bigint, Int64(0), rows, offset, count) { (state) throws(SQLError) -> Int64? in
                guard let sum = try total(state) else { return nil }
                guard let short = Int64(exactly: sum) else { throw .outOfRange(.bigint) }
                return short
            }
        }
    }

    /// `sum(x + shift)` as an aggregate of `x`, a decimal, of which no addition overflows: its state is that of `sum(x)`.
    ///
    /// - Parameters: `shift` is in units of the last of `scale` digits, which are at least those of `x`.
    package static func sum(ofDecimal type: SQLType, scaledTo scale: Int, shiftedBy shift: Int128) -> BoundAggregate? {
        guard case .decimal(_, let own) = type, own <= scale else { return nil }
        let result = SQLType.decimal(precision: 38, scale: scale), factor = Decimal128.power(scale - own)
        let finalize: @Sendable (StateRows, Int, Int) throws(SQLError) -> Column = { rows, offset, count throws(SQLError) in
            try AggregateResult.make(result, Int128(0), rows, offset, count) { (state) throws(SQLError) -> Int128? in
                let values = ExactSum.count(state)
                if values == 0 { return nil }
                let (scaled, isOver) = ExactSum.total(state).multipliedReportingOverflow(by: factor)
                let (shifts, isFar) = shift.multipliedReportingOverflow(by: Int128(truncatingIfNeeded: values))
                let (sum, isOut) = scaled.addingReportingOverflow(shifts)
                guard !isOver, !isFar, !isOut, Decimal128.fits(sum, precision: 38) else { throw ExactSum.overflow }
                return sum
            }
        }
        if type.physical == .int64 { return .lanes(NarrowSumState<Int64>.self, [type], result, finalize: finalize) }
        return WideSum.bound(type, result, finalize)
    }
}
