/// Reading ranges of a remote object, with requests in flight.

import LodeCloud
import LodeCore

/// Holds what opening has brought (the footer, or the beginning), and what `willNeed` has asked for until it is read.
///
///     willNeed ──▶ what the cache lacks ──▶ requests in flight ──▶ bytes that have come ──read──▶ dropped once all of them were read
///
/// What nobody has announced is fetched by `read` itself; who reads from front to back is followed by requests for what comes next.
final class RemoteReader: ObjectReader {
    private struct Piece: Sendable {
        var fetch: RemoteFetch
        /// What was announced of it and not read yet.
        var unread: [Range<Int>]
        var isTouched = false
        var range: Range<Int> { fetch.range }

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
    private let meter: ServiceMeter
    /// What files of the cache had of the object when it was opened.
    private let files: [Range<Int>]

    /// Bytes that all readers of the process have in flight or waiting to be read.
    private static let mostAhead = 512 << 20
    /// And those of one reader.
    private static let mostOfOne = 256 << 20
    /// What is read in pieces of at most `smallRead`, at most `nearEnd` before what is held, is fetched with what lies between.
    private static let smallRead = 128 << 10, nearEnd = 2 << 20
    private static let firstWindow = 1 << 20, longestWindow = 16 << 20

    init(_ object: RemoteObject, held: (offset: Int, bytes: [UInt8])) {
        self.object = object
        state = Lock(State(held: held))
        meter = object.client.meter(for: object.request.url)
        if let (cache, cached) = object.cache {
            files = cache.files(cached)
            if held.bytes.count > 0 { cache.add(cached, offset: held.offset, held.bytes) }
        } else {
            files = []
        }
    }

    var path: String { object.path }
    var size: Int { object.size }
    var etag: String { object.etag }
    var info: ObjectInfo { ObjectInfo(path: path, size: size, modifiedMicros: object.modifiedMicros, etag: etag) }

    // MARK: Asking ahead

    var gainsByAsking: Bool { true }

    func isHere(_ range: Range<Int>) -> Bool {
        let here = state.withLock { state in
            [state.held.offset..<state.held.offset + state.held.bytes.count] + state.pieces.filter(\.fetch.isDone).map(\.range)
        }
        return here.contains { $0.contains(range) } || kept.contains { $0.contains(range) }
    }

    func willNeed(_ ranges: [Range<Int>]) { willNeed(ranges) {} }

    func willNeed(_ ranges: [Range<Int>], _ arrived: @escaping @Sendable () -> Void) {
        state.withLock { $0.isAnnounced = true }
        fetchAhead(ranges, arrived)
    }

    func fetchAhead(_ ranges: [Range<Int>], _ arrived: @escaping @Sendable () -> Void) {
        let whole = 0..<size
        let awaited = state.withLock { state -> [RemoteFetch] in
            let held = state.held.offset..<state.held.offset + state.held.bytes.count
            let wanted = ranges.map { $0.clamped(to: whole) }.filter { range in
                !range.isEmpty && !(held.lowerBound <= range.lowerBound && range.upperBound <= held.upperBound)
            }
            let kept = wanted.isEmpty ? [] : self.kept
            let lacking = wanted.flatMap { missing($0, kept, &state.pieces) }
            for range in RangeCoalescing(meter).plan(lacking) {
                start(range, wanted: lacking.map { $0.clamped(to: range) }.filter { !$0.isEmpty }, &state.pieces)
            }
            return state.pieces.filter { piece in !piece.fetch.isDone && wanted.contains { $0.overlaps(piece.range) } }.map(\.fetch)
        }
        let left = Countdown(awaited.count + 1, arrived)
        for fetch in awaited { fetch.whenDone { left.count() } }
        left.count()
    }

    /// What the cache has of the object, in the order of the offsets.
    private var kept: [Range<Int>] { object.cache.map { $0.store.ranges(of: $0.object, files: files) } ?? [] }

    /// What of a range is neither kept nor in flight. What others have asked for is waited for.
    private func missing(_ range: Range<Int>, _ kept: [Range<Int>], _ pieces: inout [Piece]) -> [Range<Int>] {
        if Self.end(of: range.lowerBound, pieces) >= range.upperBound { return [] }
        guard let (cache, cached) = object.cache else { return [range] }
        var result: [Range<Int>] = []
        for part in Self.gaps(range, kept) {
            var at = part.lowerBound
            while at < part.upperBound, let fetch = cache.fetch(of: cached, at: at) {
                let shared = at..<min(part.upperBound, fetch.range.upperBound)
                if let index = pieces.firstIndex(where: { $0.fetch === fetch }) {
                    pieces[index].unread.append(shared)
                } else {
                    pieces.append(Piece(fetch: fetch, unread: [shared]))
                }
                at = shared.upperBound
            }
            if at < part.upperBound { result.append(at..<part.upperBound) }
        }
        return result
    }

