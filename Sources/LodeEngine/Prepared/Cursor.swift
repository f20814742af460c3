/// A cursor: a query's rows with a place in them, which FETCH and MOVE change.

import LodeCore
import LodeSyntax
import LodeVectors

/// Belongs to its session. The place is the number of the current row, from 1: 0 before the first, one more than the rows behind the last.
final class Cursor {
    let name: String
    let columns: [Field]
    /// Whether rows may be read backwards.
    let scrolls: Bool
    /// Whether it outlives its transaction.
    let holds: Bool
    /// Whether its rows go to the client in binary.
    let isBinary: Bool
    private let rows: RowQueue
    private var place = 0

    init(_ declare: DeclareCursor, _ rows: RowQueue) {
        name = declare.name.text
        columns = rows.columns
        scrolls = declare.scrolls ?? false
        holds = declare.holds
        isBinary = declare.isBinary
        self.rows = rows
    }

    /// Moves, and gives the rows that are passed to `sink`, if there is one.
    /// - Returns: how many were passed.
    /// - Throws: `55000` for a way back in a cursor without SCROLL.
    func fetch(_ direction: FetchCursor.Direction, into sink: (any ResultSink)?) throws(SQLError) -> Int {
        switch direction {
        case .forward(nil): return try forward(rows.count, sink)
        case .forward(let count?):
            if count == 0 { return try single(place, sink) }
            return count < 0 ? try backward(-count, sink) : try forward(count, sink)
        case .backwardAll: return try backward(rows.count + 1, sink)
        case .absolute(let row): return try single(row < 0 ? max(0, rows.count + 1 + row) : row, sink)
        case .relative(let step): return try single(place.addingReportingOverflow(step).partialValue, sink)
        }
    }

    private func forward(_ count: Int, _ sink: (any ResultSink)?) throws(SQLError) -> Int {
        let first = min(place, rows.count), last = first + min(count, rows.count - first)
        if let sink { try rows.give(first..<last, to: sink) }
        place = last - first < count ? rows.count + 1 : last
        return last - first
    }

    private func backward(_ count: Int, _ sink: (any ResultSink)?) throws(SQLError) -> Int {
        try requireScroll()
        var row = min(place, rows.count + 1) - 1, passed = 0
        while row >= 1, passed < count {
            if let sink { try rows.give((row - 1)..<row, to: sink) }
            row -= 1
            passed += 1
        }
        place = passed < count ? 0 : row + 1
        return passed
    }

    /// Goes to one row and gives it.
    private func single(_ row: Int, _ sink: (any ResultSink)?) throws(SQLError) -> Int {
        if row < place || (row == place && row > 0 && sink != nil) { try requireScroll() }
        place = min(max(0, row), rows.count + 1)
        guard place >= 1, place <= rows.count else { return 0 }
        if let sink { try rows.give((place - 1)..<place, to: sink) }
        return 1
    }

    private func requireScroll() throws(SQLError) {
        if scrolls { return }
        throw SQLError(
            .objectNotInPrerequisiteState, "cursor can only scan forward", hint: "Declare it with SCROLL option to enable backward scan.")
    }
}
