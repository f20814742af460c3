/// Which rows each row's frame holds.

import LodeCore
import LodePlan
import LodeVectors

/// Frames of a piece as half-open ranges of its rows, within each row's partition.
final class WindowFrames {
    private let piece: WindowPiece
    private let frame: WindowFrame
    private let call: WindowShape.Call
    private let startOffsets: Column?
    private let endOffsets: Column?
    /// RANGE with an offset: where the order key's values lie.
    private let distances: RangeDistances?
    /// Whether there is no order, so that all rows of a partition are peers.
    private let isUnordered: Bool

    init(_ call: WindowShape.Call, _ piece: WindowPiece, _ order: [RowSortKey]) throws(SQLError) {
        self.piece = piece
        self.call = call
        frame = call.call.frame
        startOffsets = try call.startOffset.map { place throws(SQLError) in try piece.column(place) }
        endOffsets = try call.endOffset.map { place throws(SQLError) in try piece.column(place) }
        isUnordered = order.isEmpty
        if frame.mode == .range, startOffsets != nil || endOffsets != nil {
            guard order.count == 1 else {
                throw SQLError(.windowingError, "RANGE with an offset requires exactly one ORDER BY column", at: call.call.span)
            }
            distances = try RangeDistances(piece, order[0], call, startOffsets, endOffsets)
        } else {
            distances = nil
        }
        if frame.mode != .range { try checkOffsets() }
    }

    /// Whether every frame is its whole partition.
    var isWholePartition: Bool {
        guard frame.exclusion == .none, case .unboundedPreceding = frame.start else { return false }
        switch frame.end {
        case .unboundedFollowing: return true
        case .currentRow: return isUnordered && frame.mode != .rows
        default: return false
        }
    }

    /// Whether every frame begins with its partition and nothing is left out of it.
    var isPrefix: Bool {
        guard frame.exclusion == .none, case .unboundedPreceding = frame.start else { return false }
        return true
    }

    private func checkOffsets() throws(SQLError) {
        for (name, offsets) in [("starting", startOffsets), ("ending", endOffsets)] {
            guard let offsets else { continue }
            for row in 0..<piece.count {
                guard case .integer(let number) = offsets.value(at: row) else {
                    throw SQLError(.windowFrameOffset, "frame \(name) offset must not be null", at: call.call.span)
                }
                if number < 0 { throw SQLError(.windowFrameOffset, "frame \(name) offset must not be negative", at: call.call.span) }
            }
        }
    }

    private func offset(_ offsets: Column?, _ row: Int) -> Int {
        guard let offsets, case .integer(let number) = offsets.value(at: row) else { return 0 }
        return min(Int(clamping: number), piece.count)
    }

    /// The frame of a row before exclusion; empty if the bounds cross.
    func bounds(_ row: Int) -> (low: Int, high: Int) {
        let start = piece.partitionStart(row), end = piece.partitionEnd(row)
        let low = min(max(lowBound(row, start, end), start), end), high = min(max(highBound(row, start, end), start), end)
        return low < high ? (low, high) : (low, low)
    }

    private func lowBound(_ row: Int, _ start: Int, _ end: Int) -> Int {
        switch (frame.start, frame.mode) {
        case (.unboundedPreceding, _): return start
        case (.unboundedFollowing, _): return end
        case (.currentRow, .rows): return row
        case (.currentRow, _): return piece.groupStart(row)
        case (.preceding, .rows): return row - offset(startOffsets, row)
        case (.following, .rows): return row + offset(startOffsets, row)
        case (.preceding, .groups): return group(row, -offset(startOffsets, row), start, end).low
        case (.following, .groups): return group(row, offset(startOffsets, row), start, end).low
        case (.preceding, .range), (.following, .range): return distances?.low(row) ?? start
        }
    }

    private func highBound(_ row: Int, _ start: Int, _ end: Int) -> Int {
        switch (frame.end, frame.mode) {
        case (.unboundedPreceding, _): return start
        case (.unboundedFollowing, _): return end
        case (.currentRow, .rows): return row + 1
        case (.currentRow, _): return piece.groupEnd(row)
        case (.preceding, .rows): return row + 1 - offset(endOffsets, row)
        case (.following, .rows): return row + 1 + offset(endOffsets, row)
        case (.preceding, .groups): return group(row, -offset(endOffsets, row), start, end).high
        case (.following, .groups): return group(row, offset(endOffsets, row), start, end).high
        case (.preceding, .range), (.following, .range): return distances?.high(row) ?? end
        }
    }

    /// The peer group at a distance from the row's; beyond the partition: the empty range at its edge.
    private func group(_ row: Int, _ distance: Int, _ start: Int, _ end: Int) -> (low: Int, high: Int) {
        let first = Int(piece.groupOf[start]), last = Int(piece.groupOf[end - 1]), wanted = Int(piece.groupOf[row]) + distance
        if wanted < first { return (start, start) }
        if wanted > last { return (end, end) }
        return (piece.groupStarts[wanted], piece.groupStarts[wanted + 1])
    }

    /// The parts of a row's frame after exclusion, in order, none empty.
    func forEachRange(_ row: Int, _ body: (_ low: Int, _ high: Int) -> Void) {
        let (low, high) = bounds(row)
        func give(_ from: Int, _ to: Int) { if from < to { body(from, to) } }
        switch frame.exclusion {
        case .none: give(low, high)
        case .currentRow:
            give(low, min(high, row))
            give(max(low, row + 1), high)
        case .group:
            give(low, min(high, piece.groupStart(row)))
            give(max(low, piece.groupEnd(row)), high)
        case .ties:
            give(low, min(high, piece.groupStart(row)))
            if low <= row, row < high { body(row, row + 1) }
            give(max(low, piece.groupEnd(row)), high)
        }
    }
}
