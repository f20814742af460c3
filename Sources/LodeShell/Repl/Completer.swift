/// Names for the word at the cursor: the grammar says of which kind, the catalog which there are.

import LodeCore
import LodeEngine
import LodeSyntax

struct Completer {
    let executor: any StatementExecutor

    /// Candidates for the word that ends at byte `cursor` of `line`, after the lines in `before`.
    func candidates(before: String, line: String, cursor: Int) -> (start: Int, candidates: [String]) {
        if before.isEmpty, line.hasPrefix("\\") { return metaCommands(line, cursor) }
        let lead = before.isEmpty ? "" : before + "\n"
        let completion = Completion.candidates(lead + line, cursor: lead.utf8.count + cursor)
        let start = max(0, completion.start - lead.utf8.count)
        if completion.isInString { return (start, []) }
        let prefix = completion.partial.lowercased()
        var names: [String] = []
        for kind in completion.nameKinds {
            names += self.names(kind, completion).filter { $0.lowercased().hasPrefix(prefix) }
        }
        // Keywords in the case in which the user writes.
        let isUpper = !completion.partial.isEmpty && completion.partial == completion.partial.uppercased()
        let keywords = completion.keywords.map { isUpper ? $0 : $0.lowercased() }
        var seen: Set<String> = []
        return (start, (names.sorted() + keywords).filter { seen.insert($0).inserted })
    }

    private func names(_ kind: String, _ completion: Completion) -> [String] {
        switch kind {
        case "table", "view", "relation": tables(completion)
        case "schema": executor.schemaNames()
        case "column": columns(completion)
        case "member": completion.qualifiers.isEmpty ? [] : columns(completion) + tables(completion)
        case "function": executor.functionNames()
        case "setting": SettingDefinition.all.map(\.name)
        default: []
        }
    }

    private func tables(_ completion: Completion) -> [String] {
        if let schema = completion.qualifiers.last { return executor.tableNames(in: schema) }
        return executor.tableNames(in: nil) + executor.schemaNames().map { $0 + "." }
    }

    private func columns(_ completion: Completion) -> [String] {
        var tables = completion.tables
        if let qualifier = completion.qualifiers.last {
            tables = tables.filter {
                $0.alias?.lowercased() == qualifier.lowercased() || $0.name.last?.lowercased() == qualifier.lowercased()
            }
        }
        return tables.flatMap { executor.columnNames(of: $0.name) }
            + (completion.qualifiers.isEmpty ? tables.compactMap { $0.alias ?? $0.name.last } : [])
    }

    private func metaCommands(_ line: String, _ cursor: Int) -> (start: Int, candidates: [String]) {
        let typed = String(decoding: line.utf8.prefix(cursor), as: UTF8.self)
        if let space = typed.firstIndex(of: " ") {
            let word = typed[typed.index(after: space)...]
            let start = typed.utf8.count - word.utf8.count
            if typed.hasPrefix("\\h ") {
                return (start, Help.topics.map(\.name).filter { $0.hasPrefix(word.uppercased()) })
            }
            if typed.hasPrefix("\\d") { return (start, executor.tableNames(in: nil).filter { $0.hasPrefix(word) }) }
            return (start, [])
        }
        return (0, MetaCommand.all.map(\.name).filter { $0.hasPrefix(typed) })
    }
}
