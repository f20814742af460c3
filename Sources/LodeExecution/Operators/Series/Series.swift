/// The values of a series by their position.

import LodeCore
import LodeFunctions
import LodeVectors

/// `first + i * step` for integers or microseconds; with months in the step, or days in a zone whose offset changes, a list.
struct Series: Sendable {
    let count: Int
    private let first: Int64
    private let step: Int64
    /// Values that don't follow from their position.
    private let values: [Int64]?
    /// Of timestamps in nanoseconds: what each value has behind its microseconds.
    private var nanos: Int64 = 0

    /// Whether values were made one after the other.
    var isStepped: Bool { values != nil }

    /// Steps by the calendar are listed; more of them than this span all times that there are.
    private static let listLimit = 10_000_000

    /// - Parameter arguments: start, stop and step; NULL in any gives no rows.
    init(_ arguments: [Value], _ type: SQLType, includesStop: Bool, zone: TimeZoneRules) throws(SQLError) {
        guard arguments.count == 3, !arguments.contains(where: \.isNull) else {
            self.init(first: 0, step: 1, count: 0)
            return
        }
        if case .interval(let interval) = arguments[2] {
            let (start, stop, nanos, isWithin) = try Self.bounds(arguments[0], arguments[1], type)
            let includesStop = includesStop || isWithin
            guard !CivilDate.isInfinite(start), !CivilDate.isInfinite(stop) else {
                throw SQLError(.invalidParameterValue, "the bounds of a series must be finite")
            }
            let zone = type.isZoned ? zone : .utc
            if interval.months != 0 || (interval.days != 0 && !zone.isFixed) {
                self.init(listing: try Self.list(start, stop, interval, includesStop, zone))
                self.nanos = nanos
                return
            }
            let step = Int128(interval.days) * Int128(CivilDate.microsPerDay) + Int128(interval.micros)
            guard let step = Int64(exactly: step) else {
                throw SQLError(.datetimeFieldOverflow, "the step of a series is out of range")
            }
            self.init(first: start, step: step, count: try Self.count(start, stop, step, includesStop))
            self.nanos = nanos
            return
        }
        guard case .integer(let step) = arguments[2] else { throw .unsupported("a series of \(type)") }
        guard case .integer(let start) = arguments[0], case .integer(let stop) = arguments[1] else {
            throw .unsupported("a series of \(type)")
        }
        self.init(first: start, step: step, count: try Self.count(start, stop, step, includesStop))
    }

    private init(first: Int64, step: Int64, count: Int) {
        self.first = first
        self.step = step
        self.count = count
        values = nil
    }

    private init(listing micros: [Int64]) {
        first = 0
        step = 0
        count = micros.count
        values = micros
    }

    /// Microseconds of the bounds, the nanoseconds that all values have, and whether the stop lies before the bound that was given.
    private static func bounds(_ start: Value, _ stop: Value, _ type: SQLType) throws(SQLError) -> (Int64, Int64, Int64, Bool) {
        switch (start, stop) {
        case (.timestamp(let start), .timestamp(let stop)): return (start, stop, 0, false)
        case (.timestampNanos(let start), .timestampNanos(let stop)):
            let (from, to) = Nanoseconds.aligned(start, stop, .towardFirst)
            let nanos = Nanoseconds.split(start).rest
            return (from, to, nanos, nanos != Nanoseconds.split(stop).rest)
        default: throw .unsupported("a series of \(type) by intervals")
        }
    }

    private static func count(_ start: Int64, _ stop: Int64, _ step: Int64, _ includesStop: Bool) throws(SQLError) -> Int {
        guard step != 0 else { throw SQLError(.invalidParameterValue, "step size cannot equal zero") }
        let distance = Int128(stop) - Int128(start), stride = Int128(step)
        if (distance < 0) != (stride < 0), distance != 0 { return 0 }
        let steps = distance / stride, isExact = distance % stride == 0
        return Int(clamping: isExact && !includesStop ? steps : steps + 1)
    }

    /// Step by step from the value before, as PostgreSQL does: from the 31st on the day only shrinks. The calendar is the zone's.
    private static func list(
        _ start: Int64, _ stop: Int64, _ interval: Interval, _ includesStop: Bool, _ zone: TimeZoneRules
    ) throws(SQLError) -> [Int64] {
        let isUp = interval.comparisonMicros > 0
        guard interval.comparisonMicros != 0 else { throw SQLError(.invalidParameterValue, "step size cannot equal zero") }
        var values: [Int64] = [], now = start
        while isUp ? now < stop : now > stop {
            guard values.count < listLimit else { throw SQLError(.programLimitExceeded, "a series by the calendar is too long") }
            values.append(now)
            let next = try CalendarArithmetic.add(now, interval, 1, in: zone)
            guard isUp ? next > now : next < now else { throw SQLError(.invalidParameterValue, "a step of the series does not lead on") }
            now = next
        }
        if includesStop, now == stop { values.append(now) }
        return values
    }

    /// The values of rows `start ..< start + count` as a column of `type`.
    func column(_ start: Int, _ count: Int, _ type: SQLType) throws(SQLError) -> Column {
        let lanes = try Buffer(byteCount: count * 8)
        let first = first, step = step
        if let values, type.inMicros != nil {
            fill(lanes, count, type) { values[start + $0] &* Nanoseconds.perMicro &+ nanos }
        } else if let values {
            fill(lanes, count, type) { values[start + $0] }
        } else if type.inMicros != nil {
            // Between the bounds, which are nanoseconds themselves.
            fill(lanes, count, type) { (first &+ Int64(truncatingIfNeeded: start &+ $0) &* step) &* Nanoseconds.perMicro &+ nanos }
        } else {
            var value = first &+ Int64(truncatingIfNeeded: start) &* step
            fill(lanes, count, type) { _ in
                defer { value = value &+ step }
                return value
            }
        }
        return Column(flat: type, count: count, lanes: lanes)
    }

    @inline(__always)
    private func fill(_ lanes: Buffer, _ count: Int, _ type: SQLType, _ value: (Int) -> Int64) {
        var i = 0
        switch type.physical {
        case .int16:
            let out = lanes.lanes(as: Int16.self)
            while i < count {
                out[i] = Int16(truncatingIfNeeded: value(i))
                i &+= 1
            }
        case .int32:
            let out = lanes.lanes(as: Int32.self)
            while i < count {
                out[i] = Int32(truncatingIfNeeded: value(i))
                i &+= 1
            }
        default:
            let out = lanes.lanes(as: Int64.self)
            while i < count {
                out[i] = value(i)
                i &+= 1
            }
        }
    }
}
