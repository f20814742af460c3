/// Where log lines go: a queue with a bound, and a thread that empties it into a file descriptor.

import Glibc
import LodeCore

/// Who logs never waits. A reader of the log that has stopped reading (a full pipe, a stopped terminal) costs lines, not the server:
/// lines that find the queue full are dropped and counted, and when there is room again, one line says how many.
package final class LogWriter: Sendable {
    private struct State {
        var queued: [UInt8] = []
        /// Lines that were queued since the beginning, and those of them that the descriptor has taken.
        var accepted = 0, written = 0
        /// Lines dropped since the queue was last taken.
        var dropped = 0
        var waiting: [(until: Int, written: LodeCore.Semaphore)] = []
    }

    private let state = Lock(State())
    private let hasLines = LodeCore.Semaphore()
    private let descriptor: Int32
    private let queueBytes: Int
    private let lineForDropped: @Sendable (Int) -> String

    /// - Parameters:
    ///   - queueBytes: what the queue holds at most; the lines being written are as many again.
    ///   - lineForDropped: the line that says that so many lines were dropped.
    package init(_ descriptor: Int32, queueBytes: Int = 1 << 20, lineForDropped: @escaping @Sendable (Int) -> String) {
        self.descriptor = descriptor
        self.queueBytes = queueBytes
        self.lineForDropped = lineForDropped
        PosixThread { [self] in run() }.start()
    }

    /// Queues a line, or counts it as dropped; does not wait.
    package func write(_ line: String) {
        let isFirst = state.withLock { state in
            let wasEmpty = state.queued.isEmpty && state.dropped == 0
            if state.queued.count + line.utf8.count < queueBytes {
                state.queued.append(contentsOf: line.utf8)
                state.queued.append(UInt8(ascii: "\n"))
                state.accepted += 1
            } else {
                state.dropped += 1
            }
            return wasEmpty
        }
        if isFirst { hasLines.signal() }
    }

    /// Waits until the lines queued so far are written, but no longer than `nanoseconds`: a log that nobody reads does not hold an exit.
    /// - Returns: whether they are written.
    @discardableResult
    package func flush(within nanoseconds: Int = 1_000_000_000) -> Bool {
        let written: LodeCore.Semaphore? = state.withLock { state in
            if state.written == state.accepted { return nil }
            let semaphore = LodeCore.Semaphore()
            state.waiting.append((state.accepted, semaphore))
            return semaphore
        }
        return written?.wait(until: MonotonicClock.now() + nanoseconds) ?? true
    }

    private func run() {
        while true {
            hasLines.wait()
            let (lines, accepted) = state.withLock { state in
                var lines = state.queued
                state.queued.removeAll()
                if state.dropped > 0 { lines.append(contentsOf: (lineForDropped(state.dropped) + "\n").utf8) }
                state.dropped = 0
                return (lines, state.accepted)
            }
            put(lines)
            let waiting = state.withLock { state in
                state.written = accepted
                let done = state.waiting.filter { $0.until <= accepted }
                state.waiting.removeAll { $0.until <= accepted }
                return done
            }
            for waiter in waiting { waiter.written.signal() }
        }
    }

    /// Gives bytes to the descriptor, for as long as it takes. What it refuses for good (a closed pipe) is lost.
    private func put(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = Glibc.poll(&poll, 1, -1)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}

