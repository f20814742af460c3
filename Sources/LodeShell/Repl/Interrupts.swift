/// Ctrl-C.

import LodeCore
import Glibc
import LodeEngine
import Synchronization

/// While a statement runs, Ctrl-C cancels it; at the prompt it clears what was typed. It never ends the shell.
///
/// SIGINT is blocked in every thread and taken by one that waits for it, so that no code runs inside a signal handler.
package enum Interrupts {
    private static let action = Lock<(@Sendable () -> Void)?>(nil)
    private static let count = Atomic<Int>(0)

    /// Call before any other thread is started.
    package static func watch() {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        PosixThread {
            var waited = sigset_t()
            sigemptyset(&waited)
            sigaddset(&waited, SIGINT)
            while true {
                var signal: Int32 = 0
                guard sigwait(&waited, &signal) == 0 else { continue }
                count.add(1, ordering: .relaxed)
                action.withLock { $0 }?()
            }
        }.start()
    }

    /// What Ctrl-C does from now on.
    package static func onInterrupt(_ body: (@Sendable () -> Void)?) { action.withLock { $0 = body } }
}
