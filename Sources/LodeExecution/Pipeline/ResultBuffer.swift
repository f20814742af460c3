/// Rows between a query and whoever reads them at a pace of his own.

import LodeCore
import LodeVectors

/// A queue of bounded size. When it is full the query is parked, until the reader has taken enough; it holds no worker meanwhile.
package final class ResultBuffer: ResultConsumer {
    /// What a reader meets.
    package enum Item {
        case rows(Chunk)
        /// Nothing yet: the reader is called when there is.
        case waiting
        /// The query is over: without an error, or with it.
        case end(SQLError?)
    }

    fileprivate struct State {
        var chunks: [(chunk: Chunk, bytes: Int)] = []
        /// How many at the front are taken already.
        var taken = 0
        var bytes = 0
        var end: SQLError??
        var isClosed = false
        var reader: (@Sendable () -> Void)?
    }

    private let state = Lock(State())
    private let room = Signal()
    private let capacity: Int

    /// - Parameter capacity: bytes that may wait for the reader; one chunk is always taken.
    package init(capacity: Int = 4 << 20) { self.capacity = capacity }

    // MARK: The query's side

    package func receive(_ chunk: Chunk) throws(SQLError) -> Demand {
        let bytes = chunk.heldBytes
        let (isClosed, reader) = state.withLock { state in
            if state.isClosed { return (true, Optional<@Sendable () -> Void>.none) }
            state.chunks.append((chunk, bytes))
            state.bytes += bytes
            return (false, state.takeReader())
        }
        reader?()
        return isClosed ? .enough : .more
    }

    package var waitForRoom: Wait? {
        let ticket = room.ticket
        return state.withLock { !$0.isClosed && $0.bytes >= capacity } ? ticket : nil
    }

    /// No more rows come. Those that wait are dropped if the query has failed: whoever cancels it is not to read on for seconds.
    package func end(_ error: SQLError?) {
        let (dropped, reader) = state.withLock { state in
            state.end = .some(error)
            return (error == nil ? [] : state.dropAll(), state.takeReader())
        }
        withExtendedLifetime(dropped) {}
        reader?()
    }

    // MARK: The reader's side

    /// Takes what is next. Never waits.
    /// - Parameter wake: if the answer is `.waiting`: called once when it is worth asking again, on a thread of the query, which it must
    ///   not hold up.
    package func poll(_ wake: @escaping @Sendable () -> Void) -> Item {
        let (item, hasRoom) = state.withLock { state -> (Item, Bool) in
            let wasFull = state.bytes >= capacity
            if let chunk = state.takeFirst() { return (.rows(chunk), wasFull && state.bytes < capacity) }
            if let end = state.end { return (.end(end), false) }
            state.reader = wake
            return (.waiting, false)
        }
        if hasRoom { room.raise() }
        return item
    }

    /// Takes what is next; waits for it.
    package func next() -> Item {
        while true {
            let arrived = Semaphore()
            let item = poll { arrived.signal() }
            guard case .waiting = item else { return item }
            arrived.wait()
        }
    }

    /// The reader wants no more: the query ends as if it had no more rows.
    package func close() {
        let dropped = state.withLock { state in
            state.isClosed = true
            return state.dropAll()
        }
        withExtendedLifetime(dropped) {}
        room.raise()
    }
}

extension ResultBuffer.State {
    fileprivate mutating func takeReader() -> (@Sendable () -> Void)? {
        defer { reader = nil }
        return reader
    }

    fileprivate mutating func dropAll() -> [(chunk: Chunk, bytes: Int)] {
        defer { (chunks, taken, bytes) = ([], 0, 0) }
        return chunks
    }

    fileprivate mutating func takeFirst() -> Chunk? {
        guard taken < chunks.count else { return nil }
        let (chunk, size) = chunks[taken]
        bytes -= size
        taken += 1
        // What was taken is let go of in one go, not chunk by chunk.
        if taken == chunks.count || taken == 16 {
            chunks.removeFirst(taken)
            taken = 0
        }
        return chunk
    }
}
