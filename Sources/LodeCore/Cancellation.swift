/// How a running statement is told to stop.

import Synchronization

/// A flag that every worker looks at once per chunk, so that a statement ends within milliseconds; who is parked is woken.
package final class Cancellation: Sendable {
    /// Why a statement ends before its time.
    package enum Reason: Sendable {
        case userRequest, statementTimeout, adminCommand
        /// Whoever wanted the rows is gone.
        case droppedConsumer
    }

    private struct State {
        var reason: Reason?
        var handlers: [Int: @Sendable () -> Void] = [:]
        var nextHandler = 0
    }

    /// What the statement has asked of remote stores. It goes where the token goes.
    package let remoteUse = RemoteUse()
    private let flag = Atomic<Bool>(false)
    private let state = Lock(State())

    package init() {}

    /// That of the statement for which the calling thread works: for loops that are not handed one.
    @TaskLocal package static var current: Cancellation?

    /// - Throws: `57014` if the statement for which the calling thread works was cancelled.
    package static func checkCurrent() throws(SQLError) { try current?.check() }

    /// The first reason counts. Safe to call from any thread.
    package func cancel(_ reason: Reason = .userRequest) {
        let handlers = state.withLock { state -> [@Sendable () -> Void] in
            if state.reason != nil { return [] }
            state.reason = reason
            flag.store(true, ordering: .relaxed)
            let handlers = Array(state.handlers.values)
            state.handlers = [:]
            return handlers
        }
        for handler in handlers { handler() }
    }

    package var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// - Throws: `57014` (`57P01` by an administrator) once `cancel` was called.
    package func check() throws(SQLError) {
        if isCancelled { throw error }
    }

    /// What a cancelled statement fails with.
    package var error: SQLError {
        switch state.withLock({ $0.reason }) {
        case .statementTimeout: SQLError(.queryCanceled, "canceling statement due to statement timeout")
        case .adminCommand: SQLError(.adminShutdown, "terminating connection due to administrator command")
        case .droppedConsumer: SQLError(.queryCanceled, "canceling statement since nobody takes its rows any more")
        case .userRequest, nil: SQLError(.queryCanceled, "canceling statement due to user request")
        }
    }

    /// Calls `body` when the statement is cancelled, on the thread that does so; now, if it has been. For whoever waits instead of looking
    /// at the flag.
    /// - Returns: what ends that, when the wait is over.
    package func onCancel(_ body: @escaping @Sendable () -> Void) -> Registration {
        let number = state.withLock { state -> Int? in
            if state.reason != nil { return nil }
            state.nextHandler += 1
            state.handlers[state.nextHandler] = body
            return state.nextHandler
        }
        if number == nil { body() }
        return Registration(cancellation: self, number: number)
    }

    /// Lets time pass on the calling thread.
    /// - Throws: `57014` as soon as the statement for which it works is cancelled.
    package static func pauseCurrent(nanoseconds: Int) throws(SQLError) { try (current ?? Cancellation()).pause(nanoseconds: nanoseconds) }

    /// Lets time pass on the calling thread, for instance before something is tried again.
    /// - Throws: `57014` as soon as the statement is cancelled.
    package func pause(nanoseconds: Int) throws(SQLError) {
        let woken = Semaphore()
        let registration = onCancel { woken.signal() }
        _ = woken.wait(until: MonotonicClock.now() &+ nanoseconds)
        registration.end()
        try check()
    }

    package struct Registration: Sendable {
        fileprivate let cancellation: Cancellation
        fileprivate let number: Int?

        package func end() {
            guard let number else { return }
            cancellation.state.withLock { $0.handlers[number] = nil }
        }
    }
}
