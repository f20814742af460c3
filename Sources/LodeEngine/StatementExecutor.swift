/// Where the statements of a shell are executed: in a session of this process, or on a server.

import LodeCore
import LodeSyntax
import LodeVectors

/// What a shell needs of it. Belongs to one thread, except `cancel` and `progress`, which any thread may call.
package protocol StatementExecutor: AnyObject {
    /// Executes the statements of a text one after another. Of each, the client hears the beginning, the rows and the end.
    /// - Parameter bytes: the text as it was given; `source` has it as a string.
    /// - Throws: what the first one raises that fails, with its place in the text.
    func execute(_ source: SourceStatement, _ bytes: [UInt8], for client: any StatementClient) throws(SQLError)
    /// Executes a statement that a command of the shell stands for; `source` is the command.
    func execute(_ statement: Statement, as source: SourceStatement, for client: any StatementClient) throws(SQLError)

    /// Makes the statement that runs fail with `57014`.
    var cancel: @Sendable () -> Void { get }
    /// How far that statement is: 0...1, nil when not known.
    var progress: @Sendable () -> Double? { get }
    /// Whether it is to be shown.
    var showsProgress: Bool { get }
    /// How timestamptz values are shown.
    var zone: ValueText.Zone? { get }
    /// How numbers of the catalog's objects are shown.
    var objectNames: ValueText.Names { get }
    /// `:name` in statements.
    var variables: [String: Value] { get set }

    // The names that completion offers: what can't be read is not offered.
    func schemaNames() -> [String]
    /// Tables and views of a schema, or of the search path.
    func tableNames(in schema: String?) -> [String]
    func columnNames(of name: [String]) -> [String]
    func functionNames() -> [String]
}

extension Session: StatementExecutor {
    package func execute(_ source: SourceStatement, _ bytes: [UInt8], for client: any StatementClient) throws(SQLError) {
        for parsed in try parse(bytes, shown: source.text) { try execute(parsed, source, client) }
    }

    package func execute(_ statement: Statement, as source: SourceStatement, for client: any StatementClient) throws(SQLError) {
        try execute(ParsedStatement(statement, at: SourceSpan(0, source.text.utf8.count)), source, client)
    }

    private func execute(_ parsed: ParsedStatement, _ source: SourceStatement, _ client: any StatementClient) throws(SQLError) {
        let sink = try client.begin(source)
        let outcome = try execute(parsed, of: source.text, into: sink)
        try client.succeeded(source, outcome)
    }

    package var showsProgress: Bool { settings["progress_bar"] == "on" }
}
