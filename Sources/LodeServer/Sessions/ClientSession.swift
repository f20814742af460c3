/// One client's session: executes what its messages ask for.

import LodeCore
import LodeEngine
import LodeVectors

/// Answers messages one after another, on whatever thread has it just now. It waits for nothing but its statements, the client that takes
/// their rows, and the data of COPY.
final class ClientSession {
    let session: Session
    let output: MessageOutput
    let input: any CopyInput
    private let timeouts: any StatementTimeouts
    private var conversation = QueryConversation()
    private var reported = ReportedSettings()
    var portals: [String: BoundPortal] = [:]
    /// The numbers of parameter types, as clients gave them or were told.
    var parameterIDs: [String: [UInt32]] = [:]

    /// A portal and how its columns go over the wire.
    struct BoundPortal {
        var portal: Portal
        var formats: [WireFormat]
    }

    init(
        _ session: Session, output: MessageOutput, input: any CopyInput, timeouts: any StatementTimeouts
    ) {
        self.session = session
        self.output = output
        self.input = input
        self.timeouts = timeouts
    }

    /// What a client is told when it has proven who it is.
    func welcome(before: [BackendMessage], process: Int32, secret: Int32) throws(SQLError) {
        try output.send(before + [.authentication(.ok)] + reported.changes(in: session.settings))
        try output.send([.backendKeyData(process: process, secret: secret), .readyForQuery(.idle)])
        try output.flush()
    }

    /// Answers one message.
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
            let text = portals[message.portal]?.portal.statement.text
            try extended(text) { () throws(SQLError) in try execute(message) }
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

    /// How long the client may say nothing now; nil without a limit.
    var idleLimitMilliseconds: Int? {
        let settings = session.settings, isIdle = session.transactionStatus == .idle
        let limit = isIdle ? settings.idleSessionTimeoutMilliseconds : settings.idleInTransactionTimeoutMilliseconds
        return limit > 0 ? limit : nil
    }

    /// The client said nothing for too long.
    func expire() throws(SQLError) {
        let error =
            session.transactionStatus == .idle
            ? SQLError(.idleSessionTimeout, "terminating connection due to idle-session timeout")
            : SQLError(.idleInTransactionTimeout, "terminating connection due to idle-in-transaction timeout")
        try output.send(.error(Report(error, severity: .fatal)))
        try output.flush()
    }

    // MARK: Simple queries

    private func simpleQuery(_ text: String) throws(SQLError) {
        // Whatever has no name ends with the next query.
        portals[""] = nil
        session.forget("")
        do throws(SQLError) {
            let statements = try session.parse(text)
            if statements.isEmpty { try output.send(.emptyQueryResponse) }
            session.isInImplicitBlock = statements.count > 1
            defer { session.isInImplicitBlock = false }
            for statement in statements {
                let sink = statementSink(formats: nil)
                let outcome = try timed { () throws(SQLError) in try session.execute(statement, of: text, into: sink) }
                try finished(outcome)
            }
        } catch {
            try failed(error, text)
        }
        try ready()
    }

    /// Tells how a statement ended.
    func finished(_ outcome: StatementOutcome) throws(SQLError) {
        for notice in outcome.notices { try output.send(.notice(.notice(notice, severity: .warning))) }
        try output.send(.commandComplete(outcome.tag))
        if session.transactionStatus == .idle { closePortals() }
    }

    /// Portals end with their transaction; in a group of messages without one, with the group.
    private func closePortals() {
        if endsPortals { portals = [:] }
    }

    /// Whether the statement that just ended was the end of a transaction.
    private var endsPortals: Bool {
        defer { wasOpen = session.transactionStatus != .idle }
        return wasOpen && session.transactionStatus == .idle
    }

    private var wasOpen = false

    /// How strings go to the client now.
    private var style: TextStyle { TextStyle(zone: session.zone, encoding: session.settings.clientEncoding) }

    func statementSink(formats: [WireFormat]?) -> RowSink {
        RowSink(output, style, formats: formats, copyInput: input, decoder: ParameterDecoder(session: session))
    }

    /// Runs a statement within `statement_timeout`.
    func timed<T>(_ body: () throws(SQLError) -> T) throws(SQLError) -> T {
        let limit = session.settings.statementTimeoutMilliseconds
        guard limit > 0 else { return try body() }
        let timeout = timeouts.start(milliseconds: limit, session.cancel)
        defer { timeout.stop() }
        do throws(SQLError) {
            return try body()
        } catch {
            guard error.state == .queryCanceled, timeout.hasPassed else { throw error }
            throw SQLError(.queryCanceled, "canceling statement due to statement timeout")
        }
    }

    // MARK: Extended queries

    /// A message that makes the others wait for Sync if it fails. `text` is what spans of errors count in.
    private func extended(_ text: String?, _ body: () throws(SQLError) -> Void) throws(SQLError) {
        do throws(SQLError) {
            try body()
        } catch {
            conversation.failed()
            try failed(error, text)
        }
    }

    private func failed(_ error: SQLError, _ text: String?) throws(SQLError) {
        if error.state == .connectionFailure { throw error }
        session.failTransaction()
        try output.send(.error(Report(error, in: text)))
        // Who pipelines may wait for it before Sync is sent.
        try output.flush()
    }

    /// The end of a group of messages.
    private func ready() throws(SQLError) {
        let status: BackendMessage.TransactionStatus
        switch session.transactionStatus {
        case .idle:
            portals = [:]
            status = .idle
        case .active: status = .open
        case .failed: status = .failed
        }
        try output.send(reported.changes(in: session.settings) + [.readyForQuery(status)])
        try output.flush()
    }
}

/// Where the data of COPY FROM STDIN comes from.
protocol CopyInput: AnyObject {
    /// The next message of the client, which is waited for; nil once the connection is gone.
    func next() -> (type: UInt8, body: [UInt8])?
}

/// Alarms for statements that take too long.
protocol StatementTimeouts: AnyObject {
    func start(milliseconds: Int, _ expire: @escaping @Sendable () -> Void) -> any StatementTimeout
}

protocol StatementTimeout: AnyObject {
    var hasPassed: Bool { get }
    func stop()
}
