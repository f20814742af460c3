/// A statement that is being executed, and gives its rows as they are asked for.

import LodeCore
import LodeSyntax
import LodeVectors

/// What `Bind` makes of a prepared statement: it has values, and runs when rows are wanted for the first time. Belongs to its session.
package final class Portal {
    package let statement: PreparedStatement
    private let values: [Value]
    private let types: [SQLType]
    private var state = State.ready

    private enum State {
        case ready
        /// Rows that were computed and are not fetched yet.
        case open(RowQueue, StatementOutcome)
        case ended(StatementOutcome)
    }

    /// What came of one request for rows.
    package enum Progress {
        /// As many rows as were wanted; there may be more.
        case suspended
        /// All rows were given. How many by this request is in the outcome's tag.
        case ended(StatementOutcome)
    }

    package init(_ statement: PreparedStatement, _ values: [Value], types: [SQLType]) {
        self.statement = statement
        self.values = values
        self.types = types
    }

    package var columns: [Field]? { statement.columns }

    /// Gives up to `limit` rows, or all, to `sink`. What has no rows is executed by the first call; later ones repeat its tag.
    package func fetch(_ limit: Int?, of session: Session, into sink: any ResultSink) throws(SQLError) -> Progress {
        switch state {
        case .ready where limit == nil || columns == nil:
            let outcome = try session.execute(statement, values, types: types, into: sink)
            state = .ended(outcome)
            return .ended(outcome)
        case .ready:
            let rows = RowQueue()
            let outcome = try session.execute(statement, values, types: types, into: rows)
            state = .open(rows, outcome)
            return try fetch(limit, of: session, into: sink)
        case .open(let rows, var outcome):
            try sink.begin(rows.columns)
            let given = try rows.give(limit, to: sink)
            if let limit, given == limit { return .suspended }
            outcome.retag(rows: given)
            state = .ended(outcome)
            return .ended(outcome)
        case .ended(var outcome):
            if columns != nil { outcome.retag(rows: 0) }
            return .ended(outcome)
        }
    }
}

extension StatementOutcome {
    /// `SELECT 5` for the last five rows of a portal.
    fileprivate mutating func retag(rows: Int) {
        if tag.hasPrefix("SELECT ") { tag = "SELECT \(rows)" }
    }
}
