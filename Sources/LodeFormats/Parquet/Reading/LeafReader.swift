/// Reads the rows of one flat column that are asked for, going forward through a row group.

import LodeCore
import LodeVectors

/// A cursor over the pages of a column chunk. Each call asks for rows behind those of the call before.
///
/// Pages that no row is wanted of are not decompressed; within a page, runs and fixed-width values are passed over by
/// arithmetic.
final class LeafReader {
    let pages: ChunkPages
    let leaf: ParquetLeaf
    /// The page that holds the latest row.
    private var slot = 0
    private var page: DataPage?
    private var pageSlot = -1
    private let decoder: ValueReader

    /// For one vector: values, then row numbers.
    private let scratch: PooledBuffer

    /// Dictionaries of numbers with more values than this are delivered as values: nothing is gained by their codes.
    private static let largestNumberDictionary = 1 << 14

    init(_ pages: ChunkPages) throws(SQLError) {
        self.pages = pages
        leaf = pages.leaf
        decoder = try ValueReader(pages.leaf)
        scratch = try PooledBuffer(Chunk.capacity * (16 + 4))
    }

    /// The rows as a column of the leaf's type.
    func read(_ rows: RowSet) throws(SQLError) -> Column {
        try pages.load()
        if rows.count == 0 { return Column(flat: leaf.type, count: 0, lanes: try Buffer(byteCount: 16)) }
        do throws(SQLError) {
            let asCodes = try deliversCodes(rows)
            if !asCodes, let lent = try lend(rows) { return lent }
            let target = try LaneTarget(leaf.type, count: rows.count, dictionary: asCodes ? decoder.dictionary : nil)
            var done = 0
            while done < rows.count {
                let page = try pageHolding(rows[done])
                let take = rows.count(from: done, before: pages.slots[slot].end)
                try decode(page, rows, from: done, take, into: target)
                done += take
            }
            return target.column()
        } catch {
            // Errors of the page layer know their place already.
            throw error.place == nil ? pages.located(error) : error
        }
    }

    // MARK: Pages

    private func seek(_ row: Int) throws(SQLError) {
        while slot < pages.slots.count, pages.slots[slot].end <= row { slot += 1 }
        guard slot < pages.slots.count else { throw .internalFault("row \(row) lies behind the column chunk") }
    }

    private func pageHolding(_ row: Int) throws(SQLError) -> DataPage {
        try seek(row)
        if let page, pageSlot == slot { return page }
        // Releases the page before, so that its buffer can be used again.
        page = nil
        let place = pages.slots[slot]
        let raw = try pages.open(place)
        let nulls = try leaf.definition == 0 ? nil : Self.nulls(raw, leaf, place.count)
        if place.encoding.isDictionary, decoder.dictionary == nil { decoder.dictionary = try pages.dictionary() }
        let fresh = try PageDecoding.decode(raw, encoding: place.encoding, entries: place.count, nulls: nulls, leaf)
        page = fresh
        pageSlot = slot
        return fresh
    }

    private static func nulls(_ raw: RawPage, _ leaf: ParquetLeaf, _ rows: Int) throws(SQLError) -> PageNulls? {
        guard raw.definition.count > 0 else { return nil }
        if raw.definitionEncoding == ParquetEncoding.bitPacked.rawValue {
            let levels = try raw.definition.withUnsafeBytes { (bytes) throws(SQLError) in
                try LevelDecoding.bitPacked(bytes, maximum: leaf.definition, count: rows)
            }
            return try PageNulls.make(levels: levels, atLeast: UInt8(truncatingIfNeeded: leaf.definition), rows: rows)
        }
        return try raw.definition.withAddress { (base) throws(SQLError) in
            try PageNulls.read(base, raw.definition.count, maximum: leaf.definition, rows: rows)
        }
    }

    /// Whether all pages that the rows lie in hold codes, and codes are worth having.
    private func deliversCodes(_ rows: RowSet) throws(SQLError) -> Bool {
        try seek(rows[0])
        let last = rows[rows.count - 1]
        var index = slot
        while index < pages.slots.count, pages.slots[index].first <= last {
            if !pages.slots[index].encoding.isDictionary { return false }
            index += 1
        }
        let dictionary = try pages.dictionary()
        decoder.dictionary = dictionary
        // An empty dictionary has no value that the lane of a NULL row could name.
        return dictionary.count > 0 && (dictionary.physical == .text || dictionary.count <= Self.largestNumberDictionary)
    }

