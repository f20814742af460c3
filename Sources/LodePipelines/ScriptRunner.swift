/// Runs scripts one after another.

import LodeCore
import LodeEngine
import LodeSyntax

/// Told what a run does; the command line prints it.
package protocol ScriptReporter: AnyObject {
    /// A statement begins; its rows go to the sink that is returned.
    func begin(_ statement: ScriptStatement) throws(SQLError) -> any ResultSink
    func succeeded(_ statement: ScriptStatement, _ outcome: StatementOutcome) throws(SQLError)
    func failed(_ statement: ScriptStatement, _ error: SQLError)
}

/// One statement of a script.
package struct ScriptStatement: Sendable {
    package var script: Script
    /// From 1.
    package var number: Int
    /// The line in which it begins, from 1.
    package var line: Int
    package var text: String

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

/// Runs every statement of every script in one session; the first failure ends the run.
package struct ScriptRunner {
    private let session: Session
    private let reporter: any ScriptReporter

    package init(session: Session, reporter: any ScriptReporter) {
        self.session = session
        self.reporter = reporter
    }

    /// - Returns: whether all of it succeeded; the reporter knows what failed.
    package func run(_ scripts: [Script]) throws(SQLError) -> Bool {
        for script in scripts {
            let text = try script.text()
            var splitter = StatementSplitter()
            var pieces = splitter.feed(text)
            if let last = splitter.finish() { pieces.append(last) }
            for (index, piece) in pieces.enumerated() {
                let statement = ScriptStatement(
                    script: script, number: index + 1, line: piece.line, text: String(decoding: piece.text, as: UTF8.self))
                do throws(SQLError) {
                    for parsed in try Parser.parse(statement.text) {
                        let sink = try reporter.begin(statement)
                        let outcome = try session.execute(parsed, of: statement.text, into: sink)
                        try reporter.succeeded(statement, outcome)
                    }
                } catch {
                    reporter.failed(statement, error)
                    return false
                }
            }
        }
        return true
    }
}
