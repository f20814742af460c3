/// The advisory locks of a process: who has which, who waits for one.

import LodeCore
import LodeFunctions
import Synchronization

/// Sessions are known by their numbers. A lock that several may share goes to one after another in the order in which they asked, so that
/// nobody waits for ever. They bind nobody but those who ask for them, and are gone with the process.
///
/// - Source: PostgreSQL 17, 13.3.5 "Advisory Locks".
final class AdvisoryLocks: Sendable {
    /// A lock that a session has taken once.
    private struct Grant {
        let owner: Int32
        let mode: AdvisoryMode
        /// In the order in which locks were taken, of all keys.
        let number: Int
    }

    private struct Request {
        let owner: Int32
        let key: AdvisoryKey
        let mode: AdvisoryMode
        let granted = Semaphore()
        let number: Int
    }

    private struct State {
        var grants: [AdvisoryKey: [Grant]] = [:]
        /// In the order in which they came.
        var requests: [Request] = []
        var last = 0

        /// Whether somebody else has the lock in a way that does not go with this one, or asked for it before.
        func blockers(of request: Request) -> [Int32] {
            let held = (grants[request.key] ?? []).filter { $0.owner != request.owner }
            let blocking = held.filter { !($0.mode.isShared && request.mode.isShared) }.map(\.owner)
            if !blocking.isEmpty { return blocking }
            // Who has it already does not stand in line for more.
            if (grants[request.key] ?? []).contains(where: { $0.owner == request.owner }) { return [] }
            return requests.filter {
                $0.number < request.number && $0.key == request.key && $0.owner != request.owner
                    && !($0.mode.isShared && request.mode.isShared)
            }.map(\.owner)
        }

        mutating func grant(_ request: Request) {
            grants[request.key, default: []].append(Grant(owner: request.owner, mode: request.mode, number: request.number))
        }

        /// Gives locks to those who need not wait any longer.
        mutating func grantWaiting() {
            for request in requests where blockers(of: request).isEmpty {
                requests.removeAll { $0.number == request.number }
                grant(request)
                request.granted.signal()
            }
        }

        /// Whether to wait for the request is to wait for its own session.
        func closesCircle(_ request: Request) -> Bool {
            var open = blockers(of: request), seen: Set<Int32> = []
            while let owner = open.popLast() {
                if owner == request.owner { return true }
                guard seen.insert(owner).inserted else { continue }
                for waiting in requests where waiting.owner == owner { open += blockers(of: waiting) }
            }
            return false
        }

        mutating func drop(_ isDropped: (Grant) -> Bool) {
            for key in grants.keys {
                grants[key]?.removeAll(where: isDropped)
                if grants[key]?.isEmpty == true { grants[key] = nil }
            }
            grantWaiting()
        }
    }

    private let state = Lock(State())
    /// Whether any lock is held: statements that take none are not to be slowed down.
    private let isUsed = Atomic<Bool>(false)

    /// - Parameters:
    ///   - waits: nil: the lock is only taken if it is free.
    ///   - timeout: in nanoseconds.
    func take(
        _ key: AdvisoryKey, _ mode: AdvisoryMode, by owner: Int32, timeout: Int?, _ cancellation: Cancellation?
    ) throws(SQLError) -> Bool {
        isUsed.store(true, ordering: .relaxed)
        let (request, isTaken, isCircle) = state.withLock { state in
            state.last += 1
            let request = Request(owner: owner, key: key, mode: mode, number: state.last)
            if state.blockers(of: request).isEmpty {
                state.grant(request)
                return (request, true, false)
            }
            let isCircle = state.closesCircle(request)
            if cancellation != nil, !isCircle { state.requests.append(request) }
            return (request, false, isCircle)
        }
        guard !isTaken, let cancellation else { return isTaken }
        if isCircle {
            throw SQLError(.deadlockDetected, "deadlock detected", detail: "Sessions would wait for each other's advisory locks.")
        }
        let registration = cancellation.onCancel { request.granted.signal() }
        if let timeout { _ = request.granted.wait(until: MonotonicClock.now() &+ timeout) } else { request.granted.wait() }
        registration.end()
        let isWaiting = state.withLock { state in
            let count = state.requests.count
            state.requests.removeAll { $0.number == request.number }
            // Those behind it may go on.
            if state.requests.count < count { state.grantWaiting() }
            return state.requests.count < count
        }
        if !isWaiting { return true }
        try cancellation.check()
        throw SQLError(.lockNotAvailable, "canceling statement due to lock timeout")
    }

    /// Gives back what a session has taken for itself, the latest first.
    func release(_ key: AdvisoryKey, isShared: Bool, by owner: Int32) -> Bool {
        state.withLock { state in
            let wanted = AdvisoryMode(isShared: isShared, isOfTransaction: false)
            guard let index = state.grants[key]?.lastIndex(where: { $0.owner == owner && $0.mode == wanted }) else { return false }
            let number = state.grants[key]?[index].number
            state.drop { $0.number == number }
            return true
        }
    }

    /// Gives back all that a session has taken for itself.
    func releaseAll(of owner: Int32) { drop { $0.owner == owner && !$0.mode.isOfTransaction } }

    /// The transaction of a session is over, or goes back to a savepoint after lock `number`.
    func endTransaction(of owner: Int32, after number: Int = 0) {
        drop { $0.owner == owner && $0.mode.isOfTransaction && $0.number > number }
    }

    /// The session is over.
    func endSession(_ owner: Int32) { drop { $0.owner == owner } }

    private func drop(_ isDropped: (Grant) -> Bool) {
        if isUsed.load(ordering: .relaxed) { state.withLock { $0.drop(isDropped) } }
    }

    /// The number of the latest lock.
    var last: Int { isUsed.load(ordering: .relaxed) ? state.withLock { $0.last } : 0 }
}

extension Session {
    /// The locks, as functions of a statement reach them.
    func lockAccess(_ cancellation: Cancellation) -> AdvisoryLockAccess {
        let locks = engine.advisoryLocks, pool = engine.pool, owner = activity.process
        let settings = settings
        return AdvisoryLockAccess(
            take: { (key, mode, waits) throws(SQLError) in
                if try locks.take(key, mode, by: owner, timeout: nil, nil) { return true }
                if !waits { return false }
                let timeout = settings.lockTimeout.map { $0 * 1_000_000 }
                return try pool.withStandIn { () throws(SQLError) in
                    try locks.take(key, mode, by: owner, timeout: timeout, cancellation)
                }
            },
            release: { locks.release($0, isShared: $1, by: owner) }, releaseAll: { locks.releaseAll(of: owner) })
    }
}
