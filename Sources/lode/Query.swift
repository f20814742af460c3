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

    func validate() throws {
        if !commands.isEmpty, !files.isEmpty { throw ValidationError("Give either -c or -f.") }
    }

    func run() throws {
        let shell = Shell(session: try common.session(), format: common.format, isQuiet: common.quiet)
        let commands = commands
        var scripts: [(text: String, path: String)] = []
        for file in files {
            do throws(SQLError) {
                scripts.append((try ScriptFile.text(file), file))
            } catch {
                throw ValidationError(error.message)
            }
        }
        if !commands.isEmpty { onDeepStack { commands.allSatisfy { shell.run($0) } } }
        if !scripts.isEmpty { onDeepStack { scripts.allSatisfy { shell.run($0.text, script: $0.path) } } }
        if isatty(STDIN_FILENO) == 1 {
            Interrupts.watch()
            onDeepStack {
                shell.run()
                return true
            }
        }
        onDeepStack { shell.runStandardInput() }
    }
}
