/// RANGE with an offset: rows whose order key is within a distance of the current row's.

import LodeCore
import LodePlan
import LodeVectors

/// Finds frame bounds by search among the order key's values, which rise (for DESC: after a change of sign).
///
/// Integers, decimals, dates and times are compared as exact numbers, floating point as such. Rows whose key is NULL have
/// their peers for a frame.
final class RangeDistances {
    private let piece: WindowPiece
    private let key: RowSortKey
    private let isNull: [Bool]
    /// By row, rising within a partition; one of the two.
    private var exact: [Int128] = []
    private var floating: [Double] = []
    /// By row: the values that a bound is searched for.
    private var exactLow: [Int128] = [], exactHigh: [Int128] = []
    private var floatingLow: [Double] = [], floatingHigh: [Double] = []

    init(
        _ piece: WindowPiece, _ key: RowSortKey, _ call: WindowShape.Call, _ starts: Column?, _ ends: Column?
    ) throws(SQLError) {
        self.piece = piece
        self.key = key
        let values = try piece.column(key.column)
        isNull = (0..<piece.count).map { values.isNull($0) }
        let offsetType = call.offsetTypes.start ?? call.offsetTypes.end ?? values.type
        let isFloating = [values.type, offsetType].contains { $0 == .double || $0 == .real }
        let scale = max(values.type.decimalScale, offsetType.decimalScale)
        let measure = Measure(type: values.type, scale: scale, span: call.call.span)
        if isFloating {
            floating = (0..<piece.count).map { Self.double(values.value(at: $0)) * sign }
            floatingLow = try floatingBounds(values, starts, call.call.frame.start, call.call.span)
            floatingHigh = try floatingBounds(values, ends, call.call.frame.end, call.call.span)
            return
        }
        exact.reserveCapacity(piece.count)
        for row in 0..<piece.count { exact.append(try measure.number(values.value(at: row)) * Int128(sign)) }
        exactLow = try exactBounds(values, starts, call.call.frame.start, measure)
        exactHigh = try exactBounds(values, ends, call.call.frame.end, measure)
    }

    private var sign: Double { key.descending ? -1 : 1 }

    private static func double(_ value: Value) -> Double {
        switch value {
        case .integer(let number): Double(number)
        case .decimal(let unscaled, let scale): Decimal128.toDouble(unscaled, scale: scale)
        case .double(let number): number.isNaN ? .infinity : number
        default: 0
        }
    }

    /// Whether a bound lies before the current row.
    private func precedes(_ bound: WindowFrame.Bound) -> Bool { if case .preceding = bound { true } else { false } }

    private func floatingBounds(
        _ values: Column, _ offsets: Column?, _ bound: WindowFrame.Bound, _ span: SourceSpan?
    ) throws(SQLError) -> [Double] {
        guard let offsets else { return [] }
        var bounds: [Double] = []
        for row in 0..<piece.count {
            let offset = offsets.value(at: row)
            if offset.isNull { throw SQLError(.windowFrameOffset, "frame offset must not be null", at: span) }
            let distance = Self.double(offset)
            if distance < 0 { throw SQLError(.windowFrameOffset, "invalid preceding or following size in window function", at: span) }
            bounds.append(precedes(bound) ? floating[row] - distance : floating[row] + distance)
        }
        return bounds
    }

    private func exactBounds(
        _ values: Column, _ offsets: Column?, _ bound: WindowFrame.Bound, _ measure: Measure
    ) throws(SQLError) -> [Int128] {
        guard let offsets else { return [] }
        var bounds: [Int128] = []
        bounds.reserveCapacity(piece.count)
        // Towards the front of the order is down in value, unless the order is descending.
        let isDown = precedes(bound) != key.descending
        for row in 0..<piece.count {
            let moved = try measure.moved(values.value(at: row), by: offsets.value(at: row), down: isDown)
            bounds.append(key.descending ? -moved : moved)
        }
        return bounds
    }

    /// The first row of the frame.
    func low(_ row: Int) -> Int {
        if isNull[row] { return piece.groupStart(row) }
        let (start, end) = solid(row)
        if floating.isEmpty {
            let bound = exactLow[row]
            return search(start, end) { exact[$0] < bound }
        }
        let bound = floatingLow[row]
        return search(start, end) { floating[$0] < bound }
    }

    /// One past the last row of the frame.
    func high(_ row: Int) -> Int {
        if isNull[row] { return piece.groupEnd(row) }
        let (start, end) = solid(row)
        if floating.isEmpty {
            let bound = exactHigh[row]
            return search(start, end) { exact[$0] <= bound }
        }
        let bound = floatingHigh[row]
        return search(start, end) { floating[$0] <= bound }
    }

