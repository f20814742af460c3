/// Values in binary, as clients send them.

import LodeCore

/// What PostgreSQL's `…recv` functions read.
enum BinaryValue {
    /// - Parameter id: the type that the client says, or was told; it decides the layout.
    /// - Throws: `22P03` for bytes that are no such value, `08P01` for too few.
    static func decode(_ bytes: [UInt8], id: UInt32, type: SQLType) throws(SQLError) -> Value {
        var reader = MessageReader(bytes)
        let value = try read(&reader, id: id, type: type)
        guard reader.remaining == 0 else { throw SQLError(.invalidBinaryRepresentation, "incorrect binary data format in bind parameter") }
        return value
    }

    private static func read(_ reader: inout MessageReader, id: UInt32, type: SQLType) throws(SQLError) -> Value {
        switch id {
        case ObjectID.boolean: return .boolean(try reader.uint8() != 0)
        case ObjectID.int2: return .integer(Int64(try reader.int16()))
        case ObjectID.int4: return .integer(Int64(try reader.int32()))
        case ObjectID.oid, ObjectID.xid, ObjectID.regclass, ObjectID.regtype, ObjectID.regproc, ObjectID.regnamespace,
            ObjectID.regrole:
            return .integer(Int64(UInt32(bitPattern: try reader.int32())))
        case ObjectID.cid: return .integer(Int64(try reader.int32()))
        case ObjectID.int8: return .integer(try reader.int64())
        case ObjectID.money: return .double(Double(try reader.int64()) / 100)
        case ObjectID.float4: return .double(Double(Float(bitPattern: UInt32(bitPattern: try reader.int32()))))
        case ObjectID.float8: return .double(Double(bitPattern: UInt64(bitPattern: try reader.int64())))
        case ObjectID.numeric: return try BinaryNumeric.decode(&reader)
        case ObjectID.bytea: return .bytes(reader.rest())
        case ObjectID.date: return .date(try BinaryTime.days(fromWire: try reader.int32()))
        case ObjectID.time: return try time(&reader)
        case ObjectID.timestamp, ObjectID.timestamptz: return .timestamp(try BinaryTime.micros(fromWire: try reader.int64()))
        case ObjectID.interval:
            let micros = try reader.int64(), days = try reader.int32(), months = try reader.int32()
            return .interval(Interval(months: months, days: days, micros: micros))
        case ObjectID.uuid:
            let high = UInt64(bitPattern: try reader.int64()), low = UInt64(bitPattern: try reader.int64())
            return .uuid(UInt128(high) << 64 | UInt128(low))
        case ObjectID.jsonb:
            guard try reader.uint8() == 1 else { throw SQLError(.invalidBinaryRepresentation, "unsupported jsonb version number") }
            return .text(try EncodedText.decode(reader.rest()))
        default:
            let isArray = ObjectID.element(of: id) != nil || type != type.base
            if isArray, case .list(let element) = type.base { return try array(&reader, element) }
            guard type.isText else { throw SQLError.unsupported("a parameter of type \(id) in binary", hint: "Send it as text.") }
            return .text(try EncodedText.decode(reader.rest()))
        }
    }

    private static func time(_ reader: inout MessageReader) throws(SQLError) -> Value {
        let micros = try reader.int64()
        guard (0...86_400_000_000).contains(micros) else { throw SQLError(.datetimeFieldOverflow, "time out of range") }
        return .time(micros)
    }

    private static func array(_ reader: inout MessageReader, _ element: SQLType) throws(SQLError) -> Value {
        let dimensions = try reader.int32()
        _ = try reader.int32()
        let id = UInt32(bitPattern: try reader.int32())
        guard dimensions >= 0, dimensions <= BinaryArray.maximumDimensions else {
            throw SQLError(.invalidBinaryRepresentation, "number of array dimensions (\(dimensions)) exceeds the maximum allowed (6)")
        }
        if dimensions == 0 { return .list([]) }
        guard dimensions == 1 else { throw SQLError.unsupported("an array parameter of \(dimensions) dimensions in binary") }
        let count = try reader.int32()
        _ = try reader.int32()
        // Every element takes four bytes at least: no more is reserved than was sent.
        guard count >= 0, Int(count) * 4 <= reader.remaining else {
            throw SQLError(.invalidBinaryRepresentation, "insufficient data left in message")
        }
        var items: [Value] = []
        items.reserveCapacity(Int(count))
        for _ in 0..<count {
            let length = try reader.int32()
            items.append(length == -1 ? .null : try decode(try reader.take(Int(length)), id: id, type: element))
        }
        return .list(items)
    }
}

extension MessageReader {
    mutating func int64() throws(SQLError) -> Int64 {
        let high = UInt32(bitPattern: try int32()), low = UInt32(bitPattern: try int32())
        return Int64(bitPattern: UInt64(high) << 32 | UInt64(low))
    }
}
