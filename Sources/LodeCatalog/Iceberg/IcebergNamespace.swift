/// Namespaces of several levels as names of databases.

import LodeCore

/// The levels `["web", "raw"]` are the database `web.raw`. A level that has a dot or a double quote itself stands in double quotes, as
/// SQL writes a name: `["a.b", "c"]` is `"a.b".c`. Letters keep their case: servers tell names apart by it.
package struct IcebergNamespace: Hashable, Sendable {
    package var levels: [String]

    package init(_ levels: [String]) { self.levels = levels }

    /// - Parameter database: as `database` gives it. Quotes that don't close stand for themselves.
    package init(database: String) {
        var levels: [String] = [], level = "", rest = database[...]
        while let letter = rest.first {
            if letter == "\"", level.isEmpty, let (quoted, after) = Self.quoted(rest) {
                (level, rest) = (quoted, after)
            } else if letter == "." {
                levels.append(level)
                level = ""
                rest = rest.dropFirst()
            } else {
                level.append(letter)
                rest = rest.dropFirst()
            }
        }
        self.levels = levels + [level]
    }

    /// What stands between the quote that `text` begins with and the one that closes it, and what follows: nothing, or a dot.
    private static func quoted(_ text: Substring) -> (level: String, rest: Substring)? {
        var level = "", rest = text.dropFirst()
        while let letter = rest.first {
            rest = rest.dropFirst()
            guard letter == "\"" else {
                level.append(letter)
                continue
            }
            guard rest.first == "\"" else { return rest.isEmpty || rest.first == "." ? (level, rest) : nil }
            level.append(letter)
            rest = rest.dropFirst()
        }
        return nil
    }

    package var database: String {
        levels.map { level in
            guard level.contains(".") || level.contains("\"") || level.isEmpty else { return level }
            return "\"" + level.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }.joined(separator: ".")
    }

    /// No server has a level without a name.
    var isNameable: Bool { !levels.isEmpty && !levels.contains("") }
}
