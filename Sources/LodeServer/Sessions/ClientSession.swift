/// One client's session: executes what its messages ask for.

import LodeCore
import LodeEngine
import LodeVectors

/// Answers messages one after another, on whatever thread has it just now.
///
///     handle(message) ─▶ begins something ─▶ advance … advance ─▶ done: the next message
///
/// What gives rows is only begun by a message. `advance` then hands them to the client, and returns when there is nothing to do but wait:
/// for rows, or for room on the way to the client. No thread waits with it.
final class ClientSession {
    let session: Session
    let output: MessageOutput
    private var conversation = QueryConversation()
    private var reported = ReportedSettings()
    /// How the columns of portals go over the wire.
    var portalFormats: [String: [WireFormat]] = [:]
    /// The numbers of parameter types, as clients gave them or were told.
    var parameterIDs: [String: [UInt32]] = [:]
    private var work: Work?
    /// What is left of a simple query.
    private var query: SimpleQuery?

    /// A statement whose rows are on their way.
    private struct Work {
        var stream: ResultStream
        var writer: RowWriter
        /// What spans of errors count in.
        var text: String
    }

    private struct SimpleQuery {
        var text: String
        var statements: Session.ParsedText
    }

    init(_ session: Session, output: MessageOutput, input: any CopyInput) {
        self.session = session
        self.output = output
        session.copySource = ClientCopySource(session, output, input)
    }

    /// What a client is told when it has proven who it is.
    func welcome(before: [BackendMessage], process: Int32, secret: Int32) throws(SQLError) {
        try output.send(before + [.authentication(.ok)] + reported.changes(in: session.settings))
        try output.send([.backendKeyData(process: process, secret: secret), .readyForQuery(.idle)])
        try output.flush()
    }

    /// Begins to answer a message. What was begun before must be done.
    /// - Returns: whether the connection goes on.
    /// - Throws: only if the connection is gone.
    func handle(type: UInt8, body: [UInt8]) throws(SQLError) -> Bool {
        let isLatin1 = session.settings.clientEncoding == .latin1
        output.encoding = isLatin1 ? .latin1 : .utf8
        switch conversation.receive(type: type, body: isLatin1 ? Latin1.message(type, body) : body) {
        case .query(let text): try simpleQuery(text)
        case .parse(let message): try extended(message.query) { () throws(SQLError) in try parse(message) }
        case .bind(let message): try extended(nil) { () throws(SQLError) in try bind(message) }
        case .describe(let object): try extended(nil) { () throws(SQLError) in try describe(object) }
        case .execute(let message):
            try extended(session.portalText(message.portal)) { () throws(SQLError) in try execute(message) }
        case .close(let object): try extended(nil) { () throws(SQLError) in try close(object) }
        case .synchronize: try ready()
        case .flush: try output.flush()
        case .refuse(let report, let endsGroup):
            session.failTransaction()
            try output.send(.error(report))
            if endsGroup { try ready() } else { try output.flush() }
        case .ignore: break
        case .terminate: return false
        }
        return true
    }