    /// A range within one page of stored lanes without nulls is lent out as it lies.
    private func lend(_ rows: RowSet) throws(SQLError) -> Column? {
        guard !rows.isListed, case .fixed(let conversion) = leaf.storage, conversion.isCopy else { return nil }
        let place = pages.slots[slot]
        guard rows.first + rows.count <= place.end, !place.encoding.isDictionary else { return nil }
        let page = try pageHolding(rows.first)
        guard page.form == .fixed, page.nulls == nil, page.values.isAligned(to: conversion.sourceWidth) else { return nil }
        let offset = page.values.start + (rows.first - place.first) * conversion.sourceWidth
        return Column(flat: leaf.type, count: rows.count, lending: page.values.buffer, at: offset)
    }

    // MARK: Rows of one page

    private func decode(
        _ page: DataPage, _ rows: RowSet, from start: Int, _ count: Int, into target: LaneTarget
    ) throws(SQLError) {
        let first = pages.slots[slot].first
        let scratch = scratch, numbers = scratch.lanes(as: UInt32.self, from: Chunk.capacity * 16)
        guard let nulls = page.nulls else {
            if let picks = rows.picks {
                var i = 0
                while i < count {
                    numbers[i] = picks[start &+ i] &- UInt32(truncatingIfNeeded: first)
                    i &+= 1
                }
                try decoder.decode(page, first: 0, Lanes(numbers), count, target, target.lane(start))
            } else {
                try decoder.decode(page, first: rows[start] - first, nil, count, target, target.lane(start))
            }
            return
        }
        if !rows.isListed {
            try decodeRange(page, nulls, rows[start] - first, count, target, start)
        } else {
            try decodeListed(page, nulls, rows, first, count, target, start)
        }
    }

    /// A range of rows, some of which are NULL: the values between, then spread over the lanes.
    private func decodeRange(
        _ page: DataPage, _ nulls: PageNulls, _ row: Int, _ count: Int, _ target: LaneTarget, _ start: Int
    ) throws(SQLError) {
        let before = nulls.rank(row)
        let valueCount = nulls.rank(row + count) - before
        let out = target.lane(start), scratch = scratch, values = scratch.lanes(as: UInt8.self)
        if valueCount == count { return try decoder.decode(page, first: before, nil, count, target, out) }
        if valueCount > 0 { try decoder.decode(page, first: before, nil, valueCount, target, values) }
        try target.mark(start, count) { nulls.word(row &+ $0) }
        NullSpreading.spread(Lanes(values), target.stride, count, into: out) { nulls.word(row &+ $0) }
    }

    /// Listed rows, some of which are NULL.
    private func decodeListed(
        _ page: DataPage, _ nulls: PageNulls, _ rows: RowSet, _ first: Int, _ count: Int, _ target: LaneTarget, _ start: Int
    ) throws(SQLError) {
        guard let picks = rows.picks else { return }
        let scratch = scratch, values = scratch.lanes(as: UInt8.self)
        let numbers = scratch.lanes(as: UInt32.self, from: Chunk.capacity * 16)
        var bits = ListedBits()
        var valueCount = 0
        var i = 0
        while i < count {
            let row = Int(picks[start &+ i]) &- first
            let isValid = nulls.isValid(row)
            numbers[valueCount] = UInt32(truncatingIfNeeded: nulls.rank(row))
            valueCount &+= isValid ? 1 : 0
            bits.set(i, isValid)
            i &+= 1
        }
        let out = target.lane(start)
        if valueCount == count { return try decoder.decode(page, first: 0, Lanes(numbers), count, target, out) }
        if valueCount > 0 { try decoder.decode(page, first: 0, Lanes(numbers), valueCount, target, values) }
        try target.mark(start, count) { bits.word($0) }
        NullSpreading.spread(Lanes(values), target.stride, count, into: out) { bits.word($0) }
    }
}
