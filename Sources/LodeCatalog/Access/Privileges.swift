/// What may be done with a table or a schema.

import LodeCore

/// - Source: PostgreSQL, "Privileges", table "ACL Privilege Abbreviations".
package struct Privileges: OptionSet, Codable, Hashable, Sendable {
    package var rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let select = Privileges(rawValue: 1)
    package static let insert = Privileges(rawValue: 2)
    package static let update = Privileges(rawValue: 4)
    package static let delete = Privileges(rawValue: 8)
    package static let truncate = Privileges(rawValue: 16)
    package static let references = Privileges(rawValue: 32)
    package static let trigger = Privileges(rawValue: 64)
    package static let usage = Privileges(rawValue: 128)
    package static let create = Privileges(rawValue: 256)

    package static let ofTables: Privileges = [.select, .insert, .update, .delete, .truncate, .references, .trigger]
    package static let ofSchemas: Privileges = [.usage, .create]

    /// In the order and by the letters of an ACL.
    private static let all: [(privilege: Privileges, letter: Character, word: String)] = [
        (.insert, "a", "insert"), (.select, "r", "select"), (.update, "w", "update"), (.delete, "d", "delete"),
        (.truncate, "D", "truncate"), (.references, "x", "references"), (.trigger, "t", "trigger"), (.usage, "U", "usage"),
        (.create, "C", "create"),
    ]

    /// The privilege that a word means; nil if it means none of these.
    package init?(word: String) {
        let folded = word.lowercased()
        guard let found = Self.all.first(where: { $0.word == folded }) else { return nil }
        self = found.privilege
    }

    /// One by one, by their words in upper case.
    package var words: [String] { Self.all.filter { contains($0.privilege) }.map { $0.word.uppercased() } }

    package var each: [Privileges] { Self.all.map(\.privilege).filter { contains($0) } }

    /// `arwd`, with a star behind those that may be passed on.
    func letters(passedOn: Privileges) -> String {
        Self.all.filter { contains($0.privilege) }.map { "\($0.letter)\(passedOn.contains($0.privilege) ? "*" : "")" }.joined()
    }
}
