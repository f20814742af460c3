/// The interactive shell.

import Glibc
import LodeCore
import LodeEngine
import LodeSyntax

/// Reads statements at a prompt until the end of input. Errors and Ctrl-C end the statement, never the shell.
package final class Shell {
    let session: Session
    private var editor: LineEditor?
    private var splitter = StatementSplitter()
    private var typed = ""
    var output = Output()
    var format: OutputFormat
    var isVertical = false
    var showsReceipt = true
    private let progress: ProgressBar
    private var depth = 0
    private static let tableRows = 40

    package init(session: Session, format: OutputFormat, isQuiet: Bool) {
        self.session = session
        self.format = format
        showsReceipt = !isQuiet
        progress = ProgressBar(session: session)
    }

    package func run() {
        let completer = Completer(session: session)
        let home = getenv("HOME").map { String(cString: $0) }
        let editor = LineEditor(historyPath: home.map { $0 + "/.lode_history" }) { [unowned self] line, cursor in
            completer.candidates(before: typed, line: line, cursor: cursor)
        }
        self.editor = editor
        Messages.write("Lode \(Engine.version). \\? lists the shell's commands, \\h explains SQL, \\q leaves.")
        reading: while true {
            Interrupts.onInterrupt { LineEditor.interrupt() }
            switch editor.read(prompt: prompt) {
            case .end: break reading
            case .interrupted:
                splitter.reset()
                typed = ""
            case .line(let line) where splitter.state == .idle && typed.isEmpty && line.hasPrefix("\\"):
                editor.remember(line)
                if !command(line) { return }
            case .line(let line): take(line)
            }
        }
        if splitter.state != .idle { Messages.write("The unfinished statement was not executed.") }
        Messages.write("")
    }

    private var prompt: String {
        switch splitter.state {
        case .idle: "lode> "
        case .statement: " ...> "
        case .string: "   '> "
        case .quotedName: "   \"> "
        case .dollarQuote: "   $> "
        case .blockComment: "   *> "
        }
    }

    private func take(_ line: String) {
        let pieces = splitter.feed(line + "\n")
        typed += (typed.isEmpty ? "" : "\n") + line
        if pieces.isEmpty {
            if splitter.state == .idle { typed = "" }
            return
        }
        editor?.remember(typed)
        typed = ""
        for piece in pieces {
            if !execute(String(decoding: piece.text, as: UTF8.self)) {
                // What follows a failed statement on its line was typed in the belief that it would succeed.
                break
            }
        }
    }

    /// Executes one statement and prints its result or its error.
    @discardableResult
    func execute(_ text: String, firstLine: Int = 1, script: String? = nil) -> Bool {
        let cancel = session.cancel
        Interrupts.onInterrupt { cancel() }
        defer {
            Interrupts.onInterrupt(nil)
            output.flush()
        }
        do throws(SQLError) {
            for parsed in try Parser.parse(text) {
                let size = output.isTerminal ? Output.terminalSize() : nil
                let context = RenderingContext(
                    output: output, zone: session.zone, width: size?.columns, maximumRows: output.isTerminal ? Self.tableRows : nil)
                let renderer = try context.renderer(isVertical && format == .table ? .vertical : format)
                progress.start()
                defer { progress.stop() }
                let outcome = try session.execute(parsed, of: text, into: ProgressHiding(renderer, progress))
                progress.stop()
                try renderer.finish()
                output.flush()
                for notice in outcome.notices { Messages.write("NOTICE: \(notice)") }
                let isQuery = outcome.tag.hasPrefix("SELECT") || outcome.tag.hasPrefix("SHOW")
                if showsReceipt { Messages.write(isQuery ? "(\(outcome.receipt.line))" : "\(outcome.tag)  (\(outcome.receipt.line))") }
            }
            return true
        } catch {
            progress.stop()
            output.flush()
            Messages.write(ErrorText.text(error, sql: text, firstLine: firstLine, script: script))
            return false
        }
    }

    /// Runs the statements of a file; stops at the first that fails.
    func include(_ path: String) {
        guard depth < 16 else { return Messages.write("\\i is nested too deeply") }
        guard let text = ScriptFile.read(path) else { return Messages.write("\\i: could not read \"\(path)\": \(String(cString: strerror(errno)))") }
        depth += 1
        defer { depth -= 1 }
        var splitter = StatementSplitter()
        var pieces = splitter.feed(text)
        if let last = splitter.finish() { pieces.append(last) }
        for piece in pieces where !execute(String(decoding: piece.text, as: UTF8.self), firstLine: piece.line, script: path) { return }
    }
}
