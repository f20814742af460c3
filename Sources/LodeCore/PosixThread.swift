/// Threads of our own: the pool's workers, one with a stack for deep plans, one for the progress bar.

import Glibc

/// A POSIX thread that runs a closure.
package struct PosixThread {
    private let body: @Sendable () -> Void
    private let stackBytes: Int

    package init(stackBytes: Int = 512 << 10, _ body: @escaping @Sendable () -> Void) {
        self.body = body
        self.stackBytes = stackBytes
    }

    /// Starts it; nobody waits for its end.
    /// - Returns: whether the machine had a thread to give.
    @discardableResult
    package func start() -> Bool { launch(detached: true) != nil }

    /// Starts it and waits for its end. Runs the closure on this thread if none can be had.
    package func runToEnd() {
        guard let thread = launch(detached: false) else { return body() }
        pthread_join(thread, nil)
    }

    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private func launch(detached: Bool) -> pthread_t? {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackBytes)
        if detached { pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED)) }
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        if status != 0 {
            box.release()
            return nil
        }
        return thread
    }
}
