/// Functions that make new strings: padding, replacing, joining.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let textBuilding: [ScalarFunction] = [
        pad("lpad", onLeft: true, [("lpad('hi', 5, 'xy')", "xyxhi"), ("lpad('hello', 2)", "he")]),
        pad("rpad", onLeft: false, [("rpad('hi', 5, 'xy')", "hixyx")]),
        ScalarFunction(
            "replace", "text", "Every occurrence of the second text replaced by the third (removed if there is none).",
            source: "PostgreSQL 17, 9.4", examples: [("replace('abab', 'b', 'xx')", "axxaxx")],
            .strict([.varchar, .varchar, .varchar], .varchar, optional: 1, canFail: true) { call throws(SQLError) in
                try TextBuilding.replace(call)
            }),
        ScalarFunction(
            "translate", "text", "Each character of the second text replaced by the one at its place in the third, or removed.",
            source: "PostgreSQL 17, 9.4", examples: [("translate('12345', '143', 'ax')", "a2x5")],
            .strict([.varchar, .varchar, .varchar], .varchar, canFail: false) { call throws(SQLError) in
                try TextBuilding.translate(call)
            }),
        ScalarFunction(
            "reverse", "text", "The characters in reverse order.", source: "PostgreSQL 17, 9.4", examples: [("reverse('abc')", "cba")],
            .strict([.varchar], .varchar, canFail: false) { call throws(SQLError) in
                try call.mapBytes { (_, bytes, sink) throws(SQLError) in
                    for scalar in TextCutting.scalars(bytes).reversed() { try UTF8Text.append(scalar, to: sink) }
                }
            }),
        ScalarFunction(
            "repeat", "text", "The text so many times.", source: "PostgreSQL 17, 9.4", examples: [("repeat('ab', 3)", "ababab")],
            .strict([.varchar, .bigint], .varchar, canFail: true) { call throws(SQLError) in
                let counts = call.lanes(1, Int64.self)
                return try call.mapBytes { (row, bytes, sink) throws(SQLError) in
                    guard counts[row] > 0, !bytes.isEmpty else { return }
                    guard counts[row] <= Int64(StrictCall.longestText / bytes.count) else {
                        throw SQLError(.programLimitExceeded, "the result would be a string of more than 1 GB")
                    }
                    for _ in 0..<counts[row] { try sink.append(bytes) }
                }
            }),
        ScalarFunction(
            "overlay", "text", "Characters from a position on, as many as given, replaced by the second text.",
            source: "PostgreSQL 17, 9.4",
            examples: [("overlay('Txxxxas' PLACING 'hom' FROM 2 FOR 4)", "Thomas")],
            .strict([.varchar, .varchar, .bigint, .bigint], .varchar, optional: 1, canFail: true) { call throws(SQLError) in
                try TextBuilding.overlay(call)
            }),
        ScalarFunction(
            "||", "operator", "Strings, binaries or lists joined; a string and another value as strings.", source: "PostgreSQL 17, 9.4",
            examples: [("'a' || 'b'", "ab"), ("'n' || 1", "n1"), ("[1] || [2]", "[1, 2]")],
            .generic([.any, .any]) { (types) throws(SQLError) in try TextBuilding.concatenation(types) }),
        ScalarFunction(
            "concat", "text", "All arguments as texts, joined; NULLs are left out.", source: "PostgreSQL 17, 9.4",
            examples: [("concat('a', NULL, 1)", "a1")], isStrict: false,
            .generic([.any], variadic: .any) { (types) throws(SQLError) in
                if types.allSatisfy({ if case .list = $0 { true } else { false } }), let type = Casts.commonType(types) {
                    return ListFunctions.concatenation(type, types.count)
                }
                return TextBuilding.concat(types.count)
            }),
        ScalarFunction(
            "concat_ws", "text", "The arguments after the first as texts, joined by the first; NULLs are left out.",
            source: "PostgreSQL 17, 9.4",
            examples: [("concat_ws(',', 'a', NULL, 'b')", "a,b")], isStrict: false,
            .generic([.text, .any], variadic: .any) { (types) throws(SQLError) in TextBuilding.concatWithSeparator(types.count) }),
    ]

    private static func pad(_ name: String, onLeft: Bool, _ examples: [(String, String)]) -> ScalarFunction {
        ScalarFunction(
            name, "text", "The text padded to so many characters \(onLeft ? "on the left" : "on the right"), or cut to them.",
            source: "PostgreSQL 17, 9.4", examples: examples,
            .strict([.varchar, .bigint, .varchar], .varchar, optional: 1, canFail: true) { call throws(SQLError) in
                try TextBuilding.pad(call, onLeft: onLeft)
            })
    }
}

