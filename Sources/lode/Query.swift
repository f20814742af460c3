/// `lode`, `lode -c`, `lode -f`: statements from the terminal, the command line, a file or a pipe.

import ArgumentParser
@preconcurrency import Glibc
import LodeCore
import LodeEngine
import LodeShell

struct Query: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Run SQL: interactively, with -c, from a file, or from standard input.", shouldDisplay: false)

    @OptionGroup var common: CommonOptions

    @Option(name: [.customShort("c"), .customLong("command")], help: "Run these statements and exit; may be repeated.")
    var commands: [String] = []

    @Option(name: [.customShort("f"), .customLong("file")], help: "Run the statements of a file and exit; may be repeated.")
    var files: [String] = []

    @Option(help: ArgumentHelp("Run them on a server: postgres://user@host:port/database?sslmode=require.", valueName: "url"))
    var connect: String?

    func validate() throws {
        if !commands.isEmpty, !files.isEmpty { throw ValidationError("Give either -c or -f.") }
        if connect != nil, common.warehouse != nil { throw ValidationError("Give either --connect or --warehouse.") }
    }

    func run() throws {
        let commands = commands
        var scripts: [(text: String, path: String)] = []
        for file in files {
            do throws(SQLError) {
                scripts.append((try ScriptFile.text(file), file))
            } catch {
                throw ValidationError(error.message)
            }
        }
        let isInteractive = commands.isEmpty && scripts.isEmpty && isatty(STDIN_FILENO) == 1
        if isInteractive { Interrupts.watch() }
        let (executor, end) = try executor(isInteractive: isInteractive)
        let shell = Shell(executor, format: common.format, isQuiet: common.quiet)
        onDeepStack {
            defer { end() }
            if !commands.isEmpty { return commands.allSatisfy { shell.run($0) } }
            if !scripts.isEmpty { return scripts.allSatisfy { shell.run($0.text, script: $0.path) } }
            guard isInteractive else { return shell.runStandardInput() }
            shell.run()
            return true
        }
    }

    /// Where statements are executed, and what is to be done in the end.
    ///
    /// What is typed goes into the history of the warehouse. The statements of `-c`, `-f` and pipes don't: a script that calls them in a
    /// loop would push everything else out, and every one of them would wait for its turn with the file.
    private func executor(isInteractive: Bool) throws -> (any StatementExecutor, () -> Void) {
        if let connect { return (try common.remoteSession(connect), {}) }
        let session = try common.session()
        if isInteractive {
            session.engine.keepHistory()
            if !common.quiet, let place = session.engine.catalogPlace { Messages.write(place) }
        }
        return (
            session,
            {
                session.engine.flushHistory()
                session.engine.flushRemoteCache()
            }
        )
    }
}
