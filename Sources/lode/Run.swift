/// `lode run`: ETL scripts.

import ArgumentParser
@preconcurrency import Glibc
import LodeCore
import LodeEngine
import LodePipelines
import LodeShell

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run ETL scripts: files, or the .sql files of a folder in the order of their names.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "Scripts, or folders of scripts.")
    var paths: [String]

    func run() throws {
        let session = try common.session()
        let printer = StatementPrinter(session, format: common.format)
        let isQuiet = common.quiet, paths = paths
        if !isQuiet { printer.receipt = { "  \($0.line): \($0.title)  —  \($1.receipt.line)" } }
        printer.failure = { "\($0.script ?? ""): statement \($0.number) (line \($0.line)) failed; nothing after it was run." }
        session.engine.keepHistory()
        if !isQuiet, let place = session.engine.catalogPlace { Messages.write(place) }
        onDeepStack {
            defer {
                session.engine.flushHistory()
                session.engine.flushRemoteCache()
            }
            do throws(SQLError) {
                let scripts = ScriptRunner(StatementRunner(session, client: printer))
                return try scripts.run(try Script.find(paths)) { if !isQuiet { Messages.write($0.name) } }
            } catch {
                Messages.write(ErrorText.text(error, sql: ""))
                return false
            }
        }
    }
}
