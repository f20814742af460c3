/// Whose turn it is: workers are shared out over statements by stride scheduling.

/// Who has had least so far comes next. A young statement is charged an eighth of its time, so that a short one is soon done beside long
/// ones; one that was parked gets no credit for the time that it did not want.
///
/// A value without threads or clocks: whoever holds it tells it what happened.
struct FairQueue {
    /// Time that a worker gives to a statement before it looks whether another one waits.
    static let sliceNanoseconds = 4_000_000
    /// A statement that has had less than this is young.
    static let youthNanoseconds = 40_000_000
    private static let youthDivisor = 8

    struct Entry {
        /// Time had, weighted; the lowest is served next.
        fileprivate(set) var pass: Int
        fileprivate(set) var usedNanoseconds = 0
        /// Workers that serve it now.
        fileprivate(set) var running = 0
        /// At most this many may.
        let limit: Int
        /// Whether it may have something for one more worker.
        fileprivate(set) var isReady = false
        fileprivate(set) var runs: [Int] = []

        var canBeServed: Bool { isReady && running < limit }
    }

    private(set) var entries: [Int: Entry] = [:]
    /// The pass of whoever was served last: where newcomers begin.
    private var time = 0

    /// Adds work of a statement that may use `limit` workers.
    mutating func add(run: Int, of statement: Int, limit: Int) {
        entries[statement, default: Entry(pass: time, limit: max(1, limit))].runs.append(run)
        wake(statement)
    }

    mutating func remove(run: Int, of statement: Int) {
        entries[statement]?.runs.removeAll { $0 == run }
        removeIfOver(statement)
    }

    /// The statement may have something to do again.
    mutating func wake(_ statement: Int) {
        guard var entry = entries[statement] else { return }
        if entry.running == 0, !entry.isReady { entry.pass = max(entry.pass, time) }
        entry.isReady = true
        entries[statement] = entry
    }

    /// It has nothing for one more worker.
    mutating func rest(_ statement: Int) { entries[statement]?.isReady = false }

    /// Who is to be served next, if anybody wants to be.
    var next: Int? {
        var best: (statement: Int, entry: Entry)?
        for (statement, entry) in entries where entry.canBeServed {
            if let known = best, !Self.precedes((statement, entry), known) { continue }
            best = (statement, entry)
        }
        return best?.statement
    }

    /// Of equals, whom fewer serve, then the younger.
    private static func precedes(_ left: (statement: Int, entry: Entry), _ right: (statement: Int, entry: Entry)) -> Bool {
        if left.entry.pass != right.entry.pass { return left.entry.pass < right.entry.pass }
        if left.entry.running != right.entry.running { return left.entry.running < right.entry.running }
        return left.statement > right.statement
    }

    /// A worker begins to serve `statement`.
    /// - Returns: what it is charged in advance, so that not all workers choose the same; for `end`.
    mutating func begin(_ statement: Int) -> Int {
        guard var entry = entries[statement] else { return 0 }
        time = max(time, entry.pass)
        let charge = Self.charge(entry, Self.sliceNanoseconds)
        entry.pass += charge
        entry.running += 1
        entries[statement] = entry
        return charge
    }

    /// The worker is back after `nanoseconds`.
    mutating func end(_ statement: Int, charged: Int, nanoseconds: Int) {
        guard var entry = entries[statement] else { return }
        entry.pass += Self.charge(entry, nanoseconds) - charged
        entry.usedNanoseconds += nanoseconds
        entry.running -= 1
        entries[statement] = entry
        removeIfOver(statement)
    }

    private static func charge(_ entry: Entry, _ nanoseconds: Int) -> Int {
        entry.usedNanoseconds < youthNanoseconds ? nanoseconds / youthDivisor : nanoseconds
    }

    private mutating func removeIfOver(_ statement: Int) {
        if let entry = entries[statement], entry.runs.isEmpty, entry.running == 0 { entries[statement] = nil }
    }
}
