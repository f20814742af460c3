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

    @Option(name: [.customShort("c"), .customLong("command")], help: "Run these statements and exit.")
    var command: String?

    @Option(name: [.customShort("f"), .customLong("file")], help: "Run the statements of a file and exit.")
    var file: String?

    func validate() throws {
        if command != nil, file != nil { throw ValidationError("Give either -c or -f.") }
    }

    func run() throws {
        let session = try common.session()
        let format = common.format, isQuiet = common.quiet
        if let command {
            onDeepStack { Batch(session: session, format: format, isQuiet: isQuiet).run(command) }
        }
        if let file {
            guard let text = ScriptFile.read(file) else {
                throw ValidationError("could not read \"\(file)\": \(String(cString: strerror(errno)))")
            }
            onDeepStack { Batch(session: session, format: format, isQuiet: isQuiet).run(text, script: file) }
        }
        if isatty(STDIN_FILENO) == 1 {
            Interrupts.watch()
            onDeepStack {
                Shell(session: session, format: format, isQuiet: isQuiet).run()
                return true
            }
        }
        onDeepStack { Batch(session: session, format: format, isQuiet: isQuiet).runStandardInput() }
    }
}