enum TextBuilding {
    static func pad(_ call: StrictCall, onLeft: Bool) throws(SQLError) -> Column {
        let lengths = call.lanes(1, Int64.self)
        let fills = call.arity > 2 ? call.texts(2) : nil
        return try call.mapBytes { (row, bytes, sink) throws(SQLError) in
            guard lengths[row] <= 1 << 27 else { throw SQLError(.programLimitExceeded, "requested length too large") }
            let length = Int(max(0, lengths[row]))
            let kept = UTF8Text.offset(ofCharacter: length, in: bytes)
            let missing = length - UTF8Text.length(UnsafeRawBufferPointer(rebasing: bytes[0..<kept]))
            let fill = fills?[row].withBytes { TextCutting.scalars($0) } ?? [32]
            if !onLeft { try sink.append(UnsafeRawBufferPointer(rebasing: bytes[0..<kept])) }
            if !fill.isEmpty { for index in 0..<max(0, missing) { try UTF8Text.append(fill[index % fill.count], to: sink) } }
            if onLeft { try sink.append(UnsafeRawBufferPointer(rebasing: bytes[0..<kept])) }
        }
    }

    static func replace(_ call: StrictCall) throws(SQLError) -> Column {
        let olds = call.texts(1)
        let news = call.arity > 2 ? call.texts(2) : nil
        return try call.mapBytes { (row, bytes, sink) throws(SQLError) in
            try olds[row].withBytes(throwing: { (old: UnsafeRawBufferPointer) throws(SQLError) in
                if old.isEmpty { return try sink.append(bytes) }
                var start = 0
                while let at = TextSearch.find(old, in: bytes, from: start) {
                    try sink.append(UnsafeRawBufferPointer(rebasing: bytes[start..<at]))
                    if let news { try sink.append(news[row]) }
                    start = at + old.count
                    if sink.count > StrictCall.longestText { return }
                }
                try sink.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
            })
        }
    }

    static func translate(_ call: StrictCall) throws(SQLError) -> Column {
        let froms = call.texts(1), tos = call.texts(2)
        return try call.mapBytes { (row, bytes, sink) throws(SQLError) in
            let from = froms[row].withBytes { TextCutting.scalars($0) }, to = tos[row].withBytes { TextCutting.scalars($0) }
            for scalar in TextCutting.scalars(bytes) {
                guard let place = from.firstIndex(of: scalar) else {
                    try UTF8Text.append(scalar, to: sink)
                    continue
                }
                if place < to.count { try UTF8Text.append(to[place], to: sink) }
            }
        }
    }

    static func overlay(_ call: StrictCall) throws(SQLError) -> Column {
        let replacements = call.texts(1), starts = call.lanes(2, Int64.self)
        let counts = call.arity > 3 ? call.lanes(3, Int64.self) : nil
        return try call.mapBytes { (row, bytes, sink) throws(SQLError) in
            let replacement = replacements[row]
            let start = starts[row]
            if start < 1 { throw SQLError(.invalidParameterValue, "negative substring length not allowed") }
            let count = counts?[row] ?? Int64(replacement.withBytes { UTF8Text.length($0) })
            let first = UTF8Text.offset(ofCharacter: Int(clamping: start - 1), in: bytes)
            let (end, overflow) = (start - 1).addingReportingOverflow(count)
            let rest = UTF8Text.offset(ofCharacter: overflow ? Int.max : Int(clamping: max(0, end)), in: bytes)
            try sink.append(UnsafeRawBufferPointer(rebasing: bytes[0..<first]))
            try sink.append(replacement)
            try sink.append(UnsafeRawBufferPointer(rebasing: bytes[min(rest, bytes.count)...]))
        }
    }

