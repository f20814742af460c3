/// DECLARE, FETCH, MOVE and CLOSE.

import LodeCore
import LodeSyntax

extension Session {
    /// - Throws: `25P01` outside of a transaction, unless it is WITH HOLD; `42P03` if the name is taken.
    func declareCursor(_ declare: DeclareCursor, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let name = declare.name.text
        if transaction == nil, !declare.holds, !isInImplicitBlock {
            throw SQLError(.noActiveTransaction, "DECLARE CURSOR can only be used in transaction blocks", at: declare.name.span)
        }
        if cursors[name] != nil { throw SQLError(.duplicateCursor, "cursor \"\(name)\" already exists", at: declare.name.span) }
        let rows = RowQueue()
        let parsed = ParsedStatement(.query(declare.query), at: declare.span)
        _ = try query(declare.query, StatementRun(parsed: parsed, text: run.text, sink: rows))
        cursors[name] = Cursor(declare, rows)
        return StatementOutcome(tag: "DECLARE CURSOR")
    }

    func fetch(_ fetch: FetchCursor, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let cursor = try cursor(fetch.cursor.text, at: fetch.cursor.span)
        if fetch.isMove { return StatementOutcome(tag: "MOVE \(try cursor.fetch(fetch.direction, into: nil))") }
        if cursor.isBinary { try run.sink.begin(binary: cursor.columns) } else { try run.sink.begin(cursor.columns) }
        let count = try cursor.fetch(fetch.direction, into: run.sink)
        var receipt = Receipt()
        receipt.rows = count
        return StatementOutcome(tag: "FETCH \(count)", receipt: receipt)
    }

    func closeCursor(_ name: Identifier?) throws(SQLError) -> StatementOutcome {
        guard let name else {
            cursors = [:]
            return StatementOutcome(tag: "CLOSE CURSOR ALL")
        }
        _ = try cursor(name.text, at: name.span)
        cursors[name.text] = nil
        return StatementOutcome(tag: "CLOSE CURSOR")
    }

    /// What a cursor gives: clients see cursors as portals. Nil if there is none of that name.
    package func cursorColumns(_ name: String) -> (columns: [Field], isBinary: Bool)? {
        cursors[name].map { ($0.columns, $0.isBinary) }
    }

    /// Closes a cursor, if there is one.
    package func dropCursor(_ name: String) { cursors[name] = nil }

    func cursor(_ name: String, at span: SourceSpan?) throws(SQLError) -> Cursor {
        guard let cursor = cursors[name] else {
            throw SQLError(.invalidCursorName, "cursor \"\(name)\" does not exist", at: span)
        }
        return cursor
    }
}
