/// The kernels of regular expressions: a constant pattern is compiled once per chunk at most.

import LodeCore
import LodeVectors

enum RegexKernels {
    /// Gives the pattern of each row with room for its matches.
    private final class Patterns {
        private let call: StrictCall
        private let options: Regex.Options
        private let flagIndex: Int?
        private let translate: (([UInt8], UInt8?) throws(SQLError) -> [UInt8])?
        private var current: (pattern: [UInt8], regex: Regex, match: Regex.Match)?
        private let isConstant: Bool

        init(
            _ call: StrictCall, _ options: Regex.Options = [], flagIndex: Int? = nil,
            translate: (([UInt8], UInt8?) throws(SQLError) -> [UInt8])? = nil
        ) {
            self.call = call
            self.options = options
            self.flagIndex = flagIndex.flatMap { $0 < call.arity ? $0 : nil }
            self.translate = translate
            isConstant = (1..<call.arity).allSatisfy { call.isConstant($0) || $0 == 2 && flagIndex == 3 }
        }

        func get(_ row: Int) throws(SQLError) -> (regex: Regex, match: Regex.Match) {
            if isConstant, let current { return (current.regex, current.match) }
            var pattern = call.text(1, row).withBytes { [UInt8]($0) }
            if let translate { pattern = try translate(pattern, try escape(row)) }
            if let current, current.pattern == pattern, flagIndex == nil { return (current.regex, current.match) }
            let regex = try Regex.compile(pattern, try options.union(flags(row)))
            let match = Regex.Match(regex)
            current = (pattern, regex, match)
            return (regex, match)
        }

        private func escape(_ row: Int) throws(SQLError) -> UInt8? {
            guard call.arity > 2 else { return UInt8(ascii: "\\") }
            let view = call.text(2, row)
            guard view.count <= 1 else {
                throw SQLError(.invalidEscapeSequence, "invalid escape string", hint: "Escape string must be empty or one character.")
            }
            return view.isEmpty ? nil : view.withBytes { $0[0] }
        }

        private func flags(_ row: Int) throws(SQLError) -> Regex.Options {
            guard let flagIndex else { return [] }
            var result: Regex.Options = []
            for flag in call.text(flagIndex, row).string.unicodeScalars {
                switch flag {
                case "i": result.insert(.ignoresCase)
                case "s": result.insert(.dotMatchesNewline)
                case "m", "n": result.insert(.multiline)
                case "x": result.insert(.extended)
                case "g", "c": break
                default: throw SQLError(.invalidParameterValue, "invalid regular expression option: \"\(flag)\"")
                }
            }
            return result
        }
    }

    static func test(_ call: StrictCall, _ options: Regex.Options, isNegated: Bool, flagIndex: Int?) throws(SQLError) -> Column {
        try verdicts(call, Patterns(call, options, flagIndex: flagIndex), isNegated)
    }

    static func whole(
        _ call: StrictCall, isNegated: Bool, _ translate: @escaping @Sendable ([UInt8], UInt8?) throws(SQLError) -> [UInt8]
    ) throws(SQLError) -> Column {
        try verdicts(call, Patterns(call, translate: translate), isNegated)
    }

