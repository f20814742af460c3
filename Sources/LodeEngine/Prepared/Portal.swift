/// A query's rows with a place in them: what Bind and DECLARE CURSOR make, and Execute, FETCH and MOVE go through.

import LodeCore
import LodeSyntax
import LodeVectors

/// Belongs to its session, and to the transaction in which it was made, unless it is one WITH HOLD. The rows come from a query that runs
/// as far as they are wanted and is parked then; those of a cursor that can go back are kept.
package final class Portal {
    package let name: String
    package let columns: [Field]?
    /// What Bind gave values to; nil of a cursor.
    package let statement: PreparedStatement?
    /// Whether rows may be read backwards.
    let scrolls: Bool
    /// Whether it outlives its transaction.
    let holds: Bool
    /// Which of its session's portals it is, in the order in which they were made.
    var number = 0
    /// Whether the rows of a cursor go to the client in binary.
    package let isBinary: Bool
    private var rows: Rows
    /// The query that Execute will find planned already.
    var kept: KeptRun?
    /// The number of the current row, from 1: 0 before the first, one more than the rows behind the last.
    private(set) var place = 0

    private enum Rows {
        /// It runs when rows are wanted for the first time.
        case unopened([Value], [SQLType])
        case live(ResultStream)
        case kept(RowQueue)
        case ended(StatementOutcome)
    }

    /// Rows that the query has given and nobody has taken yet.
    private var held: (chunk: Chunk, offset: Int)?

    /// What Bind makes of a prepared statement.
    package init(_ name: String, _ statement: PreparedStatement, _ values: [Value], types: [SQLType]) {
        self.name = name
        self.statement = statement
        columns = statement.columns
        rows = .unopened(values, types)
        (scrolls, holds, isBinary) = (false, false, false)
    }

    /// A cursor whose query has begun.
    init(_ declare: DeclareCursor, _ stream: ResultStream) {
        name = declare.name.text
        statement = nil
        columns = stream.columns
        scrolls = declare.scrolls ?? false
        holds = declare.holds
        isBinary = declare.isBinary
        rows = .live(stream)
    }

    var running: RunningStatement? { if case .live(let stream) = rows { stream.running } else { nil } }

    /// How its rows look to a client. It has been opened.
    var shape: ResultStream.Shape {
        if case .live(let stream) = rows, !isBinary { return stream.shape }
        return columns.map { .rows($0, isBinary: isBinary) } ?? .none
    }

    /// What it will execute, as long as that has not begun.
    var unopened: (statement: PreparedStatement, values: [Value], types: [SQLType])? {
        if case .unopened(let values, let types) = rows, let statement { (statement, values, types) } else { nil }
    }

    /// Begins its query, if that has not happened.
    func open(in session: Session) throws(SQLError) {
        guard case .unopened(let values, let types) = rows, let statement else { return }
        if let kept = kept ?? session.kept(statement, values, types) {
            self.kept = nil
            return rows = .live(try session.start(kept, of: statement.text))
        }
        rows = .live(try session.start(statement, values, types: types))
    }

    /// Computes all rows, so that they can be read in any order and after the transaction.
    /// - Throws: `53200` for more than `memory_limit` allows.
    func keep(in session: Session) throws(SQLError) {
        guard case .live(let stream) = rows else { return }
        let queue = RowQueue(session.engine.memory.child(limit: session.settings.memoryLimit))
        try queue.begin(columns ?? [])
        while true {
            switch stream.next() {
            case .rows(let chunk): _ = try queue.rows(chunk)
            case .waiting: continue
            case .failed(let error): throw error
            case .finished, .suspended: return rows = .kept(queue)
            }
        }
    }

    // MARK: Forward

    /// The next rows, `most` of them at most; its query may have none yet.
    func take(_ most: Int, _ wake: (@Sendable () -> Void)?) -> ResultStream.Item {
        do throws(SQLError) {
            switch rows {
            case .unopened: return .failed(.internalFault("a portal is read before it is opened"))
            case .ended(let outcome): return .finished(outcome)
            case .kept(let queue):
                if let chunk = try queue.slice(from: place, most) { return passed(chunk) }
                place = queue.count + 1
                return .finished(StatementOutcome(tag: "SELECT"))
            case .live(let stream): return try take(most, of: stream, wake)
            }
        } catch {
            return .failed(error)
        }
    }

    private func take(_ most: Int, of stream: ResultStream, _ wake: (@Sendable () -> Void)?) throws(SQLError) -> ResultStream.Item {
        if held == nil {
            let item = stream.take(wake)
            switch item {
            case .rows(let chunk): held = (chunk, 0)
            case .finished(let outcome):
                rows = .ended(outcome)
                place += 1
                return item
            case .waiting, .suspended, .failed: return item
            }
        }
        guard let (chunk, offset) = held else { return .waiting }
        let count = min(most, chunk.count - offset)
        held = offset + count < chunk.count ? (chunk, offset + count) : nil
        return passed(count == chunk.count ? chunk : try chunk.slice(offset, count))
    }

    private func passed(_ chunk: Chunk) -> ResultStream.Item {
        place += chunk.count
        return .rows(chunk)
    }

    // MARK: Any way

    /// How a FETCH ends.
    enum Fetched {
        /// So many rows were passed, and given.
        case rows(Int)
        /// The rows are still to be read, so many at most.
        case following(Int)
    }

    /// Moves. The rows that are passed go to `sink`, if there is one, unless they are to be read one after another from here.
    /// - Throws: `55000` for a way back in a cursor without SCROLL.
    func fetch(_ direction: FetchCursor.Direction, into sink: (any ResultSink)?) throws(SQLError) -> Fetched {
        switch direction {
        case .forward(nil): return try forward(.max, sink)
        case .forward(let count?):
            if count == 0 { return try single(place, sink) }
            return count < 0 ? .rows(try backward(Int(clamping: count.magnitude), sink)) : try forward(count, sink)
        case .backwardAll: return .rows(try backward(.max, sink))
        case .absolute(let row): return try single(row < 0 ? max(0, try requireScroll().count + 1 + row) : row, sink)
        case .relative(let step): return try single(place.addingReportingOverflow(step).partialValue, sink)
        }
    }

    private func forward(_ count: Int, _ sink: (any ResultSink)?) throws(SQLError) -> Fetched {
        sink == nil ? .rows(try skip(count)) : .following(count)
    }

    private func skip(_ count: Int) throws(SQLError) -> Int {
        var left = count
        while left > 0 {
            switch take(left, nil) {
            case .rows(let chunk): left -= chunk.count
            case .waiting: continue
            case .failed(let error): throw error
            case .finished, .suspended: return count - left
            }
        }
        return count
    }

    private func backward(_ count: Int, _ sink: (any ResultSink)?) throws(SQLError) -> Int {
        let queue = try requireScroll()
        var row = min(place, queue.count + 1) - 1, passed = 0
        while row >= 1, passed < count {
            try give(row, of: queue, to: sink)
            row -= 1
            passed += 1
        }
        place = passed < count ? 0 : row + 1
        return passed
    }

    /// Goes to one row and gives it.
    private func single(_ row: Int, _ sink: (any ResultSink)?) throws(SQLError) -> Fetched {
        let row = max(0, row)
        if !scrolls {
            if row > place {
                _ = try skip(row - place - 1)
                return try forward(1, sink)
            }
            if row == place, sink == nil || row == 0 { return .rows(isOnRow ? 1 : 0) }
        }
        let queue = try requireScroll()
        place = min(row, queue.count + 1)
        guard isOnRow else { return .rows(0) }
        try give(place, of: queue, to: sink)
        return .rows(1)
    }

    private var isOnRow: Bool {
        switch rows {
        case .unopened, .ended: false
        case .kept(let queue): place >= 1 && place <= queue.count
        case .live: place >= 1
        }
    }

    private func give(_ row: Int, of queue: RowQueue, to sink: (any ResultSink)?) throws(SQLError) {
        if let sink, let chunk = try queue.slice(from: row - 1, 1) { _ = try sink.rows(chunk) }
    }

    private func requireScroll() throws(SQLError) -> RowQueue {
        if scrolls, case .kept(let queue) = rows { return queue }
        throw SQLError(
            .objectNotInPrerequisiteState, "cursor can only scan forward", hint: "Declare it with SCROLL option to enable backward scan.")
    }
}

