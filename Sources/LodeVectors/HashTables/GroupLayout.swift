/// How grouping keys lie in the rows of a group table.

import LodeCore

/// Keys packed into 64-bit words, so that hashing and comparing know words instead of types.
///
///     row    | hash (8) | word 0 | word 1 | … | aggregate states … |
///     words  strings come first, two words each; then 128-bit values with two, 64-bit values with one; smaller ones share words,
///            largest first; then one bit a key that may be NULL, where the last word has room, else in words of their own
///
/// Two rows are of one group if their words are equal, up to the bytes of long strings. Any number of keys fits.
package struct GroupLayout: Sendable {
    struct Key: Sendable {
        let type: SQLType
        let physical: PhysicalType
        let word: Int
        /// Position of the value within its word, in bits.
        let shift: Int
        /// Where the bit is that is set when the key is NULL; -1 if it never is.
        let nullWord: Int
        let nullShift: Int
    }

    let keys: [Key]
    /// Numbers of keys in the order of their places: the first value of a word comes before those that share it.
    let packingOrder: [Int]
    package let wordCount: Int
    /// How many keys are texts: they take the first `2 * textCount` words.
    let textCount: Int
    /// Bytes of aggregate states in each row; a multiple of 8.
    let stateBytes: Int
    package let rowBytes: Int
    package var types: [SQLType] { keys.map(\.type) }

    /// Where the states begin in a row.
    package var stateOffset: Int { 8 + wordCount * 8 }

    /// - Throws: `0A000` for keys of nested types.
    package init(keys types: [SQLType], nullable: [Bool], stateBytes: Int) throws(SQLError) {
        if let nested = types.first(where: \.isNested) { throw .unsupported("grouping by a value of type \(nested)") }
        let order = types.indices.sorted { Self.rank(types[$0], $0) < Self.rank(types[$1], $1) }
        var places: [(word: Int, shift: Int)] = Array(repeating: (0, 0), count: types.count)
        var word = 0, used = 0
        for index in order {
            let bits = types[index].physical.stride * 8
            if used > 0, bits > 64 - used {
                word += 1
                used = 0
            }
            places[index] = (word, used)
            word += bits / 64
            used = bits % 64 == 0 ? 0 : used + bits
        }
        var keys: [Key] = []
        for (index, type) in types.enumerated() {
            var null = (word: -1, shift: 0)
            if nullable[index] {
                if used == 64 {
                    word += 1
                    used = 0
                }
                null = (word, used)
                used += 1
            }
            keys.append(
                Key(
                    type: type, physical: type.physical, word: places[index].word, shift: places[index].shift,
                    nullWord: null.word, nullShift: null.shift))
        }
        self.keys = keys
        wordCount = word + (used > 0 ? 1 : 0)
        packingOrder = order
        textCount = types.count { $0.physical == .text }
        self.stateBytes = stateBytes
        rowBytes = 8 + wordCount * 8 + stateBytes
    }

    /// Strings, then wide values before narrow ones, then the order in which they were written.
    private static func rank(_ type: SQLType, _ index: Int) -> (Int, Int, Int) {
        (type.physical == .text ? 0 : 1, -type.physical.stride, index)
    }
}

extension GroupLayout {
    /// For rows whose first key is the address of another row: follows the address that lies `offset` bytes into that row, if there is one.
    ///
    /// Rows with the same keys are equal afterwards, and have the same hash, up to the highest bits, which tell the partition and nothing
    /// else.
    package func forward(_ rows: Lanes<UnsafeMutableRawPointer>, _ count: Int, by offset: Int) {
        let place = 8 + keys[0].word * 8
        var i = 0
        while i < count {
            let address = UnsafeMutableRawPointer(bitPattern: UInt(rows[i].load(fromByteOffset: place, as: UInt64.self)))
            let target = address?.load(fromByteOffset: offset, as: UInt64.self) ?? 0
            if target != 0 {
                rows[i].storeBytes(of: target, toByteOffset: place, as: UInt64.self)
                let row = rows[i]
                let words = Lanes(UnsafePointer((row + 8).assumingMemoryBound(to: UInt64.self)), keptBy: row)
                let isPair = wordCount == 2 && textCount == 0
                let hash = isPair ? HashMix.pair(words[0], words[1]) : GroupKeys.hashRow(words, wordCount, textCount * 2)
                rows[i].storeBytes(of: hash, as: UInt64.self)
            }
            i &+= 1
        }
    }
}