    /// Whether a message is answered without waiting for anybody, in the time that handing it to another thread takes.
    func isQuick(type: UInt8, body: [UInt8]) -> Bool {
        if conversation.isSkipping { return true }
        switch type {
        case UInt8(ascii: "Q"):
            guard let text = body.dropLast().withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) else { return false }
            return session.findKept(text)
        case UInt8(ascii: "E"):
            let name = body.prefix { $0 != 0 }
            return session.findKept(portal: String(decoding: name, as: UTF8.self))
        case UInt8(ascii: "B"), UInt8(ascii: "D"), UInt8(ascii: "S"), UInt8(ascii: "H"): return session.transactionStatus == .idle
        default: return false
        }
    }

    // MARK: The end

    /// How long the client may say nothing now; nil without a limit.
    var idleLimitMilliseconds: Int? {
        session.transactionStatus == .idle ? session.settings.idleSessionTimeout : session.settings.idleInTransactionTimeout
    }

    /// What is said to a client that said nothing for too long.
    var expired: SQLError {
        session.transactionStatus == .idle
            ? SQLError(.idleSessionTimeout, "terminating connection due to idle-session timeout")
            : SQLError(.idleInTransactionTimeout, "terminating connection due to idle-in-transaction timeout")
    }

    /// Notifications that have come while nothing ran.
    func tellNews() throws(SQLError) {
        try sendNotifications()
        try output.flush()
    }

    /// Within a transaction they wait for its end.
    private func sendNotifications() throws(SQLError) {
        if session.transactionStatus == .idle { try output.send(session.inbox.take().map { .notification($0) }) }
    }

    func takeLeave(_ error: SQLError) throws(SQLError) {
        try output.send(.error(Report(error, severity: .fatal)))
        try output.flush()
    }

    /// Lets go of everything that was begun.
    func drop() {
        work?.stream.close()
        work = nil
        query = nil
        session.abandon()
    }

    // MARK: Rows on their way

    /// Goes on with what was begun.
    /// - Returns: whether it is done; if not, `wake` is called, once, when it is worth going on.
    /// - Throws: only if the connection is gone.
    func advance(_ wake: @escaping @Sendable () -> Void) throws(SQLError) -> Bool {
        while let work {
            guard output.hasRoom(wake) else { return false }
            do throws(SQLError) {
                if work.writer.hasRows {
                    try work.writer.write()
                } else if try !step(work, wake) {
                    // What is there is not held back while the client waits for more.
                    try output.flush()
                    return false
                }
            } catch {
                work.stream.close()
                self.work = nil
                try failed(error, work.text)
            }
        }
        return output.hasRoom(wake)
    }

    /// - Returns: false if nothing is there yet.
    private func step(_ work: Work, _ wake: @escaping @Sendable () -> Void) throws(SQLError) -> Bool {
        switch work.stream.poll(wake) {
        case .rows(let chunk): try work.writer.take(chunk)
        case .waiting: return false
        case .suspended:
            self.work = nil
            try output.send(.portalSuspended)
        case .finished(let outcome):
            self.work = nil
            try work.writer.end()
            for notice in outcome.notices { try output.send(.notice(.notice(notice, severity: .warning))) }
            try output.send(.commandComplete(outcome.tag))
            try nextStatement()
        case .failed(let error): throw error
        }
        return true
    }

    /// Has the rows of a statement sent. `formats` are those of columns that were described before.
    func give(_ stream: ResultStream, formats: [WireFormat]?, _ text: String) throws(SQLError) {
        let style = TextStyle(zone: session.zone, encoding: session.settings.clientEncoding, objects: session.objectNames)
        work = Work(stream: stream, writer: try RowWriter(stream.shape, formats: formats, style, output), text: text)
    }

    // MARK: Simple queries

    private func simpleQuery(_ text: String) throws(SQLError) {
        // Whatever has no name ends with the next query.
        closePortal("")
        session.forget("")
        query = SimpleQuery(text: text, statements: [])
        do throws(SQLError) {
            if let stream = try session.startKept(text) { return try give(stream, formats: nil, text) }
            let statements = try session.parse(text)
            if statements.isEmpty { try output.send(.emptyQueryResponse) }
            session.isInImplicitBlock = statements.count > 1
            query?.statements = statements[...]
            try nextStatement()
        } catch {
            try failed(error, text)
        }
    }

    /// Begins the next statement of a simple query, or ends it.
    private func nextStatement() throws(SQLError) {
        guard var query else { return }
        let next = query.statements.popFirst()
        self.query = query
        if let next { return try give(try session.start(next, of: query.text), formats: nil, query.text) }
        try endQuery()
    }

    private func endQuery() throws(SQLError) {
        query = nil
        session.isInImplicitBlock = false
        try ready()
    }

    // MARK: Extended queries

    /// A message that makes the others wait for Sync if it fails. `text` is what spans of errors count in.
    private func extended(_ text: String?, _ body: () throws(SQLError) -> Void) throws(SQLError) {
        do throws(SQLError) {
            try body()
        } catch {
            try failed(error, text)
        }
    }

    /// A statement, or a message, has failed: the rest of the group is skipped.
    private func failed(_ error: SQLError, _ text: String?) throws(SQLError) {
        if error.state == .connectionFailure { throw error }
        session.failTransaction()
        try output.send(.error(Report(error, in: text)))
        if query != nil { return try endQuery() }
        conversation.failed()
        // Who pipelines may wait for it before Sync is sent.
        try output.flush()
    }

    /// The end of a group of messages.
    private func ready() throws(SQLError) {
        session.rest()
        let status: BackendMessage.TransactionStatus
        switch session.transactionStatus {
        case .idle:
            session.closePortals()
            portalFormats = [:]
            status = .idle
        case .active: status = .open
        case .failed: status = .failed
        }
        try sendNotifications()
        try output.send(reported.changes(in: session.settings) + [.readyForQuery(status)])
        try output.flush()
    }
}

/// Asks the client for the rows of COPY FROM STDIN. Belongs to its session.
private final class ClientCopySource: CopySource {
    private unowned let session: Session
    private let output: MessageOutput
    private let input: any CopyInput

    init(_ session: Session, _ output: MessageOutput, _ input: any CopyInput) {
        self.session = session
        self.output = output
        self.input = input
    }

    func begin(_ format: CopyFormat, _ columns: [Field], _ element: @escaping ValueReader) throws(SQLError) -> any CopyRows {
        try output.send(.copyInResponse(CopyResponse(format: format.kind == .binary ? .binary : .text, columns: columns.count)))
        try output.flush()
        return CopyReader(format, columns, session.settings.clientEncoding, input, element)
    }
}
