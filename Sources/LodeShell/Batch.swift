/// Statements without a terminal: from -c, from a file, from a pipe.

import Glibc
import LodeCore
import LodeEngine
import LodeSyntax

/// Runs statements in turn and prints their results; stops at the first error.
package final class Batch {
    private let session: Session
    private let format: OutputFormat
    private let output: Output
    private let isQuiet: Bool
    private let progress: ProgressBar

    package init(session: Session, format: OutputFormat, isQuiet: Bool) {
        self.session = session
        self.format = format
        self.isQuiet = isQuiet
        output = Output()
        progress = ProgressBar(session: session)
    }

    /// Runs all of `text`.
    /// - Returns: whether every statement succeeded. What failed is on standard error.
    package func run(_ text: String, script: String? = nil) -> Bool {
        var splitter = StatementSplitter()
        var pieces = splitter.feed(text)
        if let last = splitter.finish() { pieces.append(last) }
        return pieces.allSatisfy { execute($0, script: script) }
    }

    /// Reads statements from standard input; each is executed, and its result flushed, as soon as its semicolon arrives.
    package func runStandardInput() -> Bool {
        var splitter = StatementSplitter()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            for piece in splitter.feed(buffer[..<count]) where !execute(piece, script: nil) { return false }
        }
        guard let last = splitter.finish() else { return true }
        return execute(last, script: nil)
    }

    private func execute(_ piece: StatementSplitter.Piece, script: String?) -> Bool {
        let text = String(decoding: piece.text, as: UTF8.self)
        let isOne = executeStatement(text, firstLine: piece.line, script: script)
        output.flush()
        return isOne
    }

    private func executeStatement(_ text: String, firstLine: Int, script: String?) -> Bool {
        do throws(SQLError) {
            for parsed in try Parser.parse(text) {
                // A box is cut to the terminal only where somebody looks at one.
                let size = output.isTerminal ? Output.terminalSize() : nil
                let context = RenderingContext(
                    output: output, zone: session.zone, width: size?.columns, maximumRows: size == nil ? nil : 40)
                let renderer = try context.renderer(format)
                progress.start()
                defer { progress.stop() }
                let outcome = try session.execute(parsed, of: text, into: ProgressHiding(renderer, progress))
                progress.stop()
                try renderer.finish()
                for notice in outcome.notices { Messages.write("NOTICE: \(notice)") }
                if !isQuiet, output.isTerminal { Messages.write("\(outcome.tag)  (\(outcome.receipt.line))") }
            }
            return true
        } catch {
            progress.stop()
            output.flush()
            Messages.write(ErrorText.text(error, sql: text, firstLine: firstLine, script: script))
            return false
        }
    }
}
