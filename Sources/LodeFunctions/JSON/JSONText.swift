/// Writes values as JSON, and reads the text of JSON strings.

import LodeCore
import LodeVectors

enum JSONText {
    /// A JSON string with quotes and escapes.
    static func append(quoted bytes: UnsafeRawBufferPointer, to sink: ByteSink) throws(SQLError) {
        try sink.append(UInt8(ascii: "\""))
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                try sink.append(UInt8(ascii: "\\"))
                try sink.append(byte)
            case 8: try sink.append("\\b")
            case 9: try sink.append("\\t")
            case 10: try sink.append("\\n")
            case 12: try sink.append("\\f")
            case 13: try sink.append("\\r")
            case 0..<32:
                try sink.append("\\u00")
                try sink.append(byte < 16 ? 48 : 49)
                try sink.append(byte & 15 < 10 ? 48 + (byte & 15) : 87 + (byte & 15))
            default: try sink.append(byte)
            }
        }
        try sink.append(UInt8(ascii: "\""))
    }

    /// What a JSON string between its quotes says: escapes resolved. `bytes` were scanned as valid.
    static func append(unescaped bytes: UnsafeRawBufferPointer, to sink: ByteSink) throws(SQLError) {
        var i = 0
        while i < bytes.count {
            guard bytes[i] == UInt8(ascii: "\\"), i + 1 < bytes.count else {
                try sink.append(bytes[i])
                i += 1
                continue
            }
            let escape = bytes[i + 1]
            i += 2
            switch escape {
            case UInt8(ascii: "b"): try sink.append(8)
            case UInt8(ascii: "t"): try sink.append(9)
            case UInt8(ascii: "n"): try sink.append(10)
            case UInt8(ascii: "f"): try sink.append(12)
            case UInt8(ascii: "r"): try sink.append(13)
            case UInt8(ascii: "u"):
                var scalar = hex(bytes, i)
                i += 4
                // A surrogate pair is one character.
                if scalar >= 0xd800, scalar < 0xdc00, i + 6 <= bytes.count, bytes[i] == UInt8(ascii: "\\"),
                    bytes[i + 1] == UInt8(ascii: "u")
                {
                    let low = hex(bytes, i + 2)
                    if low >= 0xdc00, low < 0xe000 {
                        scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
                        i += 6
                    }
                }
                try UTF8Text.append(scalar, to: sink)
            default: try sink.append(escape)
            }
        }
    }

    private static func hex(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
        var value: UInt32 = 0
        for k in at..<min(at + 4, bytes.count) { value = value << 4 | UInt32(HexDigit.value(bytes[k]) ?? 0) }
        return value
    }

    /// One row of any column as JSON.
    static func append(_ column: Column, _ row: Int, _ zone: TimeZoneRules, to sink: ByteSink) throws(SQLError) {
        if column.isNull(row) || column.type == .null { return try sink.append("null") }
        let (flat, lane) = column.place(of: row)
        switch column.type {
        case .boolean, .tinyint, .smallint, .integer, .bigint, .decimal:
            try ValueText(flat).append(lane, to: sink)
        case .real, .double:
            let number = column.type == .real ? Double(flat.pointer(as: Float.self)[lane]) : flat.pointer(as: Double.self)[lane]
            if number.isFinite { try ValueText(flat).append(lane, to: sink) } else { try sink.append("null") }
        case .json: try sink.append(flat.pointer(as: StringView.self)[lane])
        case .varchar, .char:
            try flat.pointer(as: StringView.self)[lane].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                try append(quoted: bytes, to: sink)
            })
        case .list:
            let range = flat.pointer(as: ListRange.self)[lane]
            try sink.append(UInt8(ascii: "["))
            for index in 0..<Int(range.count) {
                if index > 0 { try sink.append(UInt8(ascii: ",")) }
                try append(flat.children[0], Int(range.offset) + index, zone, to: sink)
            }
            try sink.append(UInt8(ascii: "]"))
        case .structure(let fields):
            try sink.append(UInt8(ascii: "{"))
            for (index, field) in fields.enumerated() {
                if index > 0 { try sink.append(UInt8(ascii: ",")) }
                try append(quoted: field.name, to: sink)
                try sink.append(UInt8(ascii: ":"))
                try append(flat.children[index], lane, zone, to: sink)
            }
            try sink.append(UInt8(ascii: "}"))
        case .map:
            try appendMap(flat, lane, zone, to: sink)
        default:
            let text = try ByteSink(capacity: 64)
            try ValueText(flat, zone: { zone.offsetSeconds(atUTC: $0) }).append(lane, to: text)
            try append(quoted: text.bytes, to: sink)
        }
    }

    private static func append(quoted text: String, to sink: ByteSink) throws(SQLError) {
        let bytes = Array(text.utf8)
        var failure: SQLError?
        bytes.withUnsafeBytes { raw in
            do throws(SQLError) { try append(quoted: raw, to: sink) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Keys become strings, whatever their type.
    private static func appendMap(_ flat: Column, _ lane: Int, _ zone: TimeZoneRules, to sink: ByteSink) throws(SQLError) {
        let range = flat.pointer(as: ListRange.self)[lane]
        try sink.append(UInt8(ascii: "{"))
        for index in 0..<Int(range.count) {
            if index > 0 { try sink.append(UInt8(ascii: ",")) }
            let key = try ByteSink(capacity: 64)
            try ValueText(flat.children[0], zone: { zone.offsetSeconds(atUTC: $0) }).append(Int(range.offset) + index, to: key)
            try append(quoted: key.bytes, to: sink)
            try sink.append(UInt8(ascii: ":"))
            try append(flat.children[1], Int(range.offset) + index, zone, to: sink)
        }
        try sink.append(UInt8(ascii: "}"))
    }
}
