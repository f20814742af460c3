/// Reads the levels and values of one leaf of a nested column.

import LodeCore
import LodeVectors

/// The entries of some rows: one for every value, NULL and empty list.
struct LeafEntries {
    /// 0 where a row begins.
    var repetition: [UInt8] = []
    var definition: [UInt8] = []
    /// The values that are there, in order, flat and without nulls.
    var values: [Column] = []

    var count: Int { definition.count }

    /// Adds levels that follow one another, from number `first` on; missing ones are 0.
    mutating func append(_ repetition: Buffer?, _ definition: Buffer?, from first: Int, _ count: Int) {
        Self.append(repetition, first, count, to: &self.repetition)
        Self.append(definition, first, count, to: &self.definition)
    }

    private static func append(_ levels: Buffer?, _ first: Int, _ count: Int, to list: inout [UInt8]) {
        guard let levels else { return list.append(contentsOf: repeatElement(0, count: count)) }
        levels.withUnsafeBytes { list.append(contentsOf: UnsafeRawBufferPointer(start: $0 + first, count: count)) }
    }
}

/// A forward cursor over the entries of a column chunk.
final class LeveledLeaf {
    let pages: ChunkPages
    private let leaf: ParquetLeaf
    private let decoder: ValueReader
    private var slot = 0
    private var page: DataPage?
    private var repetition: Buffer?
    private var definition: Buffer?
    /// Entries of the page that are passed, and how many of them had values.
    private var entry = 0
    private var value = 0
    /// The row that the entry before the next one belongs to; -1 at the start.
    private var row = -1

    init(_ pages: ChunkPages) throws(SQLError) {
        self.pages = pages
        leaf = pages.leaf
        decoder = try ValueReader(pages.leaf)
    }

    /// The entries of the rows.
    func read(_ rows: RowSet) throws(SQLError) -> LeafEntries {
        try pages.load()
        var result = LeafEntries()
        guard rows.count > 0 else { return result }
        do throws(SQLError) {
            var wanted = 0
            while try openPage() {
                let isDone = try collect(rows, &wanted, &result)
                if isDone { break }
                slot += 1
                page = nil
            }
        } catch {
            throw error.place == nil ? pages.located(error) : error
        }
        return result
    }

    /// Makes the page at `slot` the current one; false behind the last.
    private func openPage() throws(SQLError) -> Bool {
        if page != nil { return true }
        guard slot < pages.slots.count else { return false }
        let place = pages.slots[slot]
        let raw = try pages.open(place)
        repetition = try levels(raw.repetition, raw.repetitionEncoding, leaf.repetition, place.count)
        definition = try levels(raw.definition, raw.definitionEncoding, leaf.definition, place.count)
        let nulls = try definition.flatMap { levels throws(SQLError) in
            try PageNulls.make(levels: levels, atLeast: UInt8(truncatingIfNeeded: leaf.definition), rows: place.count)
        }
        if place.encoding.isDictionary, decoder.dictionary == nil { decoder.dictionary = try pages.dictionary() }
        page = try PageDecoding.decode(raw, encoding: place.encoding, entries: place.count, nulls: nulls, leaf)
        entry = 0
        value = 0
        if let first = place.firstRow { row = first - 1 }
        return true
    }

    private func levels(
        _ page: PageBytes, _ encoding: Int32, _ maximum: Int, _ count: Int
    ) throws(SQLError) -> Buffer? {
        if maximum == 0 { return nil }
        return try page.withUnsafeBytes { (bytes) throws(SQLError) in
            try encoding == ParquetEncoding.bitPacked.rawValue
                ? LevelDecoding.bitPacked(bytes, maximum: maximum, count: count)
                : LevelDecoding.hybrid(bytes, maximum: maximum, count: count)
        }
    }

    /// Goes through the current page; true once all rows are complete. `wanted` is the number of the next listed row.
    private func collect(_ rows: RowSet, _ wanted: inout Int, _ result: inout LeafEntries) throws(SQLError) -> Bool {
        guard let page else { return true }
        if !rows.isListed { return try collectRange(page, rows.first, rows.first &+ rows.count &- 1, &result) }
        let count = page.rowCount
        let repetition = repetition, definition = definition
        let reps = repetition?.lanes(as: UInt8.self), defs = definition?.lanes(as: UInt8.self)
        let maximum = UInt8(truncatingIfNeeded: leaf.definition)
        let last = rows[rows.count - 1]
        var numbers: [UInt32] = []
        var isDone = false
        while entry < count {
            let rep = reps?[entry] ?? 0
            if rep == 0 {
                if row >= last {
                    isDone = true
                    break
                }
                row &+= 1
                while wanted < rows.count, rows[wanted] < row { wanted &+= 1 }
            }
            let def = defs?[entry] ?? 0
            if wanted < rows.count, rows[wanted] == row {
                result.repetition.append(rep)
                result.definition.append(def)
                if def == maximum { numbers.append(UInt32(truncatingIfNeeded: value)) }
            }
            if def == maximum { value &+= 1 }
            entry &+= 1
        }
        if !numbers.isEmpty { result.values.append(try values(page, &numbers)) }
        return isDone
    }

    /// The same for rows that follow one another: their entries do too.
    private func collectRange(_ page: DataPage, _ first: Int, _ last: Int, _ result: inout LeafEntries) throws(SQLError) -> Bool {
        let count = page.rowCount
        let repetition = repetition, definition = definition
        let reps = repetition?.lanes(as: UInt8.self), defs = definition?.lanes(as: UInt8.self)
        let maximum = UInt8(truncatingIfNeeded: leaf.definition)
        var entry = entry, value = value, row = row
        while entry < count {
            if (reps?[entry] ?? 0) == 0 {
                if row &+ 1 >= first { break }
                row &+= 1
            } else if row >= first {
                break
            }
            value &+= (defs?[entry] ?? maximum) == maximum ? 1 : 0
            entry &+= 1
        }
        let start = entry, startValue = value
        var isDone = false
        while entry < count {
            if (reps?[entry] ?? 0) == 0 {
                if row >= last {
                    isDone = true
                    break
                }
                row &+= 1
            }
            value &+= (defs?[entry] ?? maximum) == maximum ? 1 : 0
            entry &+= 1
        }
        self.entry = entry
        self.value = value
        self.row = row
        result.append(repetition, definition, from: start, entry &- start)
        if value > startValue { result.values.append(try values(page, startValue, value &- startValue)) }
        return isDone
    }

    private func values(_ page: DataPage, _ first: Int, _ count: Int) throws(SQLError) -> Column {
        let target = try LaneTarget(leaf.type, count: count, dictionary: nil)
        var done = 0
        while done < count {
            let take = min(Chunk.capacity, count - done)
            try decoder.decode(page, first: first + done, nil, take, target, target.lane(done))
            done += take
        }
        return target.column()
    }

    private func values(_ page: DataPage, _ numbers: inout [UInt32]) throws(SQLError) -> Column {
        let target = try LaneTarget(leaf.type, count: numbers.count, dictionary: nil)
        let count = numbers.count
        var failure: SQLError?
        numbers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let picks = Lanes(base, keptBy: buffer)
            do throws(SQLError) {
                var done = 0
                while done < count {
                    let take = min(Chunk.capacity, count - done)
                    try decoder.decode(page, first: 0, picks + done, take, target, target.lane(done))
                    done += take
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
        return target.column()
    }
}
