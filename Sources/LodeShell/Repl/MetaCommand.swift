/// Backslash commands, as psql has them.

import LodeCore

/// One command of the shell. `\?` and completion read this list.
struct MetaCommand {
    var name: String
    var argument: String
    var summary: String

    static let all: [MetaCommand] = [
        MetaCommand(name: "\\?", argument: "", summary: "this list"),
        MetaCommand(name: "\\h", argument: "[STATEMENT]", summary: "how a statement is written"),
        MetaCommand(name: "\\d", argument: "[NAME]", summary: "tables and views, or the columns of one"),
        MetaCommand(name: "\\dt", argument: "[SCHEMA]", summary: "tables"),
        MetaCommand(name: "\\dv", argument: "", summary: "views"),
        MetaCommand(name: "\\dn", argument: "", summary: "schemas"),
        MetaCommand(name: "\\df", argument: "[PATTERN]", summary: "functions"),
        MetaCommand(name: "\\x", argument: "", summary: "rows as lists: on or off"),
        MetaCommand(name: "\\timing", argument: "", summary: "the receipt after each statement: on or off"),
        MetaCommand(
            name: "\\format", argument: "[NAME]",
            summary: "how results are printed: \(OutputFormat.allCases.map(\.rawValue).joined(separator: ", "))"),
        MetaCommand(name: "\\i", argument: "FILE", summary: "run the statements of a file"),
        MetaCommand(name: "\\o", argument: "[FILE]", summary: "results to a file; without a name, back to the screen"),
        MetaCommand(name: "\\set", argument: "[NAME VALUE]", summary: "set a variable that statements use as :NAME"),
        MetaCommand(name: "\\q", argument: "", summary: "leave"),
    ]

    static var help: String {
        let width = all.map { $0.name.count + $0.argument.count + 1 }.max() ?? 0
        return all.map { command in
            let head = "\(command.name) \(command.argument)"
            return "  \(head)\(String(repeating: " ", count: width - head.count + 2))\(command.summary)"
        }.joined(separator: "\n")
    }
}
