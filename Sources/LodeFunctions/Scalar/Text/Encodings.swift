/// Codes of characters and bytes: hexadecimal, base64, URLs, SQL quoting.

import Glibc
import LodeCore
import LodeVectors

extension ScalarFunction {
    static let encodings: [ScalarFunction] = [
        ScalarFunction(
            "ascii", aliases: ["unicode", "ord", "codepoint"], "text", "The code point of the first character; 0 for the empty text.",
            source: "PostgreSQL 17, 9.4", examples: [("ascii('x')", "120")],
            .strict([.varchar], .integer, canFail: false) { call throws(SQLError) in
                try call.map(StringView.self, to: .integer) { view in
                    view.withBytes { $0.isEmpty ? 0 : Int32(UTF8Text.decode($0, at: 0).scalar) }
                }
            }),
        ScalarFunction(
            "chr", "text", "The character with a code point.", source: "PostgreSQL 17, 9.4", examples: [("chr(65)", "A")],
            .strict([.integer], .varchar, canFail: true) { call throws(SQLError) in
                let codes = call.lanes(0, Int32.self)
                let sink = try ByteSink(capacity: 16)
                return try call.mapText { (row, arena) throws(SQLError) in
                    guard codes[row] > 0, let code = UInt32(exactly: codes[row]), Unicode.Scalar(code) != nil else {
                        throw SQLError(.programLimitExceeded, "requested character not valid: \(codes[row])")
                    }
                    sink.truncate()
                    try UTF8Text.append(code, to: sink)
                    return try arena.add(sink.bytes)
                }
            }),
        ScalarFunction(
            "to_hex", "text", "The number in hexadecimal (two's complement).",
            source: "PostgreSQL 17, 9.4", examples: [("to_hex(255)", "ff")],
            .strict([.bigint], .varchar, canFail: false) { call throws(SQLError) in
                let numbers = call.lanes(0, Int64.self)
                return try call.mapText { (row, arena) throws(SQLError) in
                    try arena.add(String(UInt64(bitPattern: numbers[row]), radix: 16))
                }
            }),
        bytes("hex", from: .varchar, "The bytes of a string in hexadecimal, in upper case.", [("hex('ab')", "6162")], Encoding.hexUpper),
        ScalarFunction(
            "unhex", aliases: ["from_hex"], "text", "The bytes that hexadecimal digits stand for.", source: "DuckDB, Text Functions",
            examples: [("unhex('6162')", "\\x6162")],
            .strict([.varchar], .varbinary, canFail: true) { call throws(SQLError) in
                try call.mapBytes(to: .varbinary) { (_, bytes, sink) throws(SQLError) in try Encoding.fromHex(bytes, to: sink) }
            }),
        ScalarFunction(
            "encode", "text", "Bytes as text: hex or base64; of a string alone, its UTF-8 bytes.", source: "PostgreSQL 17, 9.5",
            examples: [("encode('ab'::varbinary, 'hex')", "6162")],
            .strict([.varbinary, .varchar], .varchar, canFail: true) { call throws(SQLError) in try Encoding.encode(call) },
            .strict([.varchar], .varbinary, canFail: false) { call throws(SQLError) in call.arguments[0].retyped(.varbinary) }),
        ScalarFunction(
            "decode", "text", "The bytes that hex or base64 text stands for; of bytes alone, the UTF-8 text.", source: "PostgreSQL 17, 9.5",
            examples: [("decode('6162', 'hex')", "\\x6162")],
            .strict([.varchar, .varchar], .varbinary, canFail: true) { call throws(SQLError) in try Encoding.decode(call) },
            .strict([.varbinary], .varchar, canFail: true) { call throws(SQLError) in try Encoding.text(call) }),
        bytes("to_base64", aliases: ["base64"], from: .varbinary, "Bytes in base64.",
            [("to_base64('ab'::varbinary)", "YWI=")], Encoding.base64),
        ScalarFunction(
            "from_base64", "text", "The bytes that base64 text stands for.", source: "Trino, Binary functions",
            examples: [("from_base64('YWI=')", "\\x6162")],
            .strict([.varchar], .varbinary, canFail: true) { call throws(SQLError) in
                try call.mapBytes(to: .varbinary) { (_, bytes, sink) throws(SQLError) in try Encoding.fromBase64(bytes, to: sink) }
            }),
        ScalarFunction(
            "to_utf8", "text", "The UTF-8 bytes of a string.", source: "Trino, Binary functions", examples: [("to_utf8('a')", "\\x61")],
            .strict([.varchar], .varbinary, canFail: false) { call throws(SQLError) in call.arguments[0].retyped(.varbinary) }),
        ScalarFunction(
            "from_utf8", "text", "The text of UTF-8 bytes.",
            source: "Trino, Binary functions", examples: [("from_utf8(to_utf8('a'))", "a")],
            .strict([.varbinary], .varchar, canFail: true) { call throws(SQLError) in try Encoding.text(call) }),
        bytes("url_encode", from: .varchar, "Text with all but letters, digits and -._~ as %XX.",
            [("url_encode('a b/ü')", "a%20b%2F%C3%BC")], Encoding.url),
        ScalarFunction(
            "url_decode", "text", "Text with %XX resolved.", source: "DuckDB, Text Functions", examples: [("url_decode('a%20b')", "a b")],
            .strict([.varchar], .varchar, canFail: true) { call throws(SQLError) in
                try call.mapBytes { (_, bytes, sink) throws(SQLError) in
                    try Encoding.fromURL(bytes, to: sink)
                    try Encoding.checkText(sink.bytes)
                }
            }),
        ScalarFunction(
            "quote_literal", "text", "The text as an SQL literal.",
            source: "PostgreSQL 17, 9.4", examples: [("quote_literal('O''R')", "'O''R'")],
            .strict([.varchar], .varchar, canFail: false) { call throws(SQLError) in
                try call.mapBytes { (_, bytes, sink) throws(SQLError) in try Encoding.quote(bytes, UInt8(ascii: "'"), to: sink) }
            }),
        ScalarFunction(
            "quote_ident", "text", "The text as an SQL name, in quotes if it needs them.", source: "PostgreSQL 17, 9.4",
            examples: [("quote_ident('Foo bar')", "\"Foo bar\"")],
            .strict([.varchar], .varchar, canFail: false) { call throws(SQLError) in
                try call.mapBytes { (_, bytes, sink) throws(SQLError) in
                    let isPlain = bytes.first.map { $0 == 95 || ($0 >= 97 && $0 <= 122) } == true
                        && bytes.allSatisfy { $0 == 95 || ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) }
                    if isPlain { try sink.append(bytes) } else { try Encoding.quote(bytes, UInt8(ascii: "\""), to: sink) }
                }
            }),
        ScalarFunction(
            "hash", "text", "A 64-bit hash of the arguments; the same within one version of Lode.", source: "DuckDB, Utility Functions",
            examples: [("hash(1) = hash(1)", "true")], isStrict: false,
            .generic([.any], variadic: .any) { (types) throws(SQLError) in
                BoundScalar(parameters: types, returns: .bigint, canFail: false) { arguments, count, _ throws(SQLError) in
                    let result = try LaneResult<Int64>(count)
                    for row in 0..<count {
                        result.lanes[row] = Int64(bitPattern: arguments.reduce(0) { LaneHash.mix($0 &* 31 ^ LaneHash.hash($1, row)) })
                    }
                    return result.column(.bigint)
                }
            }),
    ]

    private static func bytes(
        _ name: String, aliases: [String] = [], from type: SQLType, _ summary: String, _ examples: [(String, String)],
        _ body: @escaping @Sendable (UnsafeRawBufferPointer, ByteSink) throws(SQLError) -> Void
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "text", summary, source: "DuckDB, Text Functions", examples: examples,
            .strict([type], .varchar, canFail: false) { call throws(SQLError) in
                try call.mapBytes { (_, bytes, sink) throws(SQLError) in try body(bytes, sink) }
            })
    }
}

