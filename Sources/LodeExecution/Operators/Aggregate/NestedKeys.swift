/// Lists, structs and maps as grouping keys: by way of a string that is equal when they are.

import LodeCore
import LodeVectors

/// Nested values are grouped as bytes that spell them out, and read back from those. A slow path, for rare keys.
///
///     value   0 for NULL, else 1 and: 16 bytes for numbers of every kind | length (8) and bytes | count (8) and elements
enum NestedKeys {
    static func keyType(_ type: SQLType) -> SQLType { type.isNested ? .varbinary : type }

    static func encode(_ column: Column) throws(SQLError) -> Column {
        guard column.type.isNested else { return column }
        var values: [Value] = []
        values.reserveCapacity(column.count)
        for row in 0..<column.count {
            let value = column.value(at: row)
            if value.isNull {
                values.append(.null)
            } else {
                var bytes: [UInt8] = []
                append(value, &bytes)
                values.append(.bytes(bytes))
            }
        }
        return try Column.make(.varbinary, values)
    }

    static func decode(_ column: Column, _ type: SQLType) throws(SQLError) -> Column {
        guard type.isNested else { return column }
        var values: [Value] = []
        values.reserveCapacity(column.count)
        for row in 0..<column.count {
            guard case .bytes(let bytes) = column.value(at: row) else {
                values.append(.null)
                continue
            }
            var rest = bytes[...]
            values.append(try take(type, &rest))
        }
        return try Column.make(type, values)
    }

    private static func put(_ number: Int128, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func append(_ value: Value, _ bytes: inout [UInt8]) {
        bytes.append(value.isNull ? 0 : 1)
        switch value {
        case .null: return
        case .boolean(let flag): put(flag ? 1 : 0, &bytes)
        case .integer(let number), .time(let number), .timestamp(let number), .timestampNanos(let number): put(Int128(number), &bytes)
        case .decimal(let number, _): put(number, &bytes)
        case .double(let number): put(Int128(HashMix.canonical(number)), &bytes)
        case .date(let days): put(Int128(days), &bytes)
        case .interval(let interval):
            put(Int128(interval.months), &bytes)
            put(Int128(interval.days), &bytes)
            put(Int128(interval.micros), &bytes)
        case .uuid(let number): put(Int128(bitPattern: number), &bytes)
        case .text(let text):
            let utf8 = Array(text.utf8)
            put(Int128(utf8.count), &bytes)
            bytes += utf8
        case .bytes(let content):
            put(Int128(content.count), &bytes)
            bytes += content
        case .list(let items):
            put(Int128(items.count), &bytes)
            for item in items { append(item, &bytes) }
        case .structure(let items):
            for item in items { append(item, &bytes) }
        case .map(let entries):
            put(Int128(entries.count), &bytes)
            for entry in entries {
                append(entry.key, &bytes)
                append(entry.value, &bytes)
            }
        }
    }

    private static func number(_ bytes: inout ArraySlice<UInt8>) throws(SQLError) -> Int128 {
        guard bytes.count >= 16 else { throw .internalFault("a nested key is cut short") }
        var result: UInt128 = 0
        for (index, byte) in bytes.prefix(16).enumerated() { result |= UInt128(byte) << UInt128(8 * index) }
        bytes = bytes.dropFirst(16)
        return Int128(bitPattern: result)
    }

    private static func take(_ type: SQLType, _ bytes: inout ArraySlice<UInt8>) throws(SQLError) -> Value {
        guard let mark = bytes.popFirst() else { throw .internalFault("a nested key is cut short") }
        if mark == 0 { return .null }
        switch type.base {
        case .structure(let fields):
            var items: [Value] = []
            for field in fields { items.append(try take(field.type, &bytes)) }
            return .structure(items)
        case .list(let element):
            var items: [Value] = []
            for _ in 0..<Int(try number(&bytes)) { items.append(try take(element, &bytes)) }
            return .list(items)
        case .map(let keyType, let valueType):
            var entries: [Value.MapEntry] = []
            for _ in 0..<Int(try number(&bytes)) {
                let key = try take(keyType, &bytes)
                entries.append(Value.MapEntry(key: key, value: try take(valueType, &bytes)))
            }
            return .map(entries)
        case .varchar, .char, .json, .varbinary:
            let count = Int(try number(&bytes))
            guard count <= bytes.count else { throw .internalFault("a nested key is cut short") }
            let content = Array(bytes.prefix(count))
            bytes = bytes.dropFirst(count)
            return type == .varbinary ? .bytes(content) : .text(String(decoding: content, as: UTF8.self))
        case .interval:
            let months = try number(&bytes), days = try number(&bytes), micros = try number(&bytes)
            return .interval(
                Interval(
                    months: Int32(truncatingIfNeeded: months), days: Int32(truncatingIfNeeded: days),
                    micros: Int64(truncatingIfNeeded: micros)))
        default: return scalar(type, try number(&bytes))
        }
    }

    private static func scalar(_ type: SQLType, _ number: Int128) -> Value {
        let short = Int64(truncatingIfNeeded: number)
        return switch type.base {
        case .boolean: .boolean(number != 0)
        case .decimal(_, let scale): .decimal(number, scale: scale)
        case .real, .double: .double(Double(bitPattern: UInt64(bitPattern: short)))
        case .date: .date(Int32(truncatingIfNeeded: number))
        case .time: .time(short)
        case .timestamp, .timestamptz: .timestamp(short)
        case .timestampNanos, .timestamptzNanos: .timestampNanos(short)
        case .uuid: .uuid(UInt128(bitPattern: number))
        default: .integer(short)
        }
    }
}
