/// A session on a server, in which a shell executes its statements.

import LodeCore
import LodeEngine
import LodeSyntax
import LodeVectors

/// Statements go as simple queries, so that the server executes them as it would psql's.
package final class RemoteSession: StatementExecutor {
    private let connection: ServerConnection
    package var variables: [String: Value] = [:]
    package let cancel: @Sendable () -> Void
    package let progress: @Sendable () -> Double? = { nil }
    package let showsProgress = false

    /// - Parameter password: asked for when the server wants one, and the address has none.
    package init(_ address: ServerAddress, password: () -> String?) throws(SQLError) {
        connection = try ServerConnection.open(address) { address.password ?? password() }
        cancel = connection.canceller
    }

    deinit {
        try? connection.send(.terminate)
        connection.close()
    }

    /// Names come from the server as they are to be shown.
    package let objectNames: ValueText.Names = { _, _ in nil }
    package var zone: ValueText.Zone? { Session.zone(named: connection.parameters["TimeZone"] ?? "UTC") }

    // MARK: Statements

    package func execute(_ source: SourceStatement, _ bytes: [UInt8], for client: any StatementClient) throws(SQLError) {
        let text = try EncodedText.decode(bytes)
        if StatementText.shape(text).isEmpty { return }
        try execute(VariableText(text, variables), source, client)
    }

    package func execute(_ statement: Statement, as source: SourceStatement, for client: any StatementClient) throws(SQLError) {
        try execute(VariableText(Printer.sql(statement), [:]), source, client)
    }

    private func execute(_ text: VariableText, _ source: SourceStatement, _ client: any StatementClient) throws(SQLError) {
        let answer = RemoteAnswer(source, client, try client.begin(source))
        try connection.send(.query(text.sent))
        while true {
            let (type, body) = try connection.receive()
            if try answer.receive(type, body, connection) { break }
        }
        if let failure = answer.failure { throw failure }
        if let report = answer.report { throw report.error(at: report.position.flatMap { text.span(ofCharacter: $0) }) }
    }

    // MARK: Names

    package func schemaNames() -> [String] { names("SELECT schema_name FROM information_schema.schemata") }

    package func tableNames(in schema: String?) -> [String] {
        let wanted = schema.map { SQLText($0).literal } ?? "current_schema()"
        return names("SELECT table_name FROM information_schema.tables WHERE table_schema = \(wanted)")
    }

    package func columnNames(of name: [String]) -> [String] {
        guard let table = name.last else { return [] }
        let schema = name.count > 1 ? SQLText(name[name.count - 2]).literal : "current_schema()"
        return names(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = \(schema) AND table_name = \(SQLText(table).literal)")
    }

    package func functionNames() -> [String] { Session.allFunctionNames }

    /// The first column of a query; nothing if it fails.
    private func names(_ query: String) -> [String] {
        let names = NameCollector()
        try? execute(SourceStatement(text: query), Array(query.utf8), for: names)
        return names.all
    }
}

/// Keeps the texts of the first column.
private final class NameCollector: StatementClient, ResultSink {
    private(set) var all: [String] = []

    func begin(_ statement: SourceStatement) throws(SQLError) -> any ResultSink { self }
    func succeeded(_ statement: SourceStatement, _ outcome: StatementOutcome) throws(SQLError) {}
    func failed(_ statement: SourceStatement, _ error: SQLError) {}
    func begin(_ columns: [Field]) throws(SQLError) {}

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        guard let column = chunk.columns.first else { return false }
        for row in 0..<chunk.count { if case .text(let text) = column.value(at: row) { all.append(text.string) } }
        return true
    }
}
