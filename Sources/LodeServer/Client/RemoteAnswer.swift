/// What a server answers to one text.

import LodeCore
import LodeEngine
import LodeVectors

/// Hands rows and outcomes to a client. Whatever goes wrong, everything up to ReadyForQuery is read: the next text then finds the
/// connection as it should be.
final class RemoteAnswer {
    private let source: SourceStatement
    private let client: any StatementClient
    private var sink: (any ResultSink)?
    private var rows: RemoteRows?
    private var hasBegun = false
    private var notices: [String] = []
    private var began = MonotonicClock.now()
    /// What the server says has failed.
    private(set) var report: Report?
    /// What has failed here: a result that can't be written, a message that can't be read.
    private(set) var failure: SQLError?

    init(_ source: SourceStatement, _ client: any StatementClient, _ sink: any ResultSink) {
        self.source = source
        self.client = client
        self.sink = sink
    }

    /// - Returns: whether the answer is complete.
    /// - Throws: only if the connection is of no use any more.
    func receive(_ type: UInt8, _ body: [UInt8], _ connection: ServerConnection) throws(SQLError) -> Bool {
        if type == UInt8(ascii: "D") {
            attempt(connection) { () throws(SQLError) in try row(body) }
            return false
        }
        if type == UInt8(ascii: "d") {
            attempt(connection) { () throws(SQLError) in try client.copied(body) }
            return false
        }
        switch try BackendMessage(type: type, body: body) {
        case .rowDescription(let columns)?: rows = RemoteRows(columns)
        case .commandComplete(let tag)?: attempt(connection) { () throws(SQLError) in try ended(tag) }
        case .notice(let report)?: notices.append(report.message)
        case .notification(let one)?:
            let payload = one.payload.isEmpty ? "" : " with payload \"\(one.payload)\""
            notices.append("asynchronous notification \"\(one.channel)\"\(payload) received from session \(one.process)")
        case .error(let report)?:
            self.report = self.report ?? report
            if report.severity == .fatal { throw report.error() }
        case .copyInResponse?: try sendData(connection)
        case .readyForQuery?: return true
        default: break
        }
        return false
    }

    /// The data of COPY FROM STDIN. The server reads all of it, even if it has no use for it any more.
    private func sendData(_ connection: ServerConnection) throws(SQLError) {
        do throws(SQLError) {
            while let data = try client.dataToCopy() { try connection.send(.copyData(data)) }
        } catch {
            if error.state == .connectionFailure { throw error }
            failure = error
            return try connection.send(.copyFail(error.message))
        }
        try connection.send(.copyDone)
    }

    /// After a failure of our own the rest is read and dropped.
    private func attempt(_ connection: ServerConnection, _ body: () throws(SQLError) -> Void) {
        if failure != nil { return }
        do throws(SQLError) {
            try body()
        } catch {
            failure = error
            connection.canceller()
        }
    }

    private func row(_ body: [UInt8]) throws(SQLError) {
        try rows?.append(body)
        if rows?.count == Chunk.capacity { try giveRows() }
    }

    private func giveRows() throws(SQLError) {
        guard let chunk = try rows?.take(), let fields = rows?.fields(of: chunk), let sink = try currentSink() else { return }
        if !hasBegun { try sink.begin(fields) }
        hasBegun = true
        if chunk.count > 0 { _ = try sink.rows(chunk) }
    }

    /// One text may hold several statements: each has a sink of its own.
    private func currentSink() throws(SQLError) -> (any ResultSink)? {
        if sink == nil { sink = try client.begin(source) }
        return sink
    }

    private func ended(_ tag: String) throws(SQLError) {
        if rows?.count ?? 0 > 0 || rows != nil && !hasBegun { try giveRows() }
        var outcome = StatementOutcome(tag: tag, notices: notices)
        outcome.receipt.rows = tag.split(separator: " ").last.flatMap { Int($0) } ?? 0
        outcome.receipt.elapsedNanoseconds = UInt64(max(0, MonotonicClock.now() - began))
        _ = try currentSink()
        try client.succeeded(source, outcome)
        (sink, rows, hasBegun, notices, began) = (nil, nil, false, [], MonotonicClock.now())
    }
}
