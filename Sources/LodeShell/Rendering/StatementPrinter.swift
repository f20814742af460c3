/// Prints what statements give: results to the output, everything else to standard error.

import LodeCore
import LodeEngine
import LodeVectors

/// The client of a runner that people look at.
package final class StatementPrinter: StatementClient {
    private let executor: any StatementExecutor
    package var output = Output()
    /// Where COPY FROM STDIN finds its data, and scripts that are piped their statements.
    let input = InputLines()
    package var format: OutputFormat
    /// Rows as lists where they would be a table.
    package var isVertical = false
    /// The line that follows a statement on standard error; nil for none.
    package var receipt: (SourceStatement, StatementOutcome) -> String? = { _, _ in nil }
    /// The line that follows an error.
    package var failure: (SourceStatement) -> String? = { _ in nil }
    /// Called before a statement is executed, and after its end.
    package var willBegin: (SourceStatement) -> Void = { _ in }
    package var didEnd: () -> Void = {}
    private let progress: ProgressBar
    private var renderer: (any ResultRenderer)?
    /// Rows of a table that a terminal shows.
    private static let tableRows = 40

    package init(_ executor: any StatementExecutor, format: OutputFormat) {
        self.executor = executor
        self.format = format
        progress = ProgressBar(executor)
    }

    package func begin(_ statement: SourceStatement) throws(SQLError) -> any ResultSink {
        willBegin(statement)
        // A box is cut to the terminal only where somebody looks at one.
        var context = RenderingContext(
            output: output, zone: executor.zone, width: output.isTerminal ? Output.terminalSize()?.columns : nil,
            maximumRows: output.isTerminal ? Self.tableRows : nil)
        context.objects = executor.objectNames
        let fresh = try context.renderer(isVertical && format == .table ? .vertical : format)
        renderer = fresh
        progress.start()
        return ProgressHiding(fresh, progress)
    }

    package func succeeded(_ statement: SourceStatement, _ outcome: StatementOutcome) throws(SQLError) {
        progress.stop()
        try renderer?.finish()
        renderer = nil
        try output.flush()
        for notice in outcome.notices { Messages.write("NOTICE: \(notice)") }
        if let line = receipt(statement, outcome) { Messages.write(line) }
        didEnd()
    }

    package func copied(_ data: [UInt8]) throws(SQLError) {
        progress.stop()
        try output.write(bytes: data)
    }

    package func dataToCopy() throws(SQLError) -> [UInt8]? {
        progress.stop()
        return input.data()
    }

    package func failed(_ statement: SourceStatement, _ error: SQLError) {
        progress.stop()
        renderer = nil
        // What is wrong with the output has no better place to be said than the error that is printed now.
        try? output.drain()
        Messages.write(ErrorText.text(error, sql: statement.text, firstLine: statement.line, script: statement.script))
        if let line = failure(statement) { Messages.write(line) }
        didEnd()
    }
}
