/// The states of `array_agg`: lists of lanes, and of nested values.

import Glibc
import LodeCore
import LodeVectors

/// Lanes of one group in the form that columns have, so that a result is put together by copying.
final class LaneList: StateBox {
    private let stride: Int
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private(set) var count = 0
    /// A bit a lane, set for NULL; empty where nothing is.
    private var nulls: [UInt64] = []
    /// Copies of long texts: a `LaneChain` of their bytes.
    private var heap: (UInt, UInt, UInt) = (0, 0, 0)
    private var heapBytes = 0
    private var batches = BatchRuns()

    init(stride: Int) { self.stride = stride }

    deinit {
        free(base)
        withUnsafeMutableBytes(of: &heap) { chain in
            StateGrowth.freeing(.unlimited) { growth in
                if let chain = chain.baseAddress { LaneChain<UInt8>.clear(chain, &growth) }
            }
        }
    }

    var byteCount: Int { 160 + capacity * stride + nulls.capacity * 8 + heapBytes + batches.byteCount }

    private func makeRoom(_ more: Int) throws(SQLError) {
        if count + more <= capacity { return }
        let wanted = max(count + more, capacity * 2, 4)
        guard let fresh = realloc(base, wanted * stride) else {
            throw SQLError(.outOfMemory, "out of memory: \(wanted * stride) bytes could not be allocated")
        }
        base = fresh
        capacity = wanted
    }

    private func setNull(_ index: Int) {
        while nulls.count <= index >> 6 { nulls.append(0) }
        nulls[index >> 6] |= 1 << UInt64(index & 63)
    }

    func isNull(_ index: Int) -> Bool { index >> 6 < nulls.count && nulls[index >> 6] >> UInt64(index & 63) & 1 == 1 }

    func append(_ column: Column, _ row: Int, _ batch: Int64) throws(SQLError) {
        try makeRoom(1)
        guard let base else { return }
        batches.begin(batch, at: count)
        let target = base + count * stride
        if column.isNull(row) {
            memset(target, 0, stride)
            setNull(count)
        } else {
            let (lanes, place) = column.place(of: row)
            (lanes.lanes(as: UInt8.self) + place * stride).withUnsafePointer { _ = memcpy(target, $0, stride) }
            if column.physical == .text { try keepText(target.assumingMemoryBound(to: StringView.self)) }
        }
        count += 1
    }

    /// Copies what the lane points at.
    private func keepText(_ lane: UnsafeMutablePointer<StringView>) throws(SQLError) {
        let view = lane.pointee
        if view.isInline { return }
        var failure: SQLError?
        withUnsafeMutableBytes(of: &heap) { state in
            guard let chain = state.baseAddress else { return }
            do throws(SQLError) {
                var growth = StateGrowth(.unlimited)
                let room = try LaneChain<UInt8>.room(chain, view.count, &growth)
                heapBytes += growth.pending
                memcpy(room, view.pointer, view.count)
                lane.pointee = StringView(room, count: view.count)
            } catch { failure = error }
        }
        if let failure { throw failure }
    }

    func append(_ other: LaneList, _ physical: PhysicalType) throws(SQLError) {
        try makeRoom(other.count)
        guard let base, let lanes = other.base, other.count > 0 else { return }
        batches.append(other.batches, at: count)
        memcpy(base + count * stride, lanes, other.count * stride)
        if physical == .text {
            let views = (base + count * stride).assumingMemoryBound(to: StringView.self)
            for index in 0..<other.count { try keepText(views + index) }
        }
        if !other.nulls.isEmpty { for index in 0..<other.count where other.isNull(index) { setNull(count + index) } }
        count += other.count
        withExtendedLifetime(other) {}
    }

    /// A list a state; NULL of no rows.
    static func column(_ type: SQLType, _ lists: [LaneList?]) throws(SQLError) -> Column {
        let total = lists.reduce(0) { $0 + ($1?.count ?? 0) }
        guard total <= Int(UInt32.max) else { throw SQLError(.programLimitExceeded, "a chunk of lists has too many elements") }
        let stride = type.physical.stride
        let elements = try Buffer(byteCount: max(16, total * stride))
        let ranges = try LaneResult<ListRange>(lists.count)
        var nulls = NullMask(lists.count), elementNulls = NullMask(total)
        let arena = TextArena(blockBytes: 256 * 1024)
        var next = 0
        for (row, list) in lists.enumerated() {
            ranges.lanes[row] = ListRange(offset: UInt32(truncatingIfNeeded: next), count: UInt32(truncatingIfNeeded: list?.count ?? 0))
            guard let list, let base = list.base else {
                try nulls.set(row)
                continue
            }
            try list.batches.forEachPiece(list.count) { (range, _) throws(SQLError) in
                (elements.lanes(as: UInt8.self) + next * stride).withUnsafePointer {
                    _ = memcpy($0, base + range.lowerBound * stride, range.count * stride)
                }
                if !list.nulls.isEmpty {
                    for index in range where list.isNull(index) { try elementNulls.set(next + index - range.lowerBound) }
                }
                if type.physical == .text {
                    let views = elements.lanes(as: StringView.self) + next
                    for index in 0..<range.count where !views[index].isInline {
                        views[index] = try arena.add(UnsafeRawBufferPointer(start: views[index].pointer, count: views[index].count))
                    }
                }
                next += range.count
            }
        }
        let items = Column(flat: type, count: total, lanes: elements, validity: elementNulls.buffer, heaps: arena.heaps)
        return Column(flat: .list(type), count: lists.count, lanes: ranges.buffer, validity: nulls.buffer, children: [items])
    }

    static func bound(_ type: SQLType) -> BoundAggregate {
        let stride = type.physical.stride
        return .boxed([type], .list(type), takesBatch: true, make: { LaneList(stride: stride) }) {
            list, arguments, row, batch throws(SQLError) in
            try list.append(arguments[0], row, batch)
        } merge: { source, target throws(SQLError) in
            try target.append(source, type.physical)
        } results: { lists throws(SQLError) in
            try column(type, lists)
        }
    }
}

/// Nested values of one group.
final class ValueList: StateBox {
    private var list: [Value] = []
    private var contents = 0
    private var batches = BatchRuns()

    var byteCount: Int { 128 + list.capacity * MemoryLayout<Value>.stride + contents + batches.byteCount }

    static func bound(_ type: SQLType) -> BoundAggregate {
        .boxed([type], .list(type), takesBatch: true, make: { ValueList() }) { box, arguments, row, batch throws(SQLError) in
            let value = arguments[0].value(at: row)
            box.batches.begin(batch, at: box.list.count)
            box.contents += value.ownedBytes
            box.list.append(value)
        } merge: { source, target throws(SQLError) in
            if source.list.isEmpty { return }
            target.batches.append(source.batches, at: target.list.count)
            target.list += source.list
            target.contents += source.contents
        } result: { box throws(SQLError) in
            guard let box else { return .null }
            var list: [Value] = []
            list.reserveCapacity(box.list.count)
            box.batches.forEachPiece(box.list.count) { range, _ in list += box.list[range] }
            return .list(list)
        }
    }
}
