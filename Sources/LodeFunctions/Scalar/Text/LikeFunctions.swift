/// LIKE and its kin, and the plain tests for parts of a string.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let matching: [ScalarFunction] = [
        like("like", isNegated: false, folds: false, "Whether a string fits a pattern of % and _.", [("'abc' LIKE 'a%'", "true")]),
        like("not_like", isNegated: true, folds: false, "Whether a string does not fit a pattern.", [("'abc' NOT LIKE 'a_c'", "false")]),
        like("ilike", isNegated: false, folds: true, "LIKE without regard to case.", [("'ABC' ILIKE 'a%'", "true")]),
        like("not_ilike", isNegated: true, folds: true, "NOT LIKE without regard to case.", [("'ABC' NOT ILIKE 'b%'", "true")]),
        part("contains", "Whether the second text occurs in the first.", [("contains('abc', 'bc')", "true")]) { needle in
            let search = TextSearch(needle)
            return { search.find(in: $0) != nil }
        },
        part(
            "starts_with", aliases: ["prefix", "startswith"], "Whether the first text begins with the second.",
            [("starts_with('abc', 'ab')", "true")]
        ) { needle in { LikePattern.has(needle, $0, 0) } },
        part(
            "ends_with", aliases: ["suffix", "endswith"], "Whether the first text ends with the second.",
            [("ends_with('abc', 'bc')", "true")]
        ) { needle in { LikePattern.has(needle, $0, $0.count - needle.count) } },
    ]

    private static func like(
        _ name: String, isNegated: Bool, folds: Bool, _ summary: String, _ examples: [(String, String)]
    ) -> ScalarFunction {
        ScalarFunction(
            name, "pattern", summary, source: "PostgreSQL 17, 9.7.1", examples: examples,
            .strict([.varchar, .varchar, .varchar], .boolean, optional: 1, canFail: true) { call throws(SQLError) in
                try LikeKernel(isNegated: isNegated, folds: folds).compute(call)
            }.failing(onlyBy: 1, 2))
    }

    private static func part(
        _ name: String, aliases: [String] = [], _ summary: String, _ examples: [(String, String)],
        _ test: @escaping @Sendable ([UInt8]) -> (UnsafeRawBufferPointer) -> Bool
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "text", summary, source: "PostgreSQL 17, 9.4; DuckDB", examples: examples,
            .strict([.varchar, .varchar], .boolean, canFail: false) { call throws(SQLError) in
                let texts = call.texts(0), needles = call.texts(1)
                let result = try LaneResult<UInt8>(call.count)
                var matches = test(call.isConstant(1) ? needles[0].withBytes { [UInt8]($0) } : [])
                for row in 0..<call.count {
                    if !call.isConstant(1) { matches = test(needles[row].withBytes { [UInt8]($0) }) }
                    result.lanes[row] = texts[row].withBytes { matches($0) } ? 1 : 0
                }
                return result.column(.boolean)
            })
    }
}

/// Matches a chunk: a constant pattern is compiled once, others row by row.
struct LikeKernel: Sendable {
    let isNegated: Bool
    /// Whether case is ignored.
    let folds: Bool

    func compute(_ call: StrictCall) throws(SQLError) -> Column {
        var call = call
        if folds {
            let folded = [try CaseMapping.lower(call, 0), try CaseMapping.lower(call, 1)] + call.arguments.dropFirst(2)
            call = StrictCall(arguments: folded, count: call.count, validity: call.validity, context: call.context)
        }
        let result = try LaneResult<UInt8>(call.count)
        let flip: UInt8 = isNegated ? 1 : 0
        let texts = call.texts(0)
        if call.isConstant(1), call.arity < 3 || call.isConstant(2) {
            let pattern = try compile(call, 0)
            run(pattern, texts, call.count, flip, result.lanes)
            return result.column(.boolean)
        }
        for row in 0..<call.count {
            guard call.isValid(row) else {
                result.lanes[row] = 0
                continue
            }
            let pattern = try compile(call, row)
            result.lanes[row] = (texts[row].withBytes { pattern.matches($0) } ? 1 : 0) ^ flip
        }
        return result.column(.boolean)
    }

    /// The form is looked at once per chunk.
    private func run(
        _ pattern: LikePattern, _ texts: ArgumentLanes<StringView>, _ count: Int, _ flip: UInt8, _ out: MutableLanes<UInt8>
    ) {
        var i = 0
        switch pattern.form {
        case .contains(let search):
            search.needle.withUnsafeBytes { needle in
                while i < count {
                    out[i] = (texts[i].withBytes { TextSearch.find(needle, in: $0) != nil } ? 1 : 0) ^ flip
                    i &+= 1
                }
            }
        case .equals(let wanted) where wanted.count <= StringView.inlineCapacity:
            let view = wanted.withUnsafeBytes { $0.baseAddress.map { StringView(short: $0, count: wanted.count) } ?? StringView() }
            while i < count {
                out[i] = (texts[i] == view ? 1 : 0) ^ flip
                i &+= 1
            }
        case .startsWith(let wanted) where wanted.count <= 4:
            var prefix: UInt32 = 0, mask: UInt32 = 0
            for (index, byte) in wanted.enumerated() {
                prefix |= UInt32(byte) << UInt32(index * 8)
                mask |= 0xff << UInt32(index * 8)
            }
            while i < count {
                let view = texts[i]
                out[i] = (view.prefix & mask == prefix && view.count >= wanted.count ? 1 : 0) ^ flip
                i &+= 1
            }
        default:
            while i < count {
                out[i] = (texts[i].withBytes { pattern.matches($0) } ? 1 : 0) ^ flip
                i &+= 1
            }
        }
    }

    private func compile(_ call: StrictCall, _ row: Int) throws(SQLError) -> LikePattern {
        var escape: UInt8? = UInt8(ascii: "\\")
        if call.arity > 2 {
            let view = call.texts(2)[row]
            guard view.count <= 1 else {
                throw SQLError(.invalidEscapeSequence, "invalid escape string", hint: "Escape string must be empty or one character.")
            }
            escape = view.isEmpty ? nil : view.withBytes { $0[0] }
        }
        return try call.texts(1)[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
            try LikePattern(bytes, escape: escape)
        })
    }
}
