/// What backslash commands do.

import LodeCore
import LodeEngine
import LodeSyntax

extension Shell {
    /// - Returns: false to leave the shell.
    func command(_ line: String) -> Bool {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        let name = String(words.first ?? "")
        let argument = words.count > 1 ? Self.trimmed(words[1]) : ""
        switch name {
        case "\\q", "\\quit", "\\exit": return false
        case "\\?", "\\help": Messages.write(MetaCommand.help)
        case "\\h": help(argument)
        case "\\d": argument.isEmpty ? show(.tables(schema: nil, pattern: nil), line) : describe(argument, line)
        case "\\dt": tables(argument, line)
        case "\\dv": show(.views(schema: nil, pattern: nil), line)
        case "\\dn": show(.schemas(pattern: nil), line)
        case "\\df": show(.functions(pattern: argument.isEmpty ? nil : argument + "%"), line)
        case "\\x":
            printer.isVertical.toggle()
            Messages.write("Rows are shown as \(printer.isVertical ? "lists" : "a table").")
        case "\\timing":
            showsReceipt.toggle()
            Messages.write("Receipts are \(showsReceipt ? "on" : "off").")
        case "\\format": setFormat(argument)
        case "\\i": argument.isEmpty ? Messages.write("\\i needs a file name.") : include(Self.unquoted(argument))
        case "\\o": redirect(Self.unquoted(argument))
        case "\\set": setVariable(argument)
        default:
            let near =
                NearestName.find(name, among: MetaCommand.all.map(\.name)).map { "; did you mean \($0)?" } ?? "; \\? lists the commands."
            Messages.write("Unknown command \(name)\(near)")
        }
        return true
    }

    private func show(_ what: Show, _ line: String) { runner.run(.utility(.show(what)), for: line) }

    private func describe(_ name: String, _ line: String) {
        guard let name = Self.name(name) else { return Messages.write("\\d takes the name of a table or view.") }
        runner.run(.utility(.describe(.table(name), isExtended: false)), for: line)
    }

    private func tables(_ schema: String, _ line: String) {
        if schema.isEmpty { return show(.tables(schema: nil, pattern: nil), line) }
        guard let name = Self.name(schema) else { return Messages.write("\\dt takes the name of a schema.") }
        show(.tables(schema: name, pattern: nil), line)
    }

    private static func name(_ text: String) -> QualifiedName? {
        if case .name(let name)? = (try? Parser.parseExpression(text))?.kind { name } else { nil }
    }

    private func help(_ topic: String) {
        if topic.isEmpty {
            let width = Help.topics.map(\.name.count).max() ?? 0
            let lines = Help.topics.map { "  \($0.name)\(String(repeating: " ", count: width - $0.name.count + 2))\($0.summary)" }
            Messages.write(lines.joined(separator: "\n"))
        } else if let page = Help.text(for: topic) {
            Messages.write(page)
        } else {
            let near = NearestName.find(topic.uppercased(), among: Help.topics.map(\.name)).map { " Did you mean \($0)?" } ?? ""
            Messages.write("No help on \"\(topic)\".\(near)")
        }
    }

    private func setFormat(_ name: String) {
        if name.isEmpty {
            Messages.write("Results are printed as \(printer.format.rawValue).")
        } else if let chosen = OutputFormat(rawValue: name.lowercased()) {
            printer.format = chosen
        } else {
            Messages.write("Unknown format \"\(name)\"; there are \(OutputFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
    }

    private func redirect(_ path: String) {
        do throws(SQLError) {
            let next = path.isEmpty ? Output() : Output(try ResultFile(path: path))
            let last = printer.output
            printer.output = next
            try last.close()
        } catch {
            Messages.write(ErrorText.text(error, sql: ""))
        }
    }

    private func setVariable(_ argument: String) {
        let parts = argument.split(separator: " ", maxSplits: 1).map(String.init)
        switch parts.count {
        case 0: Messages.write(executor.variables.keys.sorted().map { ":\($0)" }.joined(separator: "\n"))
        case 1: executor.variables[parts[0]] = .text("")
        default: executor.variables[parts[0]] = Variables.value(Self.unquoted(parts[1]))
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var rest = text.drop { $0 == " " }
        while let last = rest.last, last == " " || last == ";" { rest.removeLast() }
        return String(rest)
    }

    private static func unquoted(_ text: String) -> String {
        text.count >= 2 && text.hasPrefix("'") && text.hasSuffix("'") ? String(text.dropFirst().dropLast()) : text
    }
}
