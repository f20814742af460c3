/// DECLARE, FETCH, MOVE and CLOSE; what the protocol does with portals, which are the same.

import LodeCore
import LodeSyntax

extension Session {
    /// - Throws: `25P01` outside of a transaction, unless it is WITH HOLD; `42P03` if the name is taken.
    func declareCursor(_ declare: DeclareCursor, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let name = declare.name.text
        if transaction == nil, !declare.holds, !isInImplicitBlock {
            throw SQLError(.noActiveTransaction, "DECLARE CURSOR can only be used in transaction blocks", at: declare.name.span)
        }
        if portals[name] != nil { throw SQLError(.duplicateCursor, "cursor \"\(name)\" already exists", at: declare.name.span) }
        let stream = ResultStream(of: self)
        let parsed = ParsedStatement(.query(declare.query), at: declare.span)
        _ = try query(declare.query, StatementRun(parsed: parsed, text: run.text, sink: stream, stream: stream))
        let portal = Portal(declare, stream)
        if portal.scrolls || portal.holds { try portal.keep(in: self) }
        leave(portal)
        add(portal)
        return StatementOutcome(tag: "DECLARE CURSOR")
    }

    func fetch(_ fetch: FetchCursor, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let portal = try portal(fetch.cursor.text, at: fetch.cursor.span)
        try portal.open(in: self)
        guard case .rows(let columns, let isBinary) = portal.shape else {
            throw SQLError(.objectNotInPrerequisiteState, "portal \"\(portal.name)\" gives no rows", at: fetch.cursor.span)
        }
        attend(portal)
        if !fetch.isMove {
            if isBinary { try run.sink.begin(binary: columns) } else { try run.sink.begin(columns) }
        }
        switch try portal.fetch(fetch.direction, into: fetch.isMove ? nil : run.sink) {
        case .rows(let count):
            leave(portal)
            var receipt = Receipt()
            receipt.rows = count
            return StatementOutcome(tag: "\(fetch.isMove ? "MOVE" : "FETCH") \(count)", receipt: receipt)
        case .following(let count):
            let reading = PortalReading(portal, count == .max ? nil : count, .fetch)
            guard let stream = run.stream else { return try give(reading, to: run.sink) }
            stream.read(reading, portal.shape)
            return StatementOutcome(tag: "FETCH")
        }
    }

    private func give(_ reading: PortalReading, to sink: any ResultSink) throws(SQLError) -> StatementOutcome {
        while true {
            switch reading.take(nil, self) {
            case .rows(let chunk): _ = try sink.rows(chunk)
            case .waiting: continue
            case .suspended: return StatementOutcome(tag: "FETCH")
            case .finished(let outcome): return outcome
            case .failed(let error): throw error
            }
        }
    }

    func closeCursor(_ name: Identifier?) throws(SQLError) -> StatementOutcome {
        guard let name else {
            portals = [:]
            return StatementOutcome(tag: "CLOSE CURSOR ALL")
        }
        _ = try portal(name.text, at: name.span)
        portals[name.text] = nil
        return StatementOutcome(tag: "CLOSE CURSOR")
    }

    private func portal(_ name: String, at span: SourceSpan) throws(SQLError) -> Portal {
        guard let portal = portals[name] else {
            throw SQLError(.invalidCursorName, "cursor \"\(name)\" does not exist", at: span)
        }
        return portal
    }

    func cursor(_ name: String, at span: SourceSpan) throws(SQLError) -> [Field]? { try portal(name, at: span).columns }

    // MARK: Portals of the protocol

    /// Keeps a portal under its name; one without a name replaces the one before.
    /// - Throws: `42P03` if the name is taken.
    package func keep(_ portal: Portal) throws(SQLError) {
        if !portal.name.isEmpty, portals[portal.name] != nil {
            throw SQLError(.duplicateCursor, "cursor \"\(portal.name)\" already exists")
        }
        add(portal)
    }

    private func add(_ portal: Portal) {
        portalsMade += 1
        portal.number = portalsMade
        portals[portal.name] = portal
    }

    /// - Throws: `34000` if there is none of that name.
    package func portal(_ name: String) throws(SQLError) -> Portal {
        guard let portal = portals[name] else { throw SQLError(.invalidCursorName, "portal \"\(name)\" does not exist") }
        return portal
    }

    /// The text of what a portal executes; nil if there is none of that name.
    package func portalText(_ name: String) -> String? { portals[name]?.statement?.text }

    /// Forgets a portal, if there is one; its query ends.
    package func closePortal(_ name: String) { portals[name] = nil }

    /// The end of a transaction, or of a group of messages outside of one.
    package func closePortals() {
        if !portals.isEmpty { portals = portals.filter { $0.value.holds } }
    }

    /// The end of a transaction that comes to nothing, or of its part since a savepoint: what was made in it goes, WITH HOLD or not.
    func closePortals(madeAfter number: Int) { portals = portals.filter { $0.value.number <= number } }

    /// The client is gone: what it has begun ends.
    package func abandon() {
        portals = [:]
        cancel()
        endSharing()
    }

    /// Goes on with a portal: `limit` rows, or all that are left. What gives no rows is executed by the first call; later ones repeat
    /// its tag.
    package func execute(_ portal: Portal, limit: Int?) throws(SQLError) -> ResultStream {
        try portal.open(in: self)
        attend(portal)
        let stream = ResultStream(of: self)
        stream.read(PortalReading(portal, limit, .execute), portal.shape)
        return stream
    }

    /// Makes a portal's query the one that is cancelled and whose time runs.
    private func attend(_ portal: Portal) {
        guard let running = portal.running else { return }
        latest.statement = running
        running.expire(after: settings.statementTimeout)
    }

    /// Lets it wait until it is asked for rows again.
    func leave(_ portal: Portal) {
        portal.running?.expire(after: nil)
        latest.statement = nil
    }
}
