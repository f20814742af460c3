/// Prepared statements, cursors and what else a session keeps between statements.
import LodeCore

package enum SessionStatement: Sendable {
    case prepare(Prepare)
    case execute(Identifier, [Expression])
    /// `DEALLOCATE name`; nil is DEALLOCATE ALL.
    case deallocate(Identifier?)
    case declareCursor(DeclareCursor)
    case fetch(FetchCursor)
    /// `CLOSE name`; nil is CLOSE ALL.
    case closeCursor(Identifier?)
    case discard(Discard)
    case listen(Identifier)
    /// `UNLISTEN name`; nil is UNLISTEN *.
    case unlisten(Identifier?)
    case notify(Identifier, payload: String?)
}

/// `PREPARE name [(types)] AS statement`.
package struct Prepare: Sendable {
    package var name: Identifier
    package var types: [TypeName]
    package var statement: Statement
    /// The text of the statement that is prepared.
    package var span: SourceSpan
    /// The highest `$n` of the statement.
    package var parameterCount: Int

    /// The statement as one of its own.
    package var parsed: ParsedStatement { ParsedStatement(statement: statement, span: span, parameterCount: parameterCount) }
}

/// `DECLARE name [NO SCROLL|SCROLL] CURSOR [WITH HOLD] FOR query`.
package struct DeclareCursor: Sendable {
    package var name: Identifier
    package var isBinary: Bool
    /// Nil if neither SCROLL nor NO SCROLL is said.
    package var scrolls: Bool?
    package var holds: Bool
    package var query: Query
    package var span: SourceSpan
}

/// `FETCH direction FROM cursor` and `MOVE direction FROM cursor`.
package struct FetchCursor: Sendable {
    /// Where from the current row the wanted rows are.
    package enum Direction: Sendable, Equatable {
        /// How many rows from here on; negative ones go back; nil is all that are left. Zero is the current row again.
        case forward(Int?)
        case backwardAll
        /// One row, counted from the first (1) or, negative, from the last (-1).
        case absolute(Int)
        /// One row, counted from the current one.
        case relative(Int)
    }

    package var cursor: Identifier
    package var direction: Direction
    package var isMove: Bool
}

/// What DISCARD gives back.
package enum Discard: String, Sendable {
    case all = "ALL"
    case plans = "PLANS"
    case sequences = "SEQUENCES"
    case temporary = "TEMP"
}
