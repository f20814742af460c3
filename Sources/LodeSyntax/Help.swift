/// Help on statements, made from the grammar itself.
import LodeCore

/// `\h SELECT`: what a statement does and how it is written.
package enum Help {
    /// A documented rule of the grammar: `## SELECT: reads rows.`
    package struct Topic: Sendable {
        /// `SELECT`, `CREATE TABLE`.
        package var name: String
        package var summary: String
        fileprivate var rule: Int
    }

    /// How many rules a page explains after the statement itself.
    private static let detailLimit = 24

    private static let definition: GrammarDefinition? = try? GrammarReader.read(
        GrammarFile.embedded, keywords: GrammarFile.embeddedKeywords)

    /// All topics, by name.
    package static let topics: [Topic] = {
        guard let definition else { return [] }
        var topics: [Topic] = []
        for (index, rule) in definition.rules.enumerated() {
            guard let line = rule.doc.first, let colon = line.firstIndex(of: ":") else { continue }
            let summary = ([line[line.index(after: colon)...].drop { $0 == " " }] + rule.doc.dropFirst().map { $0[...] })
                .joined(separator: " ")
            topics.append(Topic(name: String(line[..<colon]), summary: summary, rule: index))
        }
        return topics.sorted { $0.name < $1.name }
    }()

    /// The page of a topic, or nil if there is none of that name (without regard to case).
    package static func text(for name: String) -> String? {
        guard let definition else { return nil }
        let wanted = name.split(separator: " ").joined(separator: " ").uppercased()
        guard let topic = topics.first(where: { $0.name == wanted }) ?? topics.first(where: { $0.name.hasPrefix(wanted) })
        else { return nil }
        var page = "\(topic.name): \(topic.summary)\n\nSyntax:\n"
        let printer = GrammarPrinter(definition: definition)
        page += "  " + printer.text(of: topic.rule) + "\n"
        let details = printer.reachable(from: topic.rule, limit: detailLimit)
        if !details.isEmpty { page += "\nwhere\n" }
        for rule in details { page += "  \(definition.rules[rule].name) is " + printer.text(of: rule) + "\n" }
        return page
    }

    /// Every keyword with its PostgreSQL class code, for `pg_get_keywords()`: U unreserved, C may be a column's name, T may
    /// be a type's or function's, R reserved.
    package static var keywords: [(word: String, code: Character)] {
        guard let definition else { return [] }
        return definition.vocabulary.keywords.map { keyword in
            switch keyword.class {
            case .reserved: (keyword.word, "R")
            case .typeOrFunction: (keyword.word, "T")
            case .columnName: (keyword.word, "C")
            default: (keyword.word, "U")
            }
        }
    }
}
