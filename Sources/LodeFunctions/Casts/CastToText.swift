/// Anything to text.

import LodeCore
import LodeVectors

enum CastToText {
    /// The value as PostgreSQL shows it; char loses the blanks that pad it.
    static func body(_ from: SQLType) -> StrictBody? {
        if from == .json { return { call throws(SQLError) in call.arguments[0].retyped(.varchar) } }
        if from.base == .varchar { return { call throws(SQLError) in call.arguments[0].retyped(.varchar) } }
        if case .char = from {
            return { call throws(SQLError) in
                try call.mapPart { (_, bytes) throws(SQLError) in
                    var end = bytes.count
                    while end > 0, bytes[end - 1] == 32 { end -= 1 }
                    return 0..<end
                }
            }
        }
        return { call throws(SQLError) in try render(call) }
    }

    static func render(_ call: StrictCall, to type: SQLType = .varchar) throws(SQLError) -> Column {
        let text = ValueText(call.arguments[0], zone: try zone(call), objects: call.context.objects.text)
        let sink = try ByteSink(capacity: 256)
        return try call.mapText(to: type) { (row, arena) throws(SQLError) in
            sink.truncate()
            try text.append(row, to: sink)
            return try arena.add(sink.bytes)
        }
    }

    private static func zone(_ call: StrictCall) throws(SQLError) -> ValueText.Zone? {
        guard call.arguments[0].type.isZoned || call.arguments[0].type.isNested else { return nil }
        let rules = try TimeZoneRules.named(call.context.timeZone)
        return { rules.offsetSeconds(atUTC: $0) }
    }

    /// Text of exactly `length` characters: cut, or padded with blanks.
    static func padded(_ from: SQLType, _ length: Int) -> StrictBody? {
        guard let text = body(from) else { return nil }
        return { call throws(SQLError) in
            let inner = StrictCall(arguments: [try text(call)], count: call.count, validity: call.validity, context: call.context)
            let source = inner.texts(0)
            return try inner.mapText(to: .char(length)) { (row, arena) throws(SQLError) in
                try source[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                    let kept = UTF8Text.offset(ofCharacter: length, in: bytes)
                    let missing = length - UTF8Text.length(UnsafeRawBufferPointer(rebasing: bytes[0..<kept]))
                    if missing == 0, kept == bytes.count { return try arena.add(bytes) }
                    let sink = try ByteSink(capacity: kept + missing)
                    try sink.append(UnsafeRawBufferPointer(rebasing: bytes[0..<kept]))
                    for _ in 0..<missing { try sink.append(32) }
                    return try arena.add(sink.bytes)
                })
            }
        }
    }
}
