/// The limit on what large state may occupy: one budget a process, a part of it for each statement.

import Synchronization

/// Bytes reserved out of a limit, and out of the budget above.
///
///     process (`lode serve --memory`)      what all statements hold together
///     ├── statement (`memory_limit`)       what it holds, at least its grant
///     └── statement
///
/// Operators reserve before they grow. A refusal is an error for the caller to turn into a spill or to report; before it, holders that
/// can do with less are asked to give memory back (`MemoryHolder`).
package final class MemoryBudget: Sendable {
    private let used = Atomic<Int>(0)
    private let highest = Atomic<Int>(0)
    /// What the budget above has set aside for this one: growth up to it is never refused.
    private let grant = Atomic<Int>(0)
    package let limit: Int
    private let parent: MemoryBudget?
    let queue = AdmissionQueue()
    let holders = MemoryHolders()

    /// The budget of a process.
    package init(limit: Int) {
        self.limit = limit
        parent = nil
    }

    private init(limit: Int, in parent: MemoryBudget) {
        self.limit = limit
        self.parent = parent
    }

    deinit {
        // Owners of memory keep their budget alive, so that only the grant can be left.
        parent?.release(max(used.load(ordering: .relaxed), grant.load(ordering: .relaxed)))
    }

    /// A part of this budget, for one statement.
    package func child(limit: Int) -> MemoryBudget { MemoryBudget(limit: limit, in: self) }

    package var reservedBytes: Int { used.load(ordering: .relaxed) }
    package var peakBytes: Int { highest.load(ordering: .relaxed) }
    /// What can still be reserved here and above.
    package var freeBytes: Int { min(limit - reservedBytes, parent?.freeBytes ?? Int.max) }

    /// Takes `bytes`; false when that would exceed the limit here or above.
    package func tryReserve(_ bytes: Int) -> Bool {
        if reserveWithoutRevoking(bytes) { return true }
        return holders.revoke(bytes - max(0, min(bytes, freeBytes))) && reserveWithoutRevoking(bytes)
    }

    func reserveWithoutRevoking(_ bytes: Int) -> Bool {
        let now = used.add(bytes, ordering: .relaxed).newValue
        let share = beyondGrant(now) - beyondGrant(now - bytes)
        let isGranted = now <= limit && (share == 0 || parent?.tryReserve(share) ?? true)
        if isGranted {
            highest.max(now, ordering: .relaxed)
            return true
        }
        let after = used.subtract(bytes, ordering: .relaxed).newValue
        // Others may have grown and shrunk in between: what they took of the grant as seen with these bytes is set right.
        let difference = share - (beyondGrant(after + bytes) - beyondGrant(after))
        if difference > 0 { parent?.count(difference) } else if difference < 0 { parent?.release(-difference) }
        return false
    }

    private func beyondGrant(_ bytes: Int) -> Int { max(bytes, grant.load(ordering: .relaxed)) }

    /// Takes `bytes` for `purpose` ("hash join", "sort").
    /// - Throws: `53200` when that would exceed the limit.
    package func reserve(_ bytes: Int, for purpose: @autoclosure () -> String) throws(SQLError) {
        guard tryReserve(bytes) else { throw refusal(bytes, purpose()) }
    }

    /// The error for `bytes` that `purpose` wanted in vain.
    package func refusal(_ bytes: Int, _ purpose: String) -> SQLError {
        let (sum, overflow) = reservedBytes.addingReportingOverflow(bytes)
        if let parent, !overflow, sum <= limit {
            return SQLError(
                .outOfMemory, "out of memory: \(purpose) needs \(bytes) more bytes",
                detail: "All statements together hold \(parent.reservedBytes) of the \(parent.limit) bytes that the process may use.",
                hint: "Try again when others have ended, or reduce the rows that reach this operator.")
        }
        return SQLError(
            .outOfMemory, "out of memory: \(purpose) needs \(bytes) more bytes",
            detail: "\(reservedBytes) of memory_limit = \(limit) bytes are in use.",
            hint: "Raise it with SET memory_limit = '…', or reduce the rows that reach this operator.")
    }

    /// Counts `bytes` that are taken already, beyond the limit if it must be; false when they are beyond it. They are given back by
    /// `release` like all others.
    @discardableResult
    package func count(_ bytes: Int) -> Bool {
        let now = used.add(bytes, ordering: .relaxed).newValue
        highest.max(now, ordering: .relaxed)
        let share = beyondGrant(now) - beyondGrant(now - bytes)
        let fitsAbove = share == 0 || parent?.count(share) ?? true
        return now <= limit && fitsAbove
    }

    package func release(_ bytes: Int) {
        if bytes == 0 { return }
        let now = used.subtract(bytes, ordering: .relaxed).newValue
        let share = beyondGrant(now + bytes) - beyondGrant(now)
        if share > 0 { parent?.release(share) }
        queue.admitNext(self)
    }

    // MARK: Admission

    /// How long a statement waits for its grant.
    package static let admissionPatience = 60_000_000_000

    /// Sets `bytes` of the budget above aside for this one, which must hold nothing yet. Whoever comes when too little is free waits in
    /// line.
    /// - Parameter decided: called once, perhaps at once, on any thread: with nil when the grant is there, with `53200` when patience is at
    ///   its end, with the error of `cancellation` when that comes first.
    package func admit(
        _ bytes: Int, patience: Int = admissionPatience, _ cancellation: Cancellation, _ decided: @escaping @Sendable (SQLError?) -> Void
    ) {
        guard let parent, grant.load(ordering: .relaxed) == 0 else { return decided(nil) }
        let wanted = min(bytes, limit, parent.limit)
        let granted: @Sendable (SQLError?) -> Void = { [self] error in
            if error == nil { grant.store(wanted, ordering: .relaxed) }
            decided(error)
        }
        parent.queue.enter(wanted, of: parent, patience, cancellation, granted) {
            SQLError(
                .outOfMemory, "out of memory: the statement waited \(patience / 1_000_000_000) seconds for \(wanted) bytes to begin with",
                detail: "All statements together hold \(parent.reservedBytes) of the \(parent.limit) bytes that the process may use.",
                hint: "Try again when others have ended, or run fewer at once.")
        }
    }

    // MARK: Revocation

    /// Makes `holder` one that is asked for memory before somebody is refused; until the registration goes.
    package func register(_ holder: any MemoryHolder) -> MemoryHolders.Registration { holders.add(holder) }
}
