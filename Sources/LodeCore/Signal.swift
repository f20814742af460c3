/// What parked work waits for.

/// An event that can happen again and again: a buffer has room, a file is open, a round is over.
///
/// Whoever may have to wait takes a ticket, *then* looks at the condition, and if it does not hold parks with the ticket. An event between
/// the two lets it go on at once, so that no wake-up is lost, and nobody looks at a condition again and again.
///
///     let wait = signal.ticket                      signal's owner:
///     if hasRoom { … go on }                            makes room
///     return .full(wait)                                signal.raise()
package final class Signal: Sendable {
    private struct State {
        var raised = 0
        var waiting: [@Sendable () -> Void] = []
        var followers: [Signal] = []
    }

    private let state = Lock(State())

    package init() {}

    package var ticket: Wait { Wait(signal: self, raised: state.withLock { $0.raised }) }

    /// The event has happened: everybody who waits goes on. Call it without holding a lock.
    package func raise() {
        let (woken, followers) = state.withLock { state in
            state.raised &+= 1
            let waiting = state.waiting
            state.waiting = []
            return (waiting, state.followers)
        }
        for wake in woken { wake() }
        for follower in followers { follower.raise() }
    }

    /// Whenever this one is raised, `other` is, too. There must be no circle.
    package func forward(to other: Signal) { state.withLock { $0.followers.append(other) } }

    fileprivate func call(_ wake: @escaping @Sendable () -> Void, unlessRaisedSince raised: Int) {
        let isOver = state.withLock { state in
            if state.raised != raised { return true }
            state.waiting.append(wake)
            return false
        }
        if isOver { wake() }
    }
}

/// The wish to be woken by the next event after the ticket was taken.
package struct Wait: Sendable, Equatable {
    fileprivate let signal: Signal
    fileprivate let raised: Int

    /// Calls `wake` once: when the event happens, on the thread that raises it; or now, if it has happened.
    package func then(_ wake: @escaping @Sendable () -> Void) { signal.call(wake, unlessRaisedSince: raised) }

    package static func == (left: Wait, right: Wait) -> Bool { left.signal === right.signal && left.raised == right.raised }
}
