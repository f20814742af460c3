/// The grouping keys of one chunk, packed and hashed.

import LodeCore

/// Scratch memory of one worker: `wordCount` words a row, and a hash.
final class GroupKeys {
    let layout: GroupLayout
    private let wordBuffer: Buffer
    let hashBuffer: Buffer
    /// What the strings of the latest chunk point into.
    private var owners: [Column] = []

    init(_ layout: GroupLayout, capacity: Int) throws(SQLError) {
        self.layout = layout
        wordBuffer = try Buffer(byteCount: max(1, layout.wordCount) * capacity * 8)
        hashBuffer = try Buffer(byteCount: capacity * 8)
    }

    var words: MutableLanes<UInt64> {
        @_lifetime(borrow self) get { wordBuffer.lanes(as: UInt64.self, keptBy: self) }
    }

    var hashes: MutableLanes<UInt64> {
        @_lifetime(borrow self) get { hashBuffer.lanes(as: UInt64.self, keptBy: self) }
    }

    /// Packs `columns`, one a key, and hashes them.
    func load(_ columns: [Column], count: Int) throws(SQLError) {
        owners.removeAll(keepingCapacity: true)
        let width = layout.wordCount
        for index in layout.packingOrder {
            let key = layout.keys[index], column = columns[index]
            if key.nullWord < 0, column.mayHaveNulls { try checkNotNull(column, count) }
            let flat = try column.flattened()
            if key.physical == .text { owners.append(flat) }
            pack(key, flat, count, width, isFirst: key.shift == 0)
        }
        for (key, column) in zip(layout.keys, columns) where key.nullWord >= 0 {
            packNulls(key, column, count, width, isFirst: key.nullShift == 0)
        }
        hash(count)
    }

    /// A promise that a column is never NULL comes from a table's definition, which files can break.
    private func checkNotNull(_ column: Column, _ count: Int) throws(SQLError) {
        for row in 0..<count where column.isNull(row) {
            throw SQLError(
                .dataCorrupted, "a column that is declared NOT NULL has a NULL",
                hint: "The files do not keep what the table's definition promises: change the definition, or write the files again.")
        }
    }

    private func pack(_ key: GroupLayout.Key, _ column: Column, _ count: Int, _ width: Int, isFirst: Bool) {
        let words = self.words
        switch key.physical {
        case .bool, .int8: put(column.lanes(as: UInt8.self), key, count, width, isFirst)
        case .int16: put(column.lanes(as: UInt16.self), key, count, width, isFirst)
        case .int32: put(column.lanes(as: UInt32.self), key, count, width, isFirst)
        case .int64: put(column.lanes(as: UInt64.self), key, count, width, isFirst)
        case .float32:
            let lanes = column.lanes(as: Float.self)
            for i in 0..<count {
                let number = lanes[i]
                let bits = number == 0 ? 0 : number != number ? 0x7fc0_0000 : number.bitPattern
                let value = UInt64(bits) &<< UInt64(key.shift)
                words[i &* width &+ key.word] = isFirst ? value : words[i &* width &+ key.word] | value
            }
        case .float64:
            let lanes = column.lanes(as: Double.self)
            for i in 0..<count { words[i &* width &+ key.word] = HashMix.canonical(lanes[i]) }
        case .int128, .text:
            let lanes = column.lanes(as: SIMD2<UInt64>.self)
            var i = 0
            while i < count {
                let at = i &* width &+ key.word
                words[at] = lanes[i][0]
                words[at &+ 1] = lanes[i][1]
                i &+= 1
            }
        case .interval:
            let lanes = column.lanes(as: Interval.self)
            for i in 0..<count {
                let micros = lanes[i].comparisonMicros
                words[i &* width &+ key.word] = UInt64(truncatingIfNeeded: micros)
                words[i &* width &+ key.word &+ 1] = UInt64(truncatingIfNeeded: micros &>> 64)
            }
        case .list, .structure: return
        }
    }

    @inline(__always)
    private func put<Lane: FixedWidthInteger>(
        _ lanes: Lanes<Lane>, _ key: GroupLayout.Key, _ count: Int, _ width: Int, _ isFirst: Bool
    ) {
        let shift = UInt64(key.shift), target = words + key.word
        var i = 0
        if isFirst {
            if width == 1 {
                while i < count {
                    target[i] = UInt64(truncatingIfNeeded: lanes[i]) &<< shift
                    i &+= 1
                }
            } else {
                while i < count {
                    target[i &* width] = UInt64(truncatingIfNeeded: lanes[i]) &<< shift
                    i &+= 1
                }
            }
        } else {
            while i < count {
                target[i &* width] |= UInt64(truncatingIfNeeded: lanes[i]) &<< shift
                i &+= 1
            }
        }
    }

    /// NULL rows get a zero value and their bit; nothing relies on what their lanes hold.
    private func packNulls(
        _ key: GroupLayout.Key, _ column: Column, _ count: Int, _ width: Int, isFirst: Bool
    ) {
        let words = self.words
        if isFirst {
            var i = 0
            while i < count {
                words[i &* width &+ key.nullWord] = 0
                i &+= 1
            }
        }
        guard column.mayHaveNulls else { return }
        let bits = key.physical.stride * 8
        let keep: UInt64 = bits >= 64 ? 0 : ~(((1 as UInt64) &<< UInt64(bits) &- 1) &<< UInt64(key.shift))
        for i in 0..<count where column.isNull(i) {
            let at = i &* width
            words[at &+ key.word] &= keep
            if bits == 128 { words[at &+ key.word &+ 1] = 0 }
            words[at &+ key.nullWord] |= 1 &<< UInt64(key.nullShift)
        }
    }

    private func hash(_ count: Int) {
        let width = layout.wordCount, words = self.words, hashes = self.hashes
        var i = 0
        switch (width, layout.textCount) {
        case (0, _):
            hashes.update(repeating: HashMix.null, count: count)
        case (1, _):
            while i < count {
                hashes[i] = HashMix.word(words[i])
                i &+= 1
            }
        case (2, 0):
            while i < count {
                hashes[i] = HashMix.pair(words[2 &* i], words[2 &* i &+ 1])
                i &+= 1
            }
        case (2, _):
            while i < count {
                hashes[i] = HashMix.text(StringView(head: words[2 &* i], tail: words[2 &* i &+ 1]))
                i &+= 1
            }
        default:
            let textWords = layout.textCount &* 2
            while i < count {
                hashes[i] = Self.hashRow(Lanes(words) + i &* width, width, textWords)
                i &+= 1
            }
        }
    }

    @inline(__always)
    static func hashRow(_ row: Lanes<UInt64>, _ width: Int, _ textWords: Int) -> UInt64 {
        var hash = HashMix.null
        var w = 0
        while w < textWords {
            let text = StringView(head: row[w], tail: row[w &+ 1])
            hash = text.isInline ? HashMix.combine(hash, text.head, text.tail) : HashMix.combine(hash, HashMix.text(text))
            w &+= 2
        }
        while w < width {
            hash = HashMix.combine(hash, row[w])
            w &+= 1
        }
        return hash
    }
}