    /// The rows of the partition whose key is not NULL: those are together, NULLs are one group at an end.
    private func solid(_ row: Int) -> (Int, Int) {
        var start = piece.partitionStart(row), end = piece.partitionEnd(row)
        if isNull[start] { start = piece.groupEnd(start) }
        if isNull[end - 1] { end = piece.groupStart(end - 1) }
        return (start, end)
    }

    /// The first row for which `isBefore` is false.
    private func search(_ start: Int, _ end: Int, _ isBefore: (Int) -> Bool) -> Int {
        var low = start, high = end
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Keys and distances as exact numbers: decimals at one scale, times in microseconds or nanoseconds.
private struct Measure {
    let type: SQLType
    let scale: Int
    let span: SourceSpan?

    func number(_ value: Value) throws(SQLError) -> Int128 {
        switch value {
        case .null: return 0
        case .integer(let number): return try scaled(Int128(number), 0)
        case .decimal(let unscaled, let scale): return try scaled(unscaled, scale)
        case .date(let days): return Int128(days) * Int128(CivilDate.microsPerDay)
        case .time(let micros), .timestamp(let micros): return Int128(micros)
        case .timestampNanos(let nanos): return Int128(nanos)
        case .interval(let interval): return interval.comparisonMicros
        default: throw .unsupported("RANGE with an offset over \(type)", at: span)
        }
    }

    private func scaled(_ unscaled: Int128, _ from: Int) throws(SQLError) -> Int128 {
        guard let number = Decimal128.rescale(unscaled, from: from, to: scale) else {
            throw SQLError(.numericValueOutOfRange, "numeric value out of range in a window frame", at: span)
        }
        return number
    }

    /// The value at a distance.
    func moved(_ value: Value, by offset: Value, down: Bool) throws(SQLError) -> Int128 {
        if offset.isNull { throw SQLError(.windowFrameOffset, "frame offset must not be null", at: span) }
        if value.isNull { return 0 }
        var distance: Int128
        switch (value, offset) {
        case (.date, .integer(let days)): distance = Int128(days) * Int128(CivilDate.microsPerDay)
        case (.date, .interval(let interval)), (.timestamp, .interval(let interval)):
            if interval.comparisonMicros < 0 { throw invalid }
            return Int128(try number(value)) + calendar(try number(value), interval, down)
        case (.timestampNanos(let nanos), .interval(let interval)):
            if interval.comparisonMicros < 0 { throw invalid }
            let (micros, rest) = Nanoseconds.split(nanos)
            let sum = Int128(micros) + calendar(Int128(micros), interval, down)
            return sum * Int128(Nanoseconds.perMicro) + Int128(rest)
        case (.time, .interval(let interval)):
            distance = Int128(interval.micros)
        default: distance = try number(offset)
        }
        if distance < 0 { throw invalid }
        if down { distance = -distance }
        let (sum, overflow) = try number(value).addingReportingOverflow(distance)
        return overflow ? (down ? .min / 2 : .max / 2) : sum
    }

    private var invalid: SQLError {
        SQLError(.windowFrameOffset, "invalid preceding or following size in window function", at: span)
    }

    /// How far a time moves by an interval: months keep the day of the month where it exists.
    private func calendar(_ micros: Int128, _ interval: Interval, _ down: Bool) -> Int128 {
        let direction: Int64 = down ? -1 : 1, perDay = Int128(CivilDate.microsPerDay)
        var days = Int64(micros / perDay)
        if micros % perDay < 0 { days -= 1 }
        var target = days
        if interval.months != 0 {
            let (year, month, day) = CivilDate.civil(fromDays: days)
            let months = year * 12 + Int64(month - 1) + direction * Int64(interval.months)
            let newYear = months >= 0 ? months / 12 : (months - 11) / 12
            let newMonth = Int(months - newYear * 12) + 1
            target = CivilDate.days(year: newYear, month: newMonth, day: min(day, CivilDate.daysInMonth(year: newYear, month: newMonth)))
        }
        target += direction * Int64(interval.days)
        return Int128(target - days) * perDay + Int128(direction) * Int128(interval.micros)
    }
}

extension SQLType {
    /// Digits behind the point; 0 for what has none.
    fileprivate var decimalScale: Int { if case .decimal(_, let scale) = self { scale } else { 0 } }
}