    /// What of a range is in none of others, which are in the order of their beginnings.
    private static func gaps(_ range: Range<Int>, _ others: [Range<Int>]) -> [Range<Int>] {
        var gaps: [Range<Int>] = [], at = range.lowerBound
        for part in others where part.upperBound > at {
            if part.lowerBound >= range.upperBound { break }
            if part.lowerBound > at { gaps.append(at..<part.lowerBound) }
            at = part.upperBound
        }
        if at < range.upperBound { gaps.append(at..<range.upperBound) }
        return gaps
    }

    /// Sends a request, unless too much is ahead already. What was read in part makes room.
    private func start(_ range: Range<Int>, wanted: [Range<Int>], _ pieces: inout [Piece]) {
        while pieces.reduce(range.count, { $0 + $1.range.count }) > Self.mostOfOne, let old = pieces.firstIndex(where: \.isTouched) {
            pieces.remove(at: old)
        }
        guard RemoteFetch.ahead.load(ordering: .relaxed) + range.count <= Self.mostAhead else { return }
        pieces.append(Piece(fetch: RemoteFetch.start(object, range), unread: wanted))
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
            } else if let done = copyKept(rest, place) {
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
        return Self.copy(held.bytes, from: held.offset, range, destination)
    }

    private func copyKept(_ range: Range<Int>, _ destination: UnsafeMutableRawPointer) -> Int? {
        guard let (cache, cached) = object.cache, let part = cache.part(of: cached, at: range.lowerBound, files: files),
            let count = Self.copy(part.bytes, from: part.offset, range, destination)
        else { return nil }
        Cancellation.current?.remoteUse.cached(count)
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
        let bytes = try RemoteFetch.start(object, wanted).bytes()
        state.withLock { state in
            // Another thread may have been faster.
            if state.held.offset == wanted.upperBound { state.held = (wanted.lowerBound, bytes + state.held.bytes) }
        }
        return true
    }

    private func copyPiece(_ range: Range<Int>, _ destination: UnsafeMutableRawPointer) throws(SQLError) -> Int? {
        guard let fetch = state.withLock({ state in state.pieces.first { $0.range.contains(range.lowerBound) }?.fetch }) else { return nil }
        let bytes: [UInt8]
        do throws(SQLError) { bytes = try fetch.bytes() } catch {
            // Who reads it again asks anew.
            state.withLock { state in state.pieces.removeAll { $0.fetch === fetch } }
            // Whoever has sent it may have been cancelled.
            if error.state == .queryCanceled {
                try Cancellation.checkCurrent()
                return nil
            }
            throw error
        }
        guard let count = Self.copy(bytes, from: fetch.range.lowerBound, range, destination) else { return nil }
        state.withLock { state in
            guard let index = state.pieces.firstIndex(where: { $0.fetch === fetch }) else { return }
            if state.pieces[index].note(read: range.lowerBound..<range.lowerBound + count) { state.pieces.remove(at: index) }
        }
        return count
    }

    /// Fetches what is missing up to the next piece that is under way, or kept.
    private func fetchNow(_ range: Range<Int>, _ destination: UnsafeMutableRawPointer) throws(SQLError) -> Int {
        let here = state.withLock { $0.pieces.map(\.range.lowerBound) } + kept.map(\.lowerBound)
        let missing = range.lowerBound..<(here.filter { range.contains($0) && $0 > range.lowerBound }.min() ?? range.upperBound)
        var done = 0
        for fetch in RangeCoalescing(meter).plan([missing]).map({ RemoteFetch.start(object, $0) }) {
            let bytes = try fetch.bytes()
            _ = Self.copy(bytes, from: fetch.range.lowerBound, fetch.range, destination + done)
            done += bytes.count
        }
        return done
    }

    /// Copies what bytes from `offset` on have of the beginning of a range.
    /// - Returns: how many; nil for none.
    private static func copy(
        _ bytes: [UInt8], from offset: Int, _ range: Range<Int>, _ destination: UnsafeMutableRawPointer
    ) -> Int? {
        let start = range.lowerBound - offset
        guard start >= 0, start < bytes.count else { return nil }
        let count = min(range.count, bytes.count - start)
        bytes.withUnsafeBytes { buffer in
            if let base = buffer.baseAddress { destination.copyMemory(from: base + start, byteCount: count) }
        }
        return count
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
            let missing = missing(next, kept, &state.pieces)
            for part in RangeCoalescing(meter).plan(missing) where !part.isEmpty { start(part, wanted: [part], &state.pieces) }
        }
    }

    /// How far from `offset` on everything is under way.
    private static func end(of offset: Int, _ pieces: [Piece]) -> Int {
        var at = offset
        while let piece = pieces.first(where: { $0.range.contains(at) }) { at = piece.range.upperBound }
        return at
    }
}
