/// Reading ranges of a remote object, with requests in flight.

import LodeCloud
import LodeCore
import Synchronization

/// Holds what opening has brought (the footer, or the beginning), and what `willNeed` has asked for until it is read.
///
///     willNeed ──▶ requests in flight ──▶ bytes that have come ──read──▶ dropped once each announced byte was read
///
/// What nobody has announced is fetched by `read` itself; who reads from front to back is followed by requests for what comes next.
final class RemoteReader: ObjectReader {
    private struct Piece: Sendable {
        var range: Range<Int>
        var call: CloudCall
        /// What was announced of it and not read yet.
        var unread: [Range<Int>]
        var isTouched = false

        /// - Returns: whether nothing of it is wanted any more.
        mutating func note(read range: Range<Int>) -> Bool {
            isTouched = true
            unread = unread.flatMap { wanted in
                [
                    wanted.lowerBound..<max(wanted.lowerBound, min(wanted.upperBound, range.lowerBound)),
                    min(wanted.upperBound, max(wanted.lowerBound, range.upperBound))..<wanted.upperBound,
                ].filter { !$0.isEmpty }
            }
            return unread.isEmpty
        }
    }

    private struct State {
        /// Bytes that stay as long as the reader: what opening has brought, and what was read right before it.
        var held: (offset: Int, bytes: [UInt8])
        var pieces: [Piece] = []
        /// Where those who read from front to back have come to, and how much is fetched ahead of each.
        var streams: [(end: Int, window: Int)] = []
        /// Who says what it will read needs nobody to guess.
        var isAnnounced = false
    }

    private let object: RemoteObject
    private let state: Lock<State>
    private let coalescing: RangeCoalescing

    /// Bytes that all readers of the process have in flight or waiting to be read.
    private static let ahead = Atomic(0)
    private static let mostAhead = 512 << 20
    /// And those of one reader.
    private static let mostOfOne = 128 << 20
    /// What is read in pieces of at most `smallRead`, at most `nearEnd` before what is held, is fetched with what lies between.
    private static let smallRead = 128 << 10, nearEnd = 2 << 20
    private static let firstWindow = 1 << 20, longestWindow = 16 << 20

    init(_ object: RemoteObject, held: (offset: Int, bytes: [UInt8]), coalescing: RangeCoalescing = RangeCoalescing()) {
        self.object = object
        state = Lock(State(held: held))
        self.coalescing = coalescing
    }

    deinit {
        for piece in state.withLock({ $0.pieces }) { drop(piece) }
    }

    var path: String { object.path }
    var size: Int { object.size }
    var etag: String { object.etag }

    private func drop(_ piece: Piece) {
        Self.ahead.subtract(piece.range.count, ordering: .relaxed)
        if !piece.call.isDone { piece.call.cancel() }
    }

    // MARK: Asking ahead

    func willNeed(_ ranges: [Range<Int>]) {
        let whole = 0..<size
        state.withLock { state in
            state.isAnnounced = true
            let held = state.held.offset..<state.held.offset + state.held.bytes.count
            let fresh = ranges.map { $0.clamped(to: whole) }.filter { range in
                !range.isEmpty && !(held.lowerBound <= range.lowerBound && range.upperBound <= held.upperBound)
                    && !Self.isCovered(range, state.pieces)
            }
            for range in coalescing.plan(fresh) {
                start(range, wanted: fresh.map { $0.clamped(to: range) }.filter { !$0.isEmpty }, &state.pieces)
            }
        }
    }

    /// Whether a range is in flight already.
    private static func isCovered(_ range: Range<Int>, _ pieces: [Piece]) -> Bool { end(of: range.lowerBound, pieces) >= range.upperBound }

    /// Sends a request, unless too much is ahead already. What was read in part makes room.
    private func start(_ range: Range<Int>, wanted: [Range<Int>], _ pieces: inout [Piece]) {
        while pieces.reduce(range.count, { $0 + $1.range.count }) > Self.mostOfOne, let old = pieces.firstIndex(where: \.isTouched) {
            drop(pieces.remove(at: old))
        }
        let ahead = Self.ahead.add(range.count, ordering: .relaxed).newValue
        guard ahead <= Self.mostAhead else {
            Self.ahead.subtract(range.count, ordering: .relaxed)
            return
        }
        pieces.append(Piece(range: range, call: object.fetch(range), unread: wanted))
    }

    // MARK: Reading

    func read(offset: Int, count: Int, into destination: UnsafeMutableRawPointer) throws(SQLError) {
        try checkRange(offset: offset, count: count)
        if count == 0 { return }
        follow(offset..<offset + count)
        var at = offset
        while at < offset + count {
            let rest = at..<offset + count, place = destination + (at - offset)
            if let done = copyHeld(rest, place) {
                at += done
            } else if let done = try copyPiece(rest, place) {
                at += done
            } else if try holdMore(rest) {
                continue
            } else {
                at += try fetchNow(rest, place)
            }
        }
    }

