/// Finding the field that a key names.

import Glibc
import LodeCore
import LodeVectors

/// Fields by the spellings of their keys, learned as they come: objects mostly have their keys in one order, so the key that
/// followed the last one before is tried first, by its bytes, quotes and escapes included.
///
/// A key that is no field's names the field that differs from it only in case, if there is just one.
///
/// Not `Sendable`: one reader owns it.
final class JSONKeys {
    /// One spelling of a key.
    private struct Entry {
        /// In `texts`; no key of the text is as long as that of the first two entries.
        var start = 0
        var length = Int.max
        /// -1: the key names no field.
        var field = -1
        /// The entry that followed this one last.
        var next = 0
        var hash: UInt32 = 0
    }

    /// What `field` returns where there is no key.
    static let noKey = -2
    /// No field, since several differ from the key only in case; or none at all, though each key should have one.
    private static let ambiguous = -3
    /// Where an object begins: what `place` is at first.
    static let start = 0
    /// The place behind a key that is not remembered.
    private static let unlisted = 1
    /// How many spellings are remembered, unless there are more fields.
    private static let maximumLearned = 16_384
    private static let maximumLength = 256
    private static let maximumProbes = 64

    private(set) var names: [String]
    private var fields: [[UInt8]: Int]
    /// The fields by their keys in lower case; -1 where several have the same.
    private var foldedFields: [[UInt8]: Int] = [:]
    /// Up to this many fields, a key that is new becomes one.
    private let maximumFields: Int
    /// Whether one object may not fill a field by two keys, and may have no key that is unknown.
    private let refusesClashes: Bool, refusesUnknown: Bool
    private var texts: Buffer
    private var textBytes = 0
    private var entries: Buffer
    private var count = 2
    private var maxEntries: Int
    /// A hash table of entries, 0 for none.
    private var table: Buffer
    private var tableMask = 0

    /// Keys that become fields as they come.
    convenience init(growingTo maximumFields: Int) throws(SQLError) {
        try self.init(names: [], growingTo: maximumFields, refusesClashes: false, refusesUnknown: false)
    }

    /// - Parameter others: the keys of the object's other fields, whose values are not wanted.
    convenience init(_ names: [String], others: [String], _ options: JSONReadOptions) throws(SQLError) {
        let isSniffed = options.isSniffed
        try self.init(names: names, growingTo: 0, refusesClashes: isSniffed, refusesUnknown: isSniffed && !options.ignoreErrors)
        for (index, name) in (names + others).enumerated() {
            let field = index < names.count ? index : -1, key = Array(name.utf8)
            if fields[key] == nil { fields[key] = field }
            let folded = JSONObjectFields.folded(key)
            foldedFields[folded] = foldedFields[folded] == nil ? field : Self.ambiguous
        }
    }

    private init(names: [String], growingTo maximumFields: Int, refusesClashes: Bool, refusesUnknown: Bool) throws(SQLError) {
        self.names = names
        self.maximumFields = maximumFields
        self.refusesClashes = refusesClashes
        self.refusesUnknown = refusesUnknown
        fields = [:]
        maxEntries = names.count + Self.maximumLearned
        texts = try Buffer(byteCount: 1024)
        entries = try Buffer(byteCount: 64 * MemoryLayout<Entry>.stride)
        table = try Buffer.zeroed(byteCount: 4)
        for index in 0..<2 { self[entry: index] = Entry() }
        try enlargeTable(256)
    }

    /// Whether a key that was learned, its text from `start` on, is the one at `key`.
    @inline(__always)
    private func isKnown(_ start: Int, _ key: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        texts.withUnsafeBytes { Self.isSame(key, UnsafePointer(($0 + start).assumingMemoryBound(to: UInt8.self)), length) }
    }

    @inline(__always)
    private subscript(entry index: Int) -> Entry {
        get { entries.withUnsafeBytes { $0.assumingMemoryBound(to: Entry.self)[index] } }
        set { entries.withUnsafeBytes { $0.assumingMemoryBound(to: Entry.self)[index] = newValue } }
    }

    /// Steps over the key at the cursor and its colon.
    ///
    /// `place` is `start` before an object's first key, and stays what this function made of it for the others.
    /// - Returns: the key's field, -1 if it names none; `noKey` if there is none, and the cursor says why.
    @inline(__always)
    func field(_ cursor: inout JSONCursor, _ place: inout Int) -> Int {
        let next = self[entry: place].next
        let expected = self[entry: next]
        let length = expected.length
        if cursor.end &- cursor.at > length, isKnown(expected.start, cursor.base + cursor.at, length) {
            cursor.at &+= length
            place = next
        } else if !find(&cursor, &place) {
            return Self.noKey
        }
        if !cursor.take(UInt8(ascii: ":")), !cursor.skipColon() { return Self.noKey }
        return self[entry: place].field
    }

    /// At least two bytes each, of which seven more may be read.
    @inline(__always)
    private static func isSame(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        @inline(__always) func word(_ bytes: UnsafePointer<UInt8>, _ at: Int) -> UInt64 {
            UnsafeRawPointer(bytes + at).loadUnaligned(as: UInt64.self).littleEndian
        }
        if count < 8 {
            return (word(left, 0) ^ word(right, 0)) &<< UInt64(truncatingIfNeeded: 64 &- count &* 8) == 0
        }
        var at = 0
        while at &+ 8 < count {
            if word(left, at) != word(right, at) { return false }
            at &+= 8
        }
        return word(left, count &- 8) == word(right, count &- 8)
    }

