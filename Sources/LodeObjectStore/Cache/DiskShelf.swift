/// Parts of objects that are kept in files, which all processes of the user share.

import Glibc
import LodeCore
import Synchronization

/// A folder for each object, in it a file for each part, named by the range. Nobody keeps a list: who opens an object looks into its
/// folder. Files are written by a thread of their own, so that nobody waits for it; where it can't keep up, the rest is left out.
final class DiskShelf: Sendable {
    private struct Item: Sendable {
        var identity: ObjectIdentity
        var offset: Int
        var bytes: [UInt8]
    }

    private struct State {
        var limit: Int
        var queue: [Item] = []
        var queued = 0
        var isWriting = false
        /// Somebody waits for the end of it.
        var isHurried = false
        /// Those who wait for the end of it.
        var waiting: [LodeCore.Semaphore] = []
        /// Written since the folder was looked through last; nil: it never was.
        var written: Int?
    }

    private static let mostQueued = 256 << 20
    /// So much may wait for a moment at which nothing is under way.
    private static let mostResting = 128 << 20
    private static let rest = 50_000_000, longestRest = 2_000_000_000

    /// Where the files lie.
    private let folder: String
    private let state: Lock<State>
    /// When something of the cache was added or asked for last.
    private let used = Atomic(0)
    /// Ends a rest.
    private let woken = LodeCore.Semaphore()

    init(folder: String, limit: Int) {
        self.folder = folder
        state = Lock(State(limit: limit))
    }

    var limit: Int {
        get { state.withLock { $0.limit } }
        set {
            let shrinks = state.withLock { state in
                defer { state.limit = newValue }
                return newValue < state.limit
            }
            if shrinks { DiskSweep(folder: folder, limit: newValue).run() }
        }
    }

    private func place(_ identity: ObjectIdentity) -> String {
        let name = identity.name
        return "\(folder)/\(name.prefix(2))/\(name.dropFirst(2))"
    }

    /// Which bytes of an object are here, in the order of their offsets.
    func ranges(of identity: ObjectIdentity) -> [Range<Int>] {
        guard limit > 0, let names = try? LocalTree.names(in: place(identity)) else { return [] }
        return names.compactMap(Self.range).sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    }

    private static func name(_ range: Range<Int>) -> String { "\(range.lowerBound)-\(range.upperBound)" }

    /// What a file of this name holds; nil for one that is still written, or none of ours.
    private static func range(_ name: String) -> Range<Int>? {
        let ends = name.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Int(ends[0]), let end = Int(ends[1]), first >= 0, end > first, end - first <= 1 << 30 else {
            return nil
        }
        return first..<end
    }

    /// The bytes of a part; nil, and the file is removed, if they are not those that were put there.
    func read(_ identity: ObjectIdentity, _ range: Range<Int>) -> [UInt8]? {
        let path = "\(place(identity))/\(Self.name(range))"
        if let bytes = CacheFile.read(identity, range, from: path) { return bytes }
        unlink(path)
        return nil
    }

    func add(_ identity: ObjectIdentity, offset: Int, _ bytes: [UInt8]) {
        noteUse()
        let begins = state.withLock { state -> Bool in
            guard state.queued + bytes.count <= Self.mostQueued, bytes.count <= state.limit / 4 else { return false }
            state.queue.append(Item(identity: identity, offset: offset, bytes: bytes))
            state.queued += bytes.count
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if begins, !PosixThread({ [self] in writeAll() }).start() { endWriting() }
    }

    private func writeAll() {
        // What is on its way to its user comes first.
        var priority = sched_param()
        sched_setscheduler(0, SCHED_OTHER, &priority)
        setpriority(Int32(PRIO_PROCESS.rawValue), 0, 10)
        let latest = MonotonicClock.now() &+ Self.longestRest
        repeat { rest(until: latest) } while writeNext()
    }

    /// Leaves the machine to those who fetch and read, while there are any and the queue is not long.
    private func rest(until latest: Int) {
        while true {
            let now = MonotonicClock.now(), quiet = used.load(ordering: .relaxed) &+ Self.rest
            guard now < latest, now < quiet || RemoteFetch.ahead.load(ordering: .relaxed) > 0 else { return }
            guard state.withLock({ !$0.isHurried && $0.queued < Self.mostResting && !$0.queue.isEmpty }) else { return }
            _ = woken.wait(until: max(quiet, now &+ Self.rest))
        }
    }

    private func writeNext() -> Bool {
        guard let item = next() else { return false }
        write(item)
        return true
    }

    /// Somebody reads what was fetched before, and will for a while.
    func noteUse() { used.store(MonotonicClock.now(), ordering: .relaxed) }

    private func next() -> Item? {
        let item = state.withLock { state -> Item? in
            guard let item = state.queue.first else {
                state.isWriting = false
                state.isHurried = false
                return nil
            }
            state.queue.removeFirst()
            state.queued -= item.bytes.count
            return item
        }
        if item == nil { wakeWaiting() }
        return item
    }

    private func endWriting() {
        state.withLock { state in
            state.queue = []
            state.queued = 0
            state.isWriting = false
        }
        wakeWaiting()
    }

    private func wakeWaiting() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for semaphore in waiting { semaphore.signal() }
    }

    private func write(_ item: Item) {
        let place = place(item.identity), path = "\(place)/\(Self.name(item.offset..<item.offset + item.bytes.count))"
        if access(path, F_OK) == 0 { return }
        Self.makeFolder(place)
        guard CacheFile.write(item.identity, offset: item.offset, item.bytes, to: path) else { return }
        let (isDue, limit) = state.withLock { state in
            let written = (state.written ?? state.limit) + item.bytes.count
            let isDue = written > state.limit / 16
            state.written = isDue ? 0 : written
            return (isDue, state.limit)
        }
        if isDue { DiskSweep(folder: folder, limit: limit).run() }
    }

    /// Makes a folder for the user alone, and those that it lies in.
    private static func makeFolder(_ path: String) {
        if mkdir(path, 0o700) == 0 || errno != ENOENT { return }
        let parent = StorePath.parent(path)
        guard !parent.isEmpty, parent != path else { return }
        makeFolder(parent)
        mkdir(path, 0o700)
    }

    /// Waits until everything is written, or for so long.
    func flush(nanoseconds: Int) {
        let done = LodeCore.Semaphore()
        let isBusy = state.withLock { state in
            if state.isWriting {
                state.waiting.append(done)
                state.isHurried = true
            }
            return state.isWriting
        }
        guard isBusy else { return }
        woken.signal()
        _ = done.wait(until: MonotonicClock.now() &+ nanoseconds)
    }
}