/// Some rows of a portal, on their way to whoever asked for them.
final class PortalReading {
    enum Request {
        /// Execute, with or without a limit.
        case execute
        /// FETCH, which knows no suspension.
        case fetch
    }

    let portal: Portal
    private let request: Request
    private let limit: Int?
    private var given = 0

    init(_ portal: Portal, _ limit: Int?, _ request: Request) {
        self.portal = portal
        self.limit = limit
        self.request = request
    }

    func take(_ wake: (@Sendable () -> Void)?, _ session: Session?) -> ResultStream.Item {
        if let limit, given >= limit {
            session?.leave(portal)
            return request == .execute ? .suspended : .finished(fetched)
        }
        let item = portal.take(limit.map { $0 - given } ?? .max, wake)
        switch item {
        case .rows(let chunk): given += chunk.count
        case .waiting, .suspended, .failed: break
        case .finished(var outcome):
            if request == .fetch { return .finished(fetched) }
            // `SELECT 5` for the last five rows of a portal.
            if portal.columns != nil, outcome.tag.hasPrefix("SELECT") { outcome.tag = "SELECT \(given)" }
            return .finished(outcome)
        }
        return item
    }

    private var fetched: StatementOutcome {
        var receipt = Receipt()
        receipt.rows = given
        return StatementOutcome(tag: "FETCH \(given)", receipt: receipt)
    }
}
