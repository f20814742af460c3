/// The one lock of the house.

import Synchronization

#if LODE_THREAD_SANITIZER
import Glibc

/// ThreadSanitizer does not see the futex that `Mutex` is made of, and takes what it guards for unguarded; it does see POSIX mutexes.
/// Only `Tests/sanitize` builds this one.
package struct Lock<Value>: ~Copyable, @unchecked Sendable {
    private final class Guarded {
        var mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        var value: Value

        init(_ value: Value) {
            self.value = value
            pthread_mutex_init(mutex, nil)
        }

        deinit {
            pthread_mutex_destroy(mutex)
            mutex.deallocate()
        }
    }

    private let guarded: Guarded

    package init(_ value: Value) { guarded = Guarded(value) }

    package borrowing func withLock<Result, Failure: Error>(_ body: (inout Value) throws(Failure) -> Result) throws(Failure) -> Result {
        pthread_mutex_lock(guarded.mutex)
        defer { pthread_mutex_unlock(guarded.mutex) }
        return try body(&guarded.value)
    }
}
#else
/// A value that one thread at a time sees, within `withLock`.
package typealias Lock<Value: ~Copyable> = Mutex<Value>
#endif
