/// To and from JSON.

import LodeCore
import LodeVectors

enum CastToJSON {
    /// Any value as JSON: lists are arrays, structs and maps objects, dates and the like strings.
    static func body(_ from: SQLType) -> StrictBody? {
        { call throws(SQLError) in
            let zone = try TimeZoneRules.named(call.context.timeZone)
            let sink = try ByteSink(capacity: 256)
            let values = ValueJSON(call.arguments[0], zone: { zone.offsetSeconds(atUTC: $0) })
            return try call.mapText(to: .json) { (row, arena) throws(SQLError) in
                sink.truncate()
                try values.append(row, to: sink)
                return try arena.add(sink.bytes)
            }
        }
    }
}

enum CastFromJSON {
    /// Scalars: a JSON string by what it says, others by their text; JSON's null is NULL.
    static func body(_ to: SQLType, _ isTry: Bool) -> StrictBody? {
        guard let parse = CastFromText.body(.varchar, to, isTry) else { return nil }
        return { call throws(SQLError) in
            let texts = try JSONScalar.text(call)
            let validity = try Validity.and(texts.validityBuffer, call.validity, call.count)
            let result = try parse(StrictCall(arguments: [texts], count: call.count, validity: validity, context: call.context))
            return result.replacing(validity: try Validity.and(result.validityBuffer, validity, call.count))
        }
    }
}

/// What JSON scalars say.
enum JSONScalar {
    /// The string's content, or the text of a number or boolean; NULL for null; arrays and objects as they are.
    static func text(_ call: StrictCall) throws(SQLError) -> Column {
        let source = call.texts(0)
        let sink = try ByteSink(capacity: 256)
        return try call.mapOptionalText { (row, arena) throws(SQLError) in
            try source[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                sink.truncate()
                return try append(bytes, to: sink) ? try arena.add(sink.bytes) : nil
            })
        }
    }

    /// Appends what one JSON value says; false for null.
    static func append(_ bytes: UnsafeRawBufferPointer, to sink: ByteSink) throws(SQLError) -> Bool {
        guard var cursor = JSONCursor(strict: bytes) else { return true }
        let kind = cursor.kind()
        let start = cursor.at
        if kind == .null { return false }
        guard cursor.skipValue() else {
            try sink.append(bytes)
            return true
        }
        let isString = kind == .string
        let inner = UnsafeRawBufferPointer(rebasing: bytes[(isString ? start + 1 : start)..<(isString ? cursor.at - 1 : cursor.at)])
        if isString { try appendUnescaped(inner, to: sink) } else { try sink.append(inner) }
        return true
    }

    /// What a JSON string between its quotes says. `bytes` were scanned as valid.
    /// - Throws: `22P05` for half of a surrogate pair, which is no character.
    static func appendUnescaped(_ bytes: UnsafeRawBufferPointer, to sink: ByteSink) throws(SQLError) {
        guard let base = bytes.baseAddress else { return }
        let place = try sink.reserve(bytes.count)
        guard let count = JSONUnescape.text(base.assumingMemoryBound(to: UInt8.self), bytes.count, place) else {
            throw SQLError(
                .untranslatableCharacter, "unsupported Unicode escape sequence", detail: "A surrogate escape must be one of a pair.")
        }
        sink.advance(count)
    }
}
