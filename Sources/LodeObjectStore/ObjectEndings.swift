/// Objects that end while others are still written.

import LodeCore

/// Waits for the ends of many objects together: a store over a network takes its time for each, and can do many at once.
package final class ObjectEndings: Sendable {
    private struct Pending: Sendable {
        nonisolated(unsafe) let writer: any ObjectWriter
        let bytes: Int
    }

    private struct State {
        var pending: [Pending] = []
        var bytes = 0
    }

    private static let most = 32, mostBytes = 64 << 20
    private let state = Lock(State())

    package init() {}

    /// A writer whose `finish()` does not wait where that is of use; `wait()` then does.
    package func watch(_ writer: any ObjectWriter) -> any ObjectWriter { EndingWriter(writer, self) }

    /// - Throws: what went wrong with the ends of earlier objects.
    fileprivate func end(_ writer: any ObjectWriter) throws(SQLError) {
        guard try writer.beginFinish() else { return }
        let bytes = writer.position
        let oldest = state.withLock { state -> Pending? in
            state.pending.append(Pending(writer: writer, bytes: bytes))
            state.bytes += bytes
            return state.pending.count > Self.most || state.bytes > Self.mostBytes ? Self.takeFirst(&state) : nil
        }
        try oldest?.writer.finish()
    }

    private static func takeFirst(_ state: inout State) -> Pending? {
        guard !state.pending.isEmpty else { return nil }
        let first = state.pending.removeFirst()
        state.bytes -= first.bytes
        return first
    }

    /// Waits until all objects are there.
    package func wait() throws(SQLError) {
        while let next = state.withLock({ Self.takeFirst(&$0) }) { try next.writer.finish() }
    }

    /// Drops those that are not there yet.
    package func abort() {
        while let next = state.withLock({ Self.takeFirst(&$0) }) { next.writer.abort() }
    }
}

/// Hands its end over.
private final class EndingWriter: ObjectWriter {
    private let inner: any ObjectWriter
    private let endings: ObjectEndings

    init(_ inner: any ObjectWriter, _ endings: ObjectEndings) {
        self.inner = inner
        self.endings = endings
    }

    var path: String { inner.path }
    var position: Int { inner.position }
    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) { try inner.write(bytes) }
    func seal() throws(SQLError) { try inner.seal() }
    func show() throws(SQLError) { try inner.show() }
    func finish() throws(SQLError) { try endings.end(inner) }
    func abort() { inner.abort() }
}