    /// The key is not the expected one: looks it up, or remembers it.
    @inline(never)
    private func find(_ cursor: inout JSONCursor, _ place: inout Int) -> Bool {
        guard cursor.byte == UInt8(ascii: "\"") else { return cursor.fail(.expectedKey) }
        let start = cursor.at
        guard cursor.skipString() else { return false }
        let key = cursor.base + start, length = cursor.at - start
        let hash = UInt32(truncatingIfNeeded: HashMix.bytes(key, length))
        let table = table, slots = table.lanes(as: UInt32.self)
        var slot = Int(hash) & tableMask, probes = 0
        while slots[slot] != 0, probes < Self.maximumProbes {
            let found = Int(slots[slot])
            let known = self[entry: found]
            if known.hash == hash, known.length == length, isKnown(known.start, key, length) {
                self[entry: place].next = found
                place = found
                return true
            }
            slot = (slot + 1) & tableMask
            probes += 1
        }
        var field = lookUp(key + 1, length - 2, hasEscapes: cursor.hasEscapes)
        if field == Self.ambiguous {
            guard !refusesUnknown else {
                cursor.at = start
                return cursor.fail(.unknownKey)
            }
            field = -1
        }
        // What cannot be remembered, for want of memory too, is looked up each time.
        if count < maxEntries, length <= Self.maximumLength, probes < Self.maximumProbes,
            let learned = try? learn(key, length, hash, field)
        {
            self[entry: place].next = learned
            place = learned
        } else {
            self[entry: Self.unlisted].field = field
            place = Self.unlisted
        }
        return true
    }

    private func learn(_ key: UnsafePointer<UInt8>, _ length: Int, _ hash: UInt32, _ field: Int) throws(SQLError) -> Int {
        if (count + 1) * 2 > tableMask { try enlargeTable((tableMask + 1) * 4) }
        let stride = MemoryLayout<Entry>.stride
        try Self.makeRoom(for: stride, in: &entries, behind: count * stride)
        try Self.makeRoom(for: length, in: &texts, behind: textBytes)
        texts.withUnsafeBytes { _ = memcpy($0 + textBytes, key, length) }
        self[entry: count] = Entry(start: textBytes, length: length, field: field, next: Self.start, hash: hash)
        textBytes += length
        insert(count)
        count += 1
        return count - 1
    }

    private static func makeRoom(for extra: Int, in buffer: inout Buffer, behind count: Int) throws(SQLError) {
        guard count + extra > buffer.byteCount else { return }
        let larger = try Buffer(byteCount: max(count + extra, buffer.byteCount * 2))
        larger.withUnsafeBytes { larger in buffer.withUnsafeBytes { _ = memcpy(larger, $0, count) } }
        buffer = larger
    }

    private func enlargeTable(_ capacity: Int) throws(SQLError) {
        table = try Buffer.zeroed(byteCount: capacity * 4)
        tableMask = capacity - 1
        for index in 2..<count { insert(index) }
    }

    private func insert(_ index: Int) {
        let table = table, slots = table.lanes(as: UInt32.self)
        var slot = Int(self[entry: index].hash) & tableMask
        while slots[slot] != 0 { slot = (slot + 1) & tableMask }
        slots[slot] = UInt32(index)
    }

    /// The field of a key without its quotes, -1 if it names one that is not wanted, `ambiguous` if it names none.
    private func lookUp(_ key: UnsafePointer<UInt8>, _ count: Int, hasEscapes: Bool) -> Int {
        var text = Array(UnsafeBufferPointer(start: key, count: count))
        if hasEscapes {
            guard let unescaped = JSONUnescape.bytes(key, count) else { return Self.ambiguous }
            text = unescaped
        }
        if let field = fields[text] { return field }
        guard maximumFields > 0 else { return foldedFields[JSONObjectFields.folded(text)] ?? Self.ambiguous }
        guard names.count < maximumFields else { return Self.ambiguous }
        names.append(String(decoding: text, as: UTF8.self))
        fields[text] = names.count - 1
        maxEntries += 1
        return names.count - 1
    }

    // MARK: A field that is there twice

    /// Decides about a second value of a field in one object: the first of the same key counts, that of the field's own key before
    /// that of a key in another case, and of keys that were taken to be one column's, neither.
    @inline(never)
    func takeSecond(_ cursor: inout JSONCursor, _ value: JSONSlot, _ field: Int, _ slot: inout JSONSlot) -> Bool {
        let first = Self.key(before: slot.start, cursor.base), second = Self.key(before: value.start, cursor.base)
        let text = Self.text(second, cursor.base)
        if text == Self.text(first, cursor.base) { return true }
        if refusesClashes {
            cursor.at = second.lowerBound
            return cursor.fail(.clashingKeys)
        }
        if fields[text] == field { slot = value }
        return true
    }

    /// Where the key of the value at `start` lies, with its quotes.
    private static func key(before start: Int, _ base: UnsafePointer<UInt8>) -> Range<Int> {
        var end = start
        while end > 0, base[end - 1] != UInt8(ascii: "\"") { end -= 1 }
        var first = end - 2
        // The opening quote has no backslash before it, since only a brace, a comma or white space may stand there.
        while first > 0, base[first] != UInt8(ascii: "\"") || base[first - 1] == UInt8(ascii: "\\") { first -= 1 }
        return max(first, 0)..<max(end, 0)
    }

    private static func text(_ key: Range<Int>, _ base: UnsafePointer<UInt8>) -> [UInt8] {
        guard key.count >= 2 else { return [] }
        let bytes = base + key.lowerBound + 1
        return JSONUnescape.bytes(bytes, key.count - 2) ?? Array(UnsafeBufferPointer(start: bytes, count: key.count - 2))
    }
}
