/// `x[i]`, `x[a:b]`, `m[key]`.

import LodeCore
import LodeVectors

enum Subscripts {
    /// One member of `child` a row; nil is NULL.
    static func members(_ call: StrictCall, _ child: Column, _ member: (Int) -> UInt32?) throws(SQLError) -> Column {
        let selection = try Selection(capacity: call.count)
        var nulls = NullMask(call.count)
        for row in 0..<call.count {
            let found = call.isValid(row) ? member(row) : nil
            if found == nil { try nulls.set(row) }
            selection[row] = found ?? 0
        }
        selection.count = call.count
        if child.count == 0 { return try Column.null(child.type, count: call.count).flattened() }
        let result = try child.gather(selection).flattened()
        return result.replacing(validity: try Validity.and(result.validityBuffer, nulls.buffer, call.count))
    }

    static func element(_ types: [SQLType]) throws(SQLError) -> BoundScalar {
        switch types[0] {
        case .list(let element):
            guard Casts.implicitCost(from: types[1], to: .bigint) != nil else { throw .noFunction("array_extract", types) }
            return .strict([types[0], .bigint], element, canFail: false) { call throws(SQLError) in
                let ranges = call.lanes(0, ListRange.self), positions = call.lanes(1, Int64.self)
                return try members(call, call.arguments[0].children[0]) { row in
                    let range = ranges[row], position = positions[row]
                    let index = position > 0 ? position - 1 : Int64(range.count) &+ max(position, -Int64(UInt32.max) - 1)
                    return position != 0 && index >= 0 && index < Int64(range.count) ? range.offset &+ UInt32(index) : nil
                }
            }
        case .map(let key, let value):
            guard let common = Casts.commonType(key, types[1]), common == key else { throw .noFunction("array_extract", types) }
            return .strict([types[0], key], value, canFail: false) { call throws(SQLError) in
                let ranges = call.lanes(0, ListRange.self), keys = call.arguments[0].children[0], wanted = call.arguments[1]
                return try members(call, call.arguments[0].children[1]) { row in
                    let range = ranges[row]
                    return (range.offset..<(range.offset &+ range.count)).first { RowOrder.compare(keys, Int($0), wanted, row) == 0 }
                }
            }
        case .varchar, .char:
            return .strict([.varchar, .bigint], .varchar, canFail: false) { call throws(SQLError) in
                let positions = call.lanes(1, Int64.self)
                return try call.mapPart { (row, bytes) throws(SQLError) in
                    let length = Int64(UTF8Text.length(bytes)), position = positions[row]
                    let index = position > 0 ? position - 1 : length &+ max(position, -Int64(UInt32.max) - 1)
                    guard position != 0, index >= 0, index < length else { return 0..<0 }
                    let start = UTF8Text.offset(ofCharacter: Int(index), in: bytes)
                    return start..<UTF8Text.offset(ofCharacter: 1, in: bytes, from: start)
                }
            }
        case .json:
            return try JSONFunctions.extract([.json, types[1]], asText: false)
        case .null: return .strict([.null, types[1]], .null, canFail: false) { call throws(SQLError) in call.arguments[0] }
        default: throw .noFunction("array_extract", types)
        }
    }

    /// Bounds count from 1, negative ones from the end, and are cut to the list. A bound that is NULL gives NULL (PostgreSQL).
    static func slice(_ types: [SQLType]) throws(SQLError) -> BoundScalar {
        let type = types[0]
        let isText = type.isText
        guard isText || ListFunctions.elementType(type) != nil else { throw .noFunction("array_slice", types) }
        let parameters: [SQLType] = [isText ? .varchar : type, .bigint, .bigint]
        return .strict(parameters, isText ? .varchar : type, canFail: false) { call throws(SQLError) in
            let lows = call.lanes(1, Int64.self), highs = call.lanes(2, Int64.self)
            func bounds(_ row: Int, _ length: Int) -> Range<Int> {
                let low = lows[row], high = highs[row]
                let first = low < 0 ? max(1, Int64(length) &+ max(low, -(1 << 40)) + 1) : max(1, low)
                let last = min(Int64(length), high < 0 ? Int64(length) &+ max(high, -(1 << 40)) + 1 : high)
                return first > last ? 0..<0 : Int(first - 1)..<Int(last)
            }
            if isText {
                return try call.mapPart { (row, bytes) throws(SQLError) in
                    let range = bounds(row, UTF8Text.length(bytes))
                    let start = UTF8Text.offset(ofCharacter: range.lowerBound, in: bytes)
                    return start..<(range.isEmpty ? start : UTF8Text.offset(ofCharacter: range.count, in: bytes, from: start))
                }
            }
            let ranges = call.lanes(0, ListRange.self)
            return try ListRows.make(type, [call.arguments[0].children[0]], call.count) { (row, rows) throws(SQLError) in
                guard call.isValid(row) else { return true }
                let kept = bounds(row, Int(ranges[row].count))
                rows.append(ListRange(offset: ranges[row].offset &+ UInt32(kept.lowerBound), count: UInt32(kept.count)))
                return true
            }
        }
    }
}

