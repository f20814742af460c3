/// `lode run`: ETL scripts.

import ArgumentParser
@preconcurrency import Glibc
import LodeCore
import LodeEngine
import LodePipelines
import LodeShell

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run ETL scripts: files, or the .sql files of a folder in the order of their names.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "Scripts, or folders of scripts.")
    var paths: [String]

    func run() throws {
        let session = try common.session()
        let format = common.format, isQuiet = common.quiet, paths = paths
        onDeepStack {
            do throws(SQLError) {
                let reporter = TerminalReporter(session: session, format: format, isQuiet: isQuiet)
                return try ScriptRunner(session: session, reporter: reporter).run(try Script.find(paths))
            } catch {
                Messages.write(ErrorText.text(error, sql: ""))
                return false
            }
        }
    }
}

/// Prints results to standard output, a receipt line a statement to standard error.
final class TerminalReporter: ScriptReporter {
    private let session: Session
    private let format: OutputFormat
    private let isQuiet: Bool
    private let output = Output()
    private var renderer: (any ResultRenderer)?
    private var script = ""

    init(session: Session, format: OutputFormat, isQuiet: Bool) {
        self.session = session
        self.format = format
        self.isQuiet = isQuiet
    }

    func begin(_ statement: ScriptStatement) throws(SQLError) -> any ResultSink {
        if !isQuiet, statement.script.name != script {
            script = statement.script.name
            Messages.write(script)
        }
        let size = output.isTerminal ? Output.terminalSize() : nil
        let context = RenderingContext(output: output, zone: session.zone, width: size?.columns, maximumRows: size == nil ? nil : 40)
        let fresh = try context.renderer(format)
        renderer = fresh
        return fresh
    }

    func succeeded(_ statement: ScriptStatement, _ outcome: StatementOutcome) throws(SQLError) {
        try renderer?.finish()
        output.flush()
        for notice in outcome.notices { Messages.write("NOTICE: \(notice)") }
        if !isQuiet { Messages.write("  \(statement.line): \(statement.title)  —  \(outcome.receipt.line)") }
    }

    func failed(_ statement: ScriptStatement, _ error: SQLError) {
        output.flush()
        Messages.write(ErrorText.text(error, sql: statement.text, firstLine: statement.line, script: statement.script.path))
        Messages.write("\(statement.script.path): statement \(statement.number) (line \(statement.line)) failed; nothing after it was run.")
    }
}