    /// - Returns: how many of the first bytes were copied; nil for none.
    private func copyHeld(_ range: Range<Int>, _ destination: UnsafeMutableRawPointer) -> Int? {
        let held = state.withLock { $0.held }
        let start = range.lowerBound - held.offset
        guard start >= 0, start < held.bytes.count else { return nil }
        let count = min(range.count, held.bytes.count - start)
        Self.copy(held.bytes, start, count, destination)
        return count
    }

    /// Fetches what lies right before the held end of the object, and keeps it too: page indexes and filters, which are read in many
    /// small pieces.
    /// - Returns: whether the range is held now.
    private func holdMore(_ range: Range<Int>) throws(SQLError) -> Bool {
        let held = state.withLock { $0.held }
        guard held.offset + held.bytes.count == size, range.upperBound <= held.offset, range.count <= Self.smallRead,
            held.offset - range.lowerBound <= Self.nearEnd
        else { return false }
        let wanted = max(0, range.lowerBound - Self.smallRead)..<held.offset
        let bytes = try object.bytes(try object.fetch(wanted).value(), wanted)
        state.withLock { state in
            // Another thread may have been faster.
            if state.held.offset == wanted.upperBound { state.held = (wanted.lowerBound, bytes + state.held.bytes) }
        }
        return true
    }

    private func copyPiece(_ range: Range<Int>, _ destination: UnsafeMutableRawPointer) throws(SQLError) -> Int? {
        guard let piece = state.withLock({ state in state.pieces.first { $0.range.contains(range.lowerBound) } }) else { return nil }
        let bytes: [UInt8]
        do throws(SQLError) { bytes = try object.bytes(try piece.call.value(), piece.range) } catch {
            // Who reads it again asks anew.
            forget(piece)
            throw error
        }
        let start = range.lowerBound - piece.range.lowerBound, count = min(range.count, piece.range.upperBound - range.lowerBound)
        Self.copy(bytes, start, count, destination)
        let isRead = state.withLock { state in
            guard let index = state.pieces.firstIndex(where: { $0.call === piece.call }) else { return false }
            return state.pieces[index].note(read: range.lowerBound..<range.lowerBound + count)
        }
        if isRead { forget(piece) }
        return count
    }

    private func forget(_ piece: Piece) {
        let found = state.withLock { state -> Piece? in
            guard let index = state.pieces.firstIndex(where: { $0.call === piece.call }) else { return nil }
            return state.pieces.remove(at: index)
        }
        if let found { drop(found) }
    }

    /// Fetches what is missing up to the next piece that is under way.
    private func fetchNow(_ range: Range<Int>, _ destination: UnsafeMutableRawPointer) throws(SQLError) -> Int {
        let next = state.withLock { state in
            state.pieces.map(\.range.lowerBound).filter { $0 > range.lowerBound }.min() ?? range.upperBound
        }
        let missing = range.lowerBound..<min(range.upperBound, next)
        var done = 0
        let parts = coalescing.plan([missing]).map { (range: $0, call: object.fetch($0)) }
        for part in parts {
            let bytes = try object.bytes(try part.call.value(), part.range)
            Self.copy(bytes, 0, bytes.count, destination + done)
            done += bytes.count
        }
        return done
    }

    private static func copy(_ bytes: [UInt8], _ start: Int, _ count: Int, _ destination: UnsafeMutableRawPointer) {
        bytes.withUnsafeBytes { buffer in
            if count > 0, let base = buffer.baseAddress { destination.copyMemory(from: base + start, byteCount: count) }
        }
    }

    // MARK: Reading from front to back

    /// Asks for what comes next where one read begins where another ended.
    private func follow(_ range: Range<Int>) {
        state.withLock { state in
            if state.isAnnounced { return }
            guard let index = state.streams.firstIndex(where: { $0.end == range.lowerBound }) else {
                state.streams.append((range.upperBound, 0))
                if state.streams.count > 32 { state.streams.removeFirst() }
                return
            }
            let window = min(Self.longestWindow, max(Self.firstWindow, state.streams[index].window * 2))
            let reached = Self.end(of: range.lowerBound, state.pieces)
            state.streams[index].end = range.upperBound
            // What is on its way lasts for a while.
            guard reached < min(size, range.upperBound + state.streams[index].window / 2) || reached <= range.upperBound else { return }
            state.streams[index].window = window
            let next = max(reached, range.lowerBound)..<min(size, max(reached, range.upperBound) + window)
            for part in coalescing.plan([next]) where !part.isEmpty { start(part, wanted: [part], &state.pieces) }
        }
    }

    /// How far from `offset` on everything is under way.
    private static func end(of offset: Int, _ pieces: [Piece]) -> Int {
        var at = offset
        while let piece = pieces.first(where: { $0.range.contains(at) }) { at = piece.range.upperBound }
        return at
    }
}