/// Bytes to and from their notations.
enum Encoding {
    private static let lower = Array("0123456789abcdef".utf8), upper = Array("0123456789ABCDEF".utf8)

    private static func hex(_ bytes: some Sequence<UInt8>, _ digits: [UInt8], _ sink: ByteSink) throws(SQLError) {
        for byte in bytes {
            try sink.append(digits[Int(byte >> 4)])
            try sink.append(digits[Int(byte & 15)])
        }
    }

    static func hexLower(_ bytes: some Sequence<UInt8>, _ sink: ByteSink) throws(SQLError) { try hex(bytes, lower, sink) }
    @Sendable static func hexUpper(_ bytes: UnsafeRawBufferPointer, _ sink: ByteSink) throws(SQLError) { try hex(bytes, upper, sink) }

    static func fromHex(_ bytes: UnsafeRawBufferPointer, to sink: ByteSink) throws(SQLError) {
        guard bytes.count % 2 == 0 else { throw SQLError(.invalidTextRepresentation, "invalid hexadecimal data: odd number of digits") }
        for index in stride(from: 0, to: bytes.count, by: 2) {
            guard let high = HexDigit.value(bytes[index]), let low = HexDigit.value(bytes[index + 1]) else {
                throw SQLError(.invalidTextRepresentation, "invalid hexadecimal digit at byte \(index)")
            }
            try sink.append(high << 4 | low)
        }
    }

