/// The command line.

import ArgumentParser
@preconcurrency import Glibc
import LodeCore
import LodeEngine
import LodePipelines
import LodeServer
import LodeShell

@main
struct Lode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lode", abstract: "A SQL query engine over lakehouse tables.", version: "lode \(Engine.version)",
        subcommands: [Query.self, Run.self, Serve.self, Catalog.self], defaultSubcommand: Query.self)

    static func main() {
        do {
            var command = try parseAsRoot(commandFirst(Array(CommandLine.arguments.dropFirst())))
            try command.run()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            Messages.write(fullMessage(for: error))
            Glibc.exit(badUsage)
        }
    }

    /// How the process exits when it does not understand its command line.
    private static let badUsage: Int32 = 2

    /// The arguments with the command before its options, however they were written: `lode --warehouse w run scripts`.
    static func commandFirst(_ arguments: [String]) -> [String] {
        let commands = configuration.subcommands.compactMap { $0.configuration.commandName }
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            if commands.contains(argument) { return [argument] + arguments[..<index] + arguments[(index + 1)...] }
            let name = argument.split(separator: "=", maxSplits: 1).first.map(String.init) ?? ""
            if CommonOptions.names.contains(name) {
                index += name == argument ? 2 : 1
            } else if CommonOptions.flags.contains(argument) {
                index += 1
            } else {
                break
            }
        }
        return arguments
    }
}

/// The options that every command takes.
struct CommonOptions: ParsableArguments {
    /// As they are written on the command line: those that take a value, and those that don't.
    static let names: Set<String> = ["--warehouse", "--catalog", "--format", "--set", "--var"]
    static let flags: Set<String> = ["--quiet"]

    @Option(
        help: ArgumentHelp(
            "The folder of the catalog and its tables: on this machine, or s3://bucket/folder (or LODE_WAREHOUSE).", valueName: "folder"))
    var warehouse: String?

    @Option(
        help: ArgumentHelp(
            "Where the catalog's file lies (within the warehouse; of one in S3, below ~/.local/state/lode; or LODE_CATALOG).",
            valueName: "file"))
    var catalog: String?

    @Option(help: "How results are printed: \(OutputFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: OutputFormat = .table

    @Option(name: .customLong("set"), help: ArgumentHelp("A setting; may be repeated.", valueName: "name=value"))
    var settings: [String] = []

    @Option(
        name: .customLong("var"), help: ArgumentHelp("A variable that statements use as :name; may be repeated.", valueName: "name=value"))
    var variables: [String] = []

    @Flag(help: "Print results only.")
    var quiet = false

    /// A session as the options want it.
    /// - Parameter memoryLimit: of all statements of the process together; nil is what the engine takes for itself.
    func session(memoryLimit: Int? = nil) throws -> Session {
        let folder = warehouse ?? getenv("LODE_WAREHOUSE").map { String(cString: $0) } ?? "./lakehouse"
        do throws(SQLError) {
            try Engine.checkWarehouse(folder)
        } catch {
            throw ValidationError("\(error.message). \(error.hint ?? "")")
        }
        let file = catalog ?? getenv("LODE_CATALOG").map { String(cString: $0) }
        let session = Session(
            engine: Engine(
                warehouse: folder, catalogFile: file, memoryLimit: memoryLimit ?? Engine.defaultMemoryLimit,
                makeVerifier: Passwords.verifier))
        for pair in settings {
            let (name, value) = try Self.split(pair, option: "--set")
            do throws(SQLError) {
                try session.settings.set(name, value)
            } catch {
                throw ValidationError("--set \(pair): \(error.message)\(error.hint.map { ". \($0)" } ?? "")")
            }
        }
        for pair in variables {
            let (name, value) = try Self.split(pair, option: "--var")
            session.variables[name] = Variables.value(value)
        }
        return session
    }

    static func split(_ pair: String, option: String) throws -> (String, String) {
        guard let sign = pair.firstIndex(of: "="), sign > pair.startIndex else {
            throw ValidationError("\(option) takes name=value, not \"\(pair)\".")
        }
        return (String(pair[..<sign]), String(pair[pair.index(after: sign)...]))
    }
}

extension OutputFormat: ExpressibleByArgument {}

/// Runs `body` on a thread whose stack is deep enough for any statement, and exits as it says.
///
/// Plans are trees, and passes over them recurse: the parser allows 1,000 levels.
func onDeepStack(_ body: @escaping () -> Bool) -> Never {
    signal(SIGPIPE, SIG_IGN)
    nonisolated(unsafe) var succeeded = false
    nonisolated(unsafe) let body = body
    PosixThread(stackBytes: 256 << 20) { succeeded = body() }.runToEnd()
    fflush(stdout)
    Glibc.exit(succeeded ? 0 : 1)
}
