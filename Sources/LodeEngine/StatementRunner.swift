/// The one way from text to results: split, parse, execute, report.

import LodeCore
import LodeSyntax

/// One statement of a string, as it was written.
package struct SourceStatement: Sendable {
    package var text: String
    /// What its text is called in messages; nil for what was typed.
    package var script: String?
    /// Among the statements of its text, from 1.
    package var number: Int
    /// The line of its text in which it begins, from 1.
    package var line: Int

    package init(text: String, script: String? = nil, number: Int = 1, line: Int = 1) {
        self.text = text
        self.script = script
        self.number = number
        self.line = line
    }

    /// The first words, for receipts.
    package var title: String {
        let words = text.split { $0 == " " || $0 == "\n" || $0 == "\t" }.map(String.init)
        var title = ""
        for word in words.prefix(12) {
            if title.count + word.count > 52 { break }
            title += (title.isEmpty ? "" : " ") + word
        }
        return title
    }
}

/// Who wants the results: a terminal, a script's run, a connection. Called on the session's thread.
///
///     begin ─▶ sink.begin(columns) ─▶ sink.rows(chunk)… ─▶ succeeded
///       └───────────────┴──────────────────┴─────────────▶ failed
package protocol StatementClient: AnyObject {
    /// A statement begins; its columns and rows go to the sink.
    func begin(_ statement: SourceStatement) throws(SQLError) -> any ResultSink
    /// The statement has ended; `outcome` has its tag, receipt and notices. An error is one of the statement: it was not reported.
    func succeeded(_ statement: SourceStatement, _ outcome: StatementOutcome) throws(SQLError)
    /// The statement could not be parsed, or failed. Nothing after it in its text is executed.
    func failed(_ statement: SourceStatement, _ error: SQLError)

    /// Data of COPY TO STDOUT, as it is.
    func copied(_ data: [UInt8]) throws(SQLError)
    /// More data for COPY FROM STDIN; nil at its end.
    func dataToCopy() throws(SQLError) -> [UInt8]?
}

extension StatementClient {
    package func copied(_ data: [UInt8]) throws(SQLError) {
        throw SQLError.unsupported("COPY TO STDOUT here", hint: "Name a file, or print results with --format.")
    }

    package func dataToCopy() throws(SQLError) -> [UInt8]? {
        throw SQLError.unsupported("COPY FROM STDIN here", hint: "Name a file.")
    }
}

/// Has statements executed for a client, which it keeps. Each is split from its text and parsed once.
package final class StatementRunner {
    private let executor: any StatementExecutor
    private let client: any StatementClient
    private var splitter = StatementSplitter()
    private var count = 0

    package init(_ executor: any StatementExecutor, client: any StatementClient) {
        self.executor = executor
        self.client = client
    }

    // MARK: Text that comes in pieces

    /// What came of a piece of text.
    package enum Progress {
        /// No statement is complete yet.
        case waiting
        case succeeded
        /// A statement failed; those after it in the same piece were dropped.
        case failed
    }

    /// Where the text so far stops.
    package var state: StatementSplitter.State { splitter.state }

    /// Takes more text, and executes each statement that it completes.
    package func feed(_ bytes: some Sequence<UInt8>) -> Progress {
        let pieces = splitter.feed(bytes)
        if pieces.isEmpty { return .waiting }
        return pieces.allSatisfy { execute($0) } ? .succeeded : .failed
    }

    /// The end of the text: executes what is left, which may lack its semicolon.
    package func finish() -> Bool {
        defer { reset() }
        return splitter.finish().map { execute($0) } ?? true
    }

    /// Forgets the statement that was begun.
    package func reset() {
        splitter.reset()
        count = 0
    }

    private func execute(_ piece: StatementSplitter.Piece) -> Bool {
        count += 1
        return execute(piece, number: count, script: nil)
    }

    // MARK: Whole strings and single statements

    /// Executes the statements of a whole text; stops at the first that fails.
    package func run(_ text: some Sequence<UInt8>, script: String? = nil) -> Bool {
        var splitter = StatementSplitter()
        var pieces = splitter.feed(text)
        if let last = splitter.finish() { pieces.append(last) }
        for (index, piece) in pieces.enumerated() where !execute(piece, number: index + 1, script: script) { return false }
        return true
    }

    /// Executes a statement that a command of the client stands for; `text` is the command.
    @discardableResult
    package func run(_ statement: Statement, for text: String) -> Bool {
        let source = SourceStatement(text: text)
        return execute(source) { () throws(SQLError) in try executor.execute(statement, as: source, for: client) }
    }

    private func execute(_ piece: StatementSplitter.Piece, number: Int, script: String?) -> Bool {
        let statement = SourceStatement(text: String(decoding: piece.text, as: UTF8.self), script: script, number: number, line: piece.line)
        return execute(statement) { () throws(SQLError) in try executor.execute(statement, piece.text, for: client) }
    }

    private func execute(_ statement: SourceStatement, _ body: () throws(SQLError) -> Void) -> Bool {
        do throws(SQLError) {
            try body()
            return true
        } catch {
            client.failed(statement, error)
            return false
        }
    }
}

extension Session {
    /// Statements of a string that are still to be executed.
    package typealias ParsedText = ArraySlice<ParsedStatement>

    /// The statements of a string.
    package func parse(_ text: String) throws(SQLError) -> [ParsedStatement] {
        try reportingFailure(of: text) { () throws(SQLError) in try Parser.parse(text) }
    }

    func parse(_ text: [UInt8], shown: String) throws(SQLError) -> [ParsedStatement] {
        try reportingFailure(of: shown) { () throws(SQLError) in try Parser.parse(text) }
    }

    /// Executes the statements of a string, whose rows all go to one sink.
    /// - Throws: the error of the first that fails.
    package func executeAll(_ text: String, into sink: any ResultSink) throws(SQLError) -> [StatementOutcome] {
        let client = CollectedOutcomes(sink)
        _ = StatementRunner(self, client: client).run(text.utf8)
        if let error = client.error { throw error }
        return client.outcomes
    }
}

/// Keeps what statements end with.
private final class CollectedOutcomes: StatementClient {
    private let sink: any ResultSink
    private(set) var outcomes: [StatementOutcome] = []
    private(set) var error: SQLError?

    init(_ sink: any ResultSink) { self.sink = sink }

    func begin(_ statement: SourceStatement) throws(SQLError) -> any ResultSink { sink }
    func succeeded(_ statement: SourceStatement, _ outcome: StatementOutcome) throws(SQLError) { outcomes.append(outcome) }
    func failed(_ statement: SourceStatement, _ error: SQLError) { self.error = error }
}