    @Sendable static func base64(_ bytes: UnsafeRawBufferPointer, _ sink: ByteSink) throws(SQLError) {
        try Base64.append(bytes, to: sink)
    }

    static func fromBase64(_ bytes: UnsafeRawBufferPointer, to sink: ByteSink) throws(SQLError) {
        var word: UInt32 = 0, bits: UInt32 = 0
        for (index, byte) in bytes.enumerated() where byte > 32 && byte != UInt8(ascii: "=") {
            guard let digit = Base64.digits.firstIndex(of: byte) else {
                throw SQLError(.invalidTextRepresentation, "invalid symbol found while decoding base64 sequence, at byte \(index)")
            }
            word = word << 6 | UInt32(digit)
            bits += 6
            if bits >= 8 {
                bits -= 8
                try sink.append(UInt8(truncatingIfNeeded: word >> bits))
            }
        }
    }

    static func encode(_ call: StrictCall) throws(SQLError) -> Column {
        let formats = call.texts(1)
        return try call.mapBytes { (row, bytes, sink) throws(SQLError) in
            switch formats[row].string.lowercased() {
            case "hex": try hex(bytes, lower, sink)
            case "base64": try base64(bytes, sink)
            case let other: throw unknown(other)
            }
        }
    }

    static func decode(_ call: StrictCall) throws(SQLError) -> Column {
        let formats = call.texts(1)
        return try call.mapBytes(to: .varbinary) { (row, bytes, sink) throws(SQLError) in
            switch formats[row].string.lowercased() {
            case "hex": try fromHex(bytes, to: sink)
            case "base64": try fromBase64(bytes, to: sink)
            case let other: throw unknown(other)
            }
        }
    }

    private static func unknown(_ name: String) -> SQLError {
        SQLError(.invalidParameterValue, "unrecognized encoding: \"\(name.prefix(60))\"", hint: "Use hex or base64.")
    }

    static func text(_ call: StrictCall) throws(SQLError) -> Column {
        let texts = call.texts(0)
        for row in 0..<call.count where call.isValid(row) {
            try texts[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in try checkText(bytes) })
        }
        return call.arguments[0].retyped(.varchar)
    }

    /// - Throws: `22021` for bytes that are no UTF-8.
    static func checkText(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        if UTF8Check.isValid(bytes) { return }
        throw SQLError(.characterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\"")
    }

    @Sendable static func url(_ bytes: UnsafeRawBufferPointer, _ sink: ByteSink) throws(SQLError) {
        for byte in bytes {
            let isPlain = (byte | 32 >= 97 && byte | 32 <= 122) || (byte >= 48 && byte <= 57) || "-._~".utf8.contains(byte)
            if isPlain {
                try sink.append(byte)
            } else {
                try sink.append(UInt8(ascii: "%"))
                try sink.append(upper[Int(byte >> 4)])
                try sink.append(upper[Int(byte & 15)])
            }
        }
    }

    static func fromURL(_ bytes: UnsafeRawBufferPointer, to sink: ByteSink) throws(SQLError) {
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count, let high = HexDigit.value(bytes[at + 1]),
                let low = HexDigit.value(bytes[at + 2])
            {
                try sink.append(high << 4 | low)
                at += 3
            } else {
                try sink.append(bytes[at])
                at += 1
            }
        }
    }

    static func quote(_ bytes: UnsafeRawBufferPointer, _ mark: UInt8, to sink: ByteSink) throws(SQLError) {
        try sink.append(mark)
        for byte in bytes {
            if byte == mark { try sink.append(mark) }
            try sink.append(byte)
        }
        try sink.append(mark)
    }
}