    /// `||` of strings, of binaries, of lists, and of a string with anything.
    static func concatenation(_ types: [SQLType]) throws(SQLError) -> BoundScalar {
        for type in types {
            if case .list = type { return try ListFunctions.concatenation(types) }
        }
        let isBinary = types.contains(.varbinary) && types.allSatisfy { $0 == .varbinary || $0 == .null }
        guard isBinary || types.contains(where: { $0.isText || $0 == .null }) else { throw .noFunction("||", types) }
        let type: SQLType = isBinary ? .varbinary : .varchar
        return .strict([type, type], type, canFail: true) { call throws(SQLError) in
            let left = call.texts(0), right = call.texts(1)
            return try call.mapText(to: type) { (row, arena) throws(SQLError) in try join(left[row], right[row], arena) }
        }
    }

    @inline(__always)
    private static func join(_ left: StringView, _ right: StringView, _ arena: TextArena) throws(SQLError) -> StringView {
        if right.isEmpty, left.isInline { return left }
        if left.isEmpty, right.isInline { return right }
        let count = left.count + right.count
        guard count <= StrictCall.longestText else {
            throw SQLError(.programLimitExceeded, "the result would be a string of more than 1 GB")
        }
        if count <= StringView.inlineCapacity {
            var bytes = SIMD16<UInt8>()
            return withUnsafeMutableBytes(of: &bytes) { raw in
                copy(left, raw, 0)
                copy(right, raw, left.count)
                return StringView(short: UnsafeRawPointer(raw.baseAddress.unsafelyUnwrapped), count: count)
            }
        }
        let place = UnsafeMutableRawBufferPointer(start: try arena.reserve(count), count: count)
        copy(left, place, 0)
        copy(right, place, left.count)
        return StringView(UnsafeRawPointer(place.baseAddress.unsafelyUnwrapped), count: count)
    }

    @inline(__always)
    private static func copy(_ view: StringView, _ target: UnsafeMutableRawBufferPointer, _ at: Int) {
        view.withBytes { bytes in
            if !bytes.isEmpty { UnsafeMutableRawBufferPointer(rebasing: target[at..<at + bytes.count]).copyMemory(from: bytes) }
        }
    }

    static func concat(_ arity: Int) -> BoundScalar {
        BoundScalar(parameters: Array(repeating: .varchar, count: arity), returns: .varchar, canFail: true) {
            arguments, count, _ throws(SQLError) in
            try rows(arguments, count) { (row, sink) throws(SQLError) in
                for column in arguments where !column.isNull(row) { try append(column, row, to: sink) }
                return true
            }
        }
    }

    static func concatWithSeparator(_ arity: Int) -> BoundScalar {
        BoundScalar(parameters: Array(repeating: .varchar, count: arity), returns: .varchar, canFail: true) {
            arguments, count, _ throws(SQLError) in
            try rows(arguments, count) { (row, sink) throws(SQLError) in
                if arguments[0].isNull(row) { return false }
                var isFirst = true
                for column in arguments.dropFirst() where !column.isNull(row) {
                    if !isFirst { try append(arguments[0], row, to: sink) }
                    try append(column, row, to: sink)
                    isFirst = false
                }
                return true
            }
        }
    }

    private static func append(_ column: Column, _ row: Int, to sink: ByteSink) throws(SQLError) {
        let (flat, lane) = column.place(of: row)
        try sink.append(flat.lanes(as: StringView.self)[lane])
    }

    /// One text a row of columns in any layout; false is NULL.
    private static func rows(
        _ arguments: [Column], _ count: Int, _ body: (Int, ByteSink) throws(SQLError) -> Bool
    ) throws(SQLError) -> Column {
        if count > 1, arguments.allSatisfy({ $0.layout == .constant }) {
            return Column(repeating: try rows(arguments, 1, body), count: count)
        }
        let result = try TextResult(count)
        var nulls = NullMask(count)
        let sink = try ByteSink(capacity: 256)
        for row in 0..<count {
            sink.truncate()
            if try body(row, sink) { result.lanes[row] = try result.arena.add(sink.bytes) } else { try nulls.set(row) }
        }
        return result.column(validity: nulls.buffer)
    }
}
