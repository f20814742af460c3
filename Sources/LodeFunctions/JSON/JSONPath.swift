/// Paths into JSON: keys and indices.

import LodeCore
import LodeVectors

/// `$.a[0]."b c"`, `$.a[*].b`, `/a/0`, a bare key, or an index.
/// - Source: SQL/JSON path, simple form; RFC 6901 for those with a slash; PostgreSQL for bare keys.
struct JSONPath: Sendable {
    enum Step: Sendable {
        case key([UInt8])
        /// Negative ones count from the end.
        case index(Int64)
        /// All elements of an array, or all values of an object.
        case every
    }

    let steps: [Step]

    /// Whether it may lead to several values.
    var hasWildcard: Bool { steps.contains { if case .every = $0 { true } else { false } } }

    init(index: Int64) { steps = [.index(index)] }

    /// - Throws: `22023` if a path that begins with `$` is malformed.
    init(_ text: [UInt8]) throws(SQLError) {
        if text.first == UInt8(ascii: "/") {
            steps = text.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
                let part = String(decoding: $0, as: UTF8.self)
                return Int64(part).map { .index($0) } ?? .key(Array($0))
            }
            return
        }
        guard text.first == UInt8(ascii: "$") else {
            steps = [.key(text)]
            return
        }
        var steps: [Step] = [], at = 1
        func fail() -> SQLError {
            SQLError(
                .invalidParameterValue, "invalid JSON path: \"\(String(decoding: text.prefix(100), as: UTF8.self))\"",
                hint: "Write keys as .key or .\"key\" and elements as [0].")
        }
        while at < text.count {
            if text[at] == UInt8(ascii: ".") {
                at += 1
                if at < text.count, text[at] == UInt8(ascii: "\"") {
                    guard let end = text[(at + 1)...].firstIndex(of: UInt8(ascii: "\"")) else { throw fail() }
                    steps.append(.key(Array(text[(at + 1)..<end])))
                    at = end + 1
                } else {
                    let start = at
                    while at < text.count, text[at] != UInt8(ascii: "."), text[at] != UInt8(ascii: "[") { at += 1 }
                    guard at > start else { throw fail() }
                    let key = Array(text[start..<at])
                    steps.append(key == [UInt8(ascii: "*")] ? .every : .key(key))
                }
            } else if text[at] == UInt8(ascii: "[") {
                guard let end = text[at...].firstIndex(of: UInt8(ascii: "]")) else { throw fail() }
                let inner = Array(text[(at + 1)..<end])
                if inner == [UInt8(ascii: "*")] {
                    steps.append(.every)
                    at = end + 1
                    continue
                }
                if inner.count >= 2, let mark = inner.first, mark == inner.last, mark == UInt8(ascii: "\"") || mark == UInt8(ascii: "'") {
                    steps.append(.key(Array(inner.dropFirst().dropLast())))
                } else {
                    guard let index = Int64(String(decoding: inner, as: UTF8.self)) else { throw fail() }
                    steps.append(.index(index))
                }
                at = end + 1
            } else {
                throw fail()
            }
        }
        self.steps = steps
    }

    /// The bytes of the value at the path; nil if there is none, or the text is not JSON up to there.
    func find(in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        guard var cursor = JSONCursor(strict: bytes) else { return nil }
        for step in steps {
            switch (step, cursor.kind()) {
            case (.key(let key), .object): guard Self.enter(&cursor, key: key) else { return nil }
            case (.index(let index), .array): guard Self.enter(&cursor, index: index) else { return nil }
            case (.index(let index), .object): guard Self.enter(&cursor, key: Array(String(index).utf8)) else { return nil }
            default: return nil
            }
        }
        guard cursor.kind() != nil else { return nil }
        let start = cursor.at
        return cursor.skipValue() ? start..<cursor.at : nil
    }

    /// The values at the path, in the order of the text.
    func findAll(in bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        var places = [0]
        for step in steps {
            var next: [Int] = []
            for place in places {
                guard var cursor = JSONCursor(strict: bytes, at: place) else { return [] }
                switch (step, cursor.kind()) {
                case (.key(let key), .object): if Self.enter(&cursor, key: key) { next.append(cursor.at) }
                case (.index(let index), .array): if Self.enter(&cursor, index: index) { next.append(cursor.at) }
                case (.every, .array), (.every, .object): next += Self.members(&cursor)
                default: break
                }
            }
            places = next
        }
        return places.compactMap { place in
            guard var cursor = JSONCursor(strict: bytes, at: place), cursor.kind() != nil else { return nil }
            let start = cursor.at
            return cursor.skipValue() ? start..<cursor.at : nil
        }
    }

    /// Where the elements of the array, or the values of the object, that begins here do.
    private static func members(_ cursor: inout JSONCursor) -> [Int] {
        let isObject = cursor.byte == UInt8(ascii: "{")
        var places: [Int] = []
        cursor.at += 1
        cursor.skipSpaces()
        if cursor.byte == UInt8(ascii: isObject ? "}" : "]") { return [] }
        repeat {
            cursor.skipSpaces()
            if isObject, cursor.key() == nil { return [] }
            cursor.skipSpaces()
            places.append(cursor.at)
            guard cursor.skipSpacedValue() else { return [] }
        } while cursor.take(UInt8(ascii: ","))
        return places
    }

    /// Moves to the value of a key of the object that begins here.
    private static func enter(_ cursor: inout JSONCursor, key: [UInt8]) -> Bool {
        cursor.at += 1
        while true {
            cursor.skipSpaces()
            guard let name = cursor.key() else { return false }
            if matches(UnsafeRawBufferPointer(start: cursor.base + name.lowerBound, count: name.count), key) { return true }
            guard cursor.skipSpacedValue(), cursor.take(UInt8(ascii: ",")) else { return false }
        }
    }

    private static func matches(_ name: UnsafeRawBufferPointer, _ key: [UInt8]) -> Bool {
        if !name.contains(UInt8(ascii: "\\")) { return name.elementsEqual(key) }
        guard let sink = try? ByteSink(capacity: name.count), (try? JSONScalar.appendUnescaped(name, to: sink)) != nil else { return false }
        return sink.bytes.elementsEqual(key)
    }

    /// Moves to an element of the array that begins here.
    private static func enter(_ cursor: inout JSONCursor, index: Int64) -> Bool {
        var wanted = index
        if index < 0 {
            let rest = UnsafeRawBufferPointer(start: cursor.base + cursor.at, count: cursor.end - cursor.at)
            guard let count = count(rest) else { return false }
            wanted = count &+ index
        }
        guard wanted >= 0 else { return false }
        cursor.at += 1
        cursor.skipSpaces()
        if cursor.byte == UInt8(ascii: "]") { return false }
        while wanted > 0 {
            guard cursor.skipSpacedValue(), cursor.take(UInt8(ascii: ",")) else { return false }
            wanted -= 1
        }
        return true
    }

    /// How many elements the array that begins the text has; nil if it is no array.
    static func count(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard var cursor = JSONCursor(strict: bytes), cursor.kind() == .array else { return nil }
        cursor.at += 1
        cursor.skipSpaces()
        if cursor.take(UInt8(ascii: "]")) { return 0 }
        var count: Int64 = 0
        repeat {
            guard cursor.skipSpacedValue() else { return nil }
            count += 1
        } while cursor.take(UInt8(ascii: ","))
        return cursor.take(UInt8(ascii: "]")) ? count : nil
    }

    /// The keys of the object that begins the text, between their quotes; nil if it is no object.
    static func keys(_ bytes: UnsafeRawBufferPointer) -> [Range<Int>]? {
        guard var cursor = JSONCursor(strict: bytes), cursor.kind() == .object else { return nil }
        cursor.at += 1
        cursor.skipSpaces()
        if cursor.take(UInt8(ascii: "}")) { return [] }
        var keys: [Range<Int>] = []
        repeat {
            cursor.skipSpaces()
            guard let key = cursor.key(), cursor.skipSpacedValue() else { return nil }
            keys.append(key)
        } while cursor.take(UInt8(ascii: ","))
        return cursor.take(UInt8(ascii: "}")) ? keys : nil
    }
}
