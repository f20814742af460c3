/// Statements and commands from the command line, a file, a pipe or a terminal.

import Glibc
import LodeCore
import LodeEngine
import LodeSyntax

/// Runs statements for a user. At a terminal, errors and Ctrl-C end the statement and never the shell; everywhere else the first
/// error ends the run.
package final class Shell {
    let executor: any StatementExecutor
    let printer: StatementPrinter
    let runner: StatementRunner
    private let isQuiet: Bool
    private var editor: LineEditor?
    /// Lines of the statement that is being typed.
    private var typed = ""
    var showsReceipt: Bool
    private var depth = 0

    package init(_ executor: any StatementExecutor, format: OutputFormat, isQuiet: Bool) {
        self.executor = executor
        self.isQuiet = isQuiet
        showsReceipt = !isQuiet
        printer = StatementPrinter(executor, format: format)
        runner = StatementRunner(executor, client: printer)
        printer.receipt = { [unowned self] _, outcome in receipt(outcome) }
    }

    private func receipt(_ outcome: StatementOutcome) -> String? {
        guard showsReceipt, editor != nil || printer.output.isTerminal else { return nil }
        let isQuery = outcome.tag.hasPrefix("SELECT") || outcome.tag.hasPrefix("SHOW")
        return isQuery ? "(\(outcome.receipt.line))" : "\(outcome.tag)  (\(outcome.receipt.line))"
    }

    // MARK: Without a terminal

    /// Runs all statements of a string.
    /// - Returns: whether every one succeeded. What failed is on standard error.
    package func run(_ text: String, script: String? = nil) -> Bool { end(runner.run(text.utf8, script: script)) }

    /// Reads standard input; each statement is executed, and its result flushed, as soon as its semicolon arrives. Lines that begin with a
    /// backslash between statements are commands.
    package func runStandardInput() -> Bool {
        while let line = printer.input.next() {
            if runner.state == .idle, line.first == UInt8(ascii: "\\") {
                let text = line.reversed().drop { $0 == 10 || $0 == 13 }.reversed()
                if !command(String(decoding: text, as: UTF8.self)) { return end(true) }
            } else if runner.feed(line) == .failed {
                return end(false)
            }
        }
        return end(runner.finish())
    }

    private func end(_ succeeded: Bool) -> Bool {
        do throws(SQLError) {
            try printer.output.close()
            return succeeded
        } catch {
            Messages.write(ErrorText.text(error, sql: ""))
            return false
        }
    }

    // MARK: At a terminal

    package func run() {
        let completer = Completer(executor: executor)
        let home = getenv("HOME").map { String(cString: $0) }
        let editor = LineEditor(historyPath: home.map { $0 + "/.lode_history" }) { [unowned self] line, cursor in
            completer.candidates(before: typed, line: line, cursor: cursor)
        }
        self.editor = editor
        let cancel = executor.cancel
        printer.willBegin = { [unowned self] _ in
            rememberTyped()
            Interrupts.onInterrupt { cancel() }
        }
        printer.didEnd = { Interrupts.onInterrupt(nil) }
        Messages.write("Lode \(Engine.version). \\? lists the shell's commands, \\h explains SQL, \\q leaves.")
        reading: while true {
            Interrupts.onInterrupt { LineEditor.interrupt() }
            switch editor.read(prompt: prompt) {
            case .end: break reading
            case .interrupted:
                runner.reset()
                typed = ""
            case .line(let line) where runner.state == .idle && typed.isEmpty && line.hasPrefix("\\"):
                editor.remember(line)
                if !command(line) {
                    _ = end(true)
                    return
                }
            case .line(let line): take(line)
            }
        }
        if runner.state != .idle { Messages.write("The unfinished statement was not executed.") }
        _ = end(true)
        Messages.write("")
    }

    private var prompt: String {
        switch runner.state {
        case .idle: "lode> "
        case .statement: " ...> "
        case .string: "   '> "
        case .quotedName: "   \"> "
        case .dollarQuote: "   $> "
        case .blockComment: "   *> "
        }
    }

    private func take(_ line: String) {
        typed += (typed.isEmpty ? "" : "\n") + line
        let progress = runner.feed((line + "\n").utf8)
        // A statement that could not be parsed never began.
        if progress != .waiting { rememberTyped() }
        if runner.state == .idle {
            typed = ""
            // Lines are counted from the statement that is typed next.
            runner.reset()
        }
    }

    private func rememberTyped() {
        if !typed.isEmpty { editor?.remember(typed) }
        typed = ""
    }

    /// Runs the statements of a file; stops at the first that fails.
    func include(_ path: String) {
        guard depth < 16 else { return Messages.write("\\i is nested too deeply") }
        let text: String
        do throws(SQLError) { text = try ScriptFile.text(path) } catch { return Messages.write("\\i: \(error.message)") }
        depth += 1
        defer { depth -= 1 }
        _ = runner.run(text.utf8, script: path)
    }
}