/// Lists of numbers in steps.
enum Sequences {
    static func range(_ call: StrictCall, includesEnd: Bool) throws(SQLError) -> Column {
        let hasStart = call.arity > 1
        let starts = call.lanes(0, Int64.self), ends = call.lanes(hasStart ? 1 : 0, Int64.self)
        let steps = call.arity > 2 ? call.lanes(2, Int64.self) : nil
        func bounds(_ row: Int) -> (start: Int64, end: Int64, step: Int64) {
            let end = ends[row], start = hasStart ? starts[row] : 0
            return (start, end, steps?[row] ?? (includesEnd && end < start ? -1 : 1))
        }
        let ranges = try LaneResult<ListRange>(call.count)
        var total: UInt64 = 0
        for row in 0..<call.count {
            ranges.lanes[row] = ListRange(offset: UInt32(total), count: 0)
            guard call.isValid(row) else { continue }
            let (start, end, step) = bounds(row)
            if step == 0 { throw SQLError(.invalidParameterValue, "step size cannot equal zero") }
            let count = count(start, end, step, includesEnd)
            guard count <= maxElements, total + count <= maxElements else {
                throw SQLError(.programLimitExceeded, "the list would have too many elements")
            }
            ranges.lanes[row].count = UInt32(count)
            total += count
        }
        let numbers = try LaneResult<Int64>(Int(total))
        for row in 0..<call.count where ranges.lanes[row].count > 0 {
            let (start, _, step) = bounds(row)
            var number = start
            let first = Int(ranges.lanes[row].offset)
            for index in first..<first + Int(ranges.lanes[row].count) {
                numbers.lanes[index] = number
                number &+= step
            }
        }
        return Column(flat: .list(.bigint), count: call.count, lanes: ranges.buffer, children: [numbers.column(.bigint)])
    }

    /// Of all lists of a chunk.
    private static let maxElements: UInt64 = 1 << 26

    /// How many numbers there are; at most 2^63 or so, which a caller refuses.
    private static func count(_ start: Int64, _ end: Int64, _ step: Int64, _ includesEnd: Bool) -> UInt64 {
        if step > 0 ? start > end : start < end { return 0 }
        let distance = (Int128(end) - Int128(start)).magnitude, each = UInt128(step.magnitude)
        let (quotient, remainder) = distance.quotientAndRemainder(dividingBy: each)
        let count = quotient + (includesEnd || remainder != 0 ? 1 : 0)
        return UInt64(clamping: min(count, 1 << 62))
    }
}

enum ListTexts {
    /// `array_to_string(list, separator[, null])`; the elements are cast to text.
    static func join(_ arity: Int) -> BoundScalar {
        let parameters: [SQLType] = [.list(.varchar), .varchar] + (arity > 2 ? [.varchar] : [])
        return .strict(parameters, .varchar, canFail: true) { call throws(SQLError) in
            let ranges = call.lanes(0, ListRange.self), child = try call.arguments[0].children[0].flattened()
            let members = child.lanes(as: StringView.self), separators = call.texts(1)
            let replacements = arity > 2 ? call.texts(2) : nil
            let sink = try ByteSink(capacity: 256)
            return try call.mapText { (row, arena) throws(SQLError) in
                sink.truncate()
                var isFirst = true
                for index in Int(ranges[row].offset)..<Int(ranges[row].offset) + Int(ranges[row].count) {
                    let isNull = child.isNull(index)
                    if isNull, replacements == nil { continue }
                    if !isFirst { try sink.append(separators[row]) }
                    isFirst = false
                    if isNull, let replacements { try sink.append(replacements[row]) } else { try sink.append(members[index]) }
                }
                return try arena.add(sink.bytes)
            }
        }
    }
}