    private static func verdicts(_ call: StrictCall, _ patterns: Patterns, _ isNegated: Bool) throws(SQLError) -> Column {
        let texts = call.texts(0)
        return try call.mapValid(UInt8(0), to: .boolean) { (row) throws(SQLError) in
            let (regex, match) = try patterns.get(row)
            let found = try texts[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                try regex.find(bytes, match)
            })
            return found != isNegated ? 1 : 0
        }
    }

    static func extract(_ call: StrictCall) throws(SQLError) -> Column {
        let groups = call.arity > 2 ? call.lanes(2, Int64.self) : nil
        return try first(call) { row, match in
            let group = Int(clamping: groups?[row] ?? 0)
            return group < match.groupCount && group >= 0 ? .success(match.range(group)) : .failure(noGroup(group))
        }
    }

    /// `substring(text from pattern)`: the first group if there is one, else the match (PostgreSQL).
    static func substring(_ call: StrictCall) throws(SQLError) -> Column {
        try first(call) { _, match in .success(match.range(match.groupCount > 1 ? 1 : 0)) }
    }

    private static func noGroup(_ group: Int) -> SQLError {
        SQLError(.invalidParameterValue, "the regular expression has no group \(group)")
    }

    private static func first(
        _ call: StrictCall, _ part: (Int, Regex.Match) -> Result<Range<Int>?, SQLError>
    ) throws(SQLError) -> Column {
        let patterns = Patterns(call, flagIndex: nil)
        let texts = call.texts(0)
        let result = try TextResult(call.count)
        var nulls = NullMask(call.count)
        for row in 0..<call.count where call.isValid(row) {
            let (regex, match) = try patterns.get(row)
            let view = texts[row]
            let range = try view.withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) -> Range<Int>? in
                try regex.find(bytes, match) ? try part(row, match).get() : nil
            })
            if let range { result.lanes[row] = view.part(range) } else { try nulls.set(row) }
        }
        return result.column(validity: nulls.buffer, heaps: call.argumentHeaps)
    }

    static func count(_ call: StrictCall) throws(SQLError) -> Column {
        let patterns = Patterns(call)
        let texts = call.texts(0)
        return try call.mapValid(Int64(0), to: .bigint) { (row) throws(SQLError) in
            let (regex, match) = try patterns.get(row)
            var count: Int64 = 0
            try texts[row].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                try regex.forEach(bytes, match) { (_) throws(SQLError) in
                    count += 1
                    return true
                }
            })
            return count
        }
    }

    static func extractAll(_ call: StrictCall) throws(SQLError) -> Column {
        let patterns = Patterns(call)
        let groups = call.arity > 2 ? call.lanes(2, Int64.self) : nil
        return try TextLists.make(call) { (row, view, list) throws(SQLError) in
            let (regex, match) = try patterns.get(row)
            let group = Int(clamping: groups?[row] ?? 0)
            guard group >= 0, group < match.groupCount else { throw noGroup(group) }
            try view.withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                try regex.forEach(bytes, match) { (_) throws(SQLError) in
                    list.append(match.range(group).map { view.part($0) })
                    return true
                }
            })
        }
    }

    static func split(_ call: StrictCall) throws(SQLError) -> Column {
        let patterns = Patterns(call)
        return try TextLists.make(call) { (row, view, list) throws(SQLError) in
            let (regex, match) = try patterns.get(row)
            var start = 0
            try view.withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                try regex.forEach(bytes, match) { (found) throws(SQLError) in
                    // An empty match at the start or the end splits nothing off.
                    if found.isEmpty, found.lowerBound == start || found.lowerBound == bytes.count { return true }
                    list.append(view.part(start..<found.lowerBound))
                    start = found.upperBound
                    return true
                }
            })
            list.append(view.part(start..<view.count))
        }
    }

    static func replace(_ call: StrictCall) throws(SQLError) -> Column {
        let patterns = Patterns(call, flagIndex: 3)
        let replacements = call.texts(2)
        return try call.mapBytes { (row, bytes, sink) throws(SQLError) in
            let (regex, match) = try patterns.get(row)
            let replacement = replacements[row].withBytes { [UInt8]($0) }
            let isGlobal = call.arity > 3 && call.texts(3)[row].withBytes { $0.contains(UInt8(ascii: "g")) }
            var start = 0
            try regex.forEach(bytes, match) { (found) throws(SQLError) in
                try sink.append(UnsafeRawBufferPointer(rebasing: bytes[start..<max(start, found.lowerBound)]))
                try append(replacement, bytes, match, to: sink)
                start = found.upperBound
                return isGlobal && sink.count <= StrictCall.longestText
            }
            try sink.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
    }

    /// The replacement with `\1` … `\9`, `\&` and `\\` resolved.
    private static func append(
        _ replacement: [UInt8], _ bytes: UnsafeRawBufferPointer, _ match: Regex.Match, to sink: ByteSink
    ) throws(SQLError) {
        var i = 0
        while i < replacement.count {
            let byte = replacement[i]
            i += 1
            guard byte == UInt8(ascii: "\\"), i < replacement.count else {
                try sink.append(byte)
                continue
            }
            let next = replacement[i]
            i += 1
            let group = next == UInt8(ascii: "&") ? 0 : (next >= 48 && next <= 57 ? Int(next - 48) : -1)
            if group < 0 {
                if next != UInt8(ascii: "\\") { try sink.append(byte) }
                try sink.append(next)
            } else if let range = match.range(group) {
                try sink.append(UnsafeRawBufferPointer(rebasing: bytes[range]))
            }
        }
    }
}
