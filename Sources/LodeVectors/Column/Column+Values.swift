/// Single values in and out of columns, for literals, statistics, results and tests.

import LodeCore

extension Column {
    /// `value` for every one of `count` rows.
    /// - Throws: `42804` if the value is not of the type.
    package static func constant(_ value: Value, _ type: SQLType, count: Int) throws(SQLError) -> Column {
        Column(repeating: try make(type, [value]), count: count)
    }

    package static func null(_ type: SQLType, count: Int) throws(SQLError) -> Column {
        try constant(.null, type, count: count)
    }

    /// A flat column of `values`. A path for few values: hot code fills lanes itself.
    /// - Throws: `42804` if a value is not of the type.
    package static func make(_ type: SQLType, _ values: [Value]) throws(SQLError) -> Column {
        let lanes = try Buffer.zeroed(byteCount: max(values.count * type.physical.stride, 16))
        let arena = TextArena()
        var validity: Buffer?
        for (row, value) in values.enumerated() {
            if value.isNull {
                let mask = if let validity { validity } else { try Validity.allValid(values.count) }
                validity = mask
                Validity.clear(mask.lanes(as: UInt64.self), row)
            } else if !type.isNested {
                try store(value, type, lanes, row, arena)
            }
        }
        let children = try makeChildren(type, values, lanes)
        return Column(
            flat: type, count: values.count, lanes: lanes, validity: validity, heaps: arena.heaps, children: children)
    }

    private static func makeChildren(
        _ type: SQLType, _ values: [Value], _ lanes: Buffer
    ) throws(SQLError) -> [Column] {
        switch type.base {
        case .structure(let fields):
            var children: [Column] = []
            for (index, field) in fields.enumerated() {
                var members: [Value] = []
                for value in values {
                    if case .structure(let parts) = value, index < parts.count {
                        members.append(parts[index])
                    } else {
                        members.append(.null)
                    }
                }
                children.append(try make(field.type, members))
            }
            return children
        case .list(let element):
            var all: [Value] = []
            let ranges = lanes.lanes(as: ListRange.self)
            for (row, value) in values.enumerated() {
                guard case .list(let items) = value else { continue }
                ranges[row] = ListRange(offset: UInt32(clamping: all.count), count: UInt32(clamping: items.count))
                all += items
            }
            return [try make(element, all)]
        case .map(let keyType, let valueType):
            var keys: [Value] = [], items: [Value] = []
            let ranges = lanes.lanes(as: ListRange.self)
            for (row, value) in values.enumerated() {
                guard case .map(let entries) = value else { continue }
                ranges[row] = ListRange(offset: UInt32(clamping: keys.count), count: UInt32(clamping: entries.count))
                for entry in entries {
                    keys.append(entry.key)
                    items.append(entry.value)
                }
            }
            return [try make(keyType, keys), try make(valueType, items)]
        default: return []
        }
    }

    private static func store(
        _ value: Value, _ type: SQLType, _ lanes: Buffer, _ row: Int, _ arena: TextArena
    ) throws(SQLError) {
        func put<T: BitwiseCopyable>(_ lane: T) { lanes.lanes(as: T.self)[row] = lane }
        switch (value, type.physical) {
        case (.boolean(let flag), .bool): put(flag ? UInt8(1) : 0)
        case (.integer(let number), .int8): put(Int8(truncatingIfNeeded: number))
        case (.integer(let number), .int16): put(Int16(truncatingIfNeeded: number))
        case (.integer(let number), .int32): put(Int32(truncatingIfNeeded: number))
        case (.integer(let number), .int64): put(number)
        case (.decimal(let unscaled, _), .int64): put(Int64(truncatingIfNeeded: unscaled))
        case (.decimal(let unscaled, _), .int128): put(unscaled)
        case (.double(let number), .float32): put(Float(number))
        case (.double(let number), .float64): put(number)
        case (.date(let days), .int32): put(days)
        case (.time(let micros), .int64), (.timestamp(let micros), .int64): put(micros)
        case (.timestampNanos(let nanos), .int64): put(nanos)
        case (.interval(let interval), .interval): put(interval)
        case (.uuid(let number), .int128): put(Int128(bitPattern: number ^ (1 << 127)))
        case (.text(let text), .text): put(try arena.add(text.string))
        case (.bytes(let bytes), .text):
            var lane: Result<StringView, SQLError> = .success(StringView())
            bytes.withUnsafeBytes { raw in
                do throws(SQLError) { lane = .success(try arena.add(raw)) } catch { lane = .failure(error) }
            }
            put(try lane.get())
        default:
            throw SQLError(.datatypeMismatch, "a value does not have type \(type)")
        }
    }

    /// The value of one row. Costs an allocation for strings: not for hot code.
    package func value(at row: Int) -> Value {
        if isNull(row) || type == .null { return .null }
        switch layout {
        case .constant: return laneValue(0)
        case .dictionary: return dictionary?.laneValue(Int(lanes(as: Int32.self)[row])) ?? .null
        case .flat: return laneValue(row)
        }
    }

    private func laneValue(_ row: Int) -> Value {
        switch type.base {
        case .null, .catalog: return .null
        case .boolean: return .boolean(lanes(as: UInt8.self)[row] != 0)
        case .tinyint: return .integer(Int64(lanes(as: Int8.self)[row]))
        case .smallint: return .integer(Int64(lanes(as: Int16.self)[row]))
        case .integer: return .integer(Int64(lanes(as: Int32.self)[row]))
        case .bigint: return .integer(lanes(as: Int64.self)[row])
        case .real: return .double(Double(lanes(as: Float.self)[row]))
        case .double: return .double(lanes(as: Double.self)[row])
        case .decimal(_, let scale):
            let unscaled = physical == .int64 ? Int128(lanes(as: Int64.self)[row]) : lanes(as: Int128.self)[row]
            return .decimal(unscaled, scale: scale)
        case .varchar, .char, .json: return .text(lanes(as: StringView.self)[row].string)
        case .varbinary: return .bytes(lanes(as: StringView.self)[row].withBytes { [UInt8]($0) })
        case .date: return .date(lanes(as: Int32.self)[row])
        case .time: return .time(lanes(as: Int64.self)[row])
        case .timestamp, .timestamptz: return .timestamp(lanes(as: Int64.self)[row])
        case .timestampNanos, .timestamptzNanos: return .timestampNanos(lanes(as: Int64.self)[row])
        case .interval: return .interval(lanes(as: Interval.self)[row])
        case .uuid: return .uuid(UInt128(bitPattern: lanes(as: Int128.self)[row]) ^ (1 << 127))
        case .list: return .list(elements(row, children[0]))
        case .map:
            return .map(
                zip(elements(row, children[0]), elements(row, children[1])).map { Value.MapEntry(key: $0, value: $1) })
        case .structure: return .structure(children.map { $0.value(at: row) })
        }
    }

    private func elements(_ row: Int, _ child: Column) -> [Value] {
        let range = lanes(as: ListRange.self)[row]
        return (0..<Int(range.count)).map { child.value(at: Int(range.offset) + $0) }
    }
}
