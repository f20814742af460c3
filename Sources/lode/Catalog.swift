/// `lode catalog`: the embedded catalog as a whole.

import ArgumentParser
@preconcurrency import Glibc
import LodeCore
import LodeEngine
import LodeShell

struct Catalog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Say where the catalog of a warehouse is, back it up, restore it, or make it again from the warehouse.",
        subcommands: [Show.self, Backup.self, Restore.self, Rebuild.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say where the catalog of a warehouse lies.")

        @OptionGroup var common: CommonOptions

        func run() throws {
            let engine = try common.session().engine
            guard let file = engine.catalogFile else { return }
            print(file)
        }
    }

    struct Backup: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write the catalog to a file, while others use it.")

        @OptionGroup var common: CommonOptions

        @Argument(help: "The file; one that is there is replaced when the new one is whole.")
        var file: String

        func run() throws {
            try Catalog.report(common) { engine throws(SQLError) in
                let bytes = try engine.backupCatalog(to: file)
                return ["wrote \(file): \(bytes) bytes"]
            }
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a backup in the place of the catalog.",
            discussion: """
                Tables, versions and roles are then those of the backup. Restart servers of the warehouse afterwards. Data files that \
                were collected since the backup was made are gone: tables that lack some are named.
                """)

        @OptionGroup var common: CommonOptions

        @Flag(help: "Replace a catalog that is there.")
        var force = false

        @Argument(help: "A file that \"lode catalog backup\" wrote.")
        var file: String

        func run() throws {
            let overwrites = force
            try Catalog.report(common) { engine throws(SQLError) in
                let problems = try engine.restoreCatalog(from: file, overwrites: overwrites)
                return ["restored the catalog from \(file)"] + problems
            }
        }
    }

    struct Rebuild: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the catalog again from what lies in the warehouse.",
            discussion: """
                Every commit leaves a manifest beside the data. Tables, views, their versions, databases and roles come back from those; \
                passwords don't: give them again with ALTER ROLE … PASSWORD.
                """)

        @OptionGroup var common: CommonOptions

        @Flag(help: "Replace a catalog that is there.")
        var force = false

        func run() throws {
            let overwrites = force
            try Catalog.report(common, failsOnProblems: true) { engine throws(SQLError) in
                let report = try engine.rebuildCatalog(overwrites: overwrites)
                let counts =
                    "\(report.tables) tables and views, \(report.versions) versions, \(report.files) files, \(report.roles) roles"
                return ["rebuilt the catalog: \(counts)"] + report.problems
            }
        }
    }

    /// Prints what `body` returns, or its error, and exits.
    /// - Parameter failsOnProblems: whether more than one line is a failure.
    private static func report(
        _ common: CommonOptions, failsOnProblems: Bool = false, _ body: (Engine) throws(SQLError) -> [String]
    ) throws {
        let engine = try common.session().engine
        do throws(SQLError) {
            let lines = try body(engine)
            for line in lines { Messages.write(line) }
            if failsOnProblems, lines.count > 1 { Glibc.exit(1) }
        } catch {
            Messages.write(ErrorText.text(error, sql: ""))
            Glibc.exit(1)
        }
    }
}
