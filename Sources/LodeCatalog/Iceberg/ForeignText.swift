/// SQL of other engines, as far as its words and signs differ from Lode's.

import LodeCore

/// A text of a view in a dialect that Lode may understand.
package struct ForeignText: Sendable {
    package let dialect: String
    package let sql: String

    /// Dialects in which names stand in backticks, and double quotes are around texts.
    private static let hive: Set<String> = ["spark", "databricks", "hive"]

    /// The same with quotes as Lode has them.
    /// - Throws: `0A000` for a text with escapes, which mean something else here.
    /// - Source: Spark SQL Guide, "Identifiers", "Literals".
    package func inOwnQuotes() throws(SQLError) -> String {
        guard Self.hive.contains(dialect) else { return sql }
        var result = "", rest = sql[...]
        while let letter = rest.first {
            if rest.hasPrefix("--") || rest.hasPrefix("/*") {
                let end = rest.hasPrefix("--") ? "\n" : "*/"
                let comment = rest.firstRange(of: end).map { rest[..<$0.upperBound] } ?? rest
                result += comment
                rest = rest[comment.endIndex...]
                continue
            }
            rest = rest.dropFirst()
            guard letter == "`" || letter == "\"" || letter == "'" else {
                result.append(letter)
                continue
            }
            let own: Character = letter == "`" ? "\"" : "'"
            let inner = try Self.inside(&rest, letter)
            // Two texts side by side are no text with a quote in it.
            if result.last == own { result.append(" ") }
            result.append(own)
            for letter in inner { result += letter == own ? [own, own] : [letter] }
            result.append(own)
        }
        return result
    }

    /// What stands before the quote that ends it; a quote within is doubled.
    private static func inside(_ rest: inout Substring, _ quote: Character) throws(SQLError) -> String {
        var inner = ""
        while let letter = rest.first {
            rest = rest.dropFirst()
            if letter == "\\", quote != "`" { throw SQLError.unsupported("a text with escapes of another engine") }
            if letter != quote {
                inner.append(letter)
            } else if rest.first == quote, quote == "`" {
                inner.append(letter)
                rest = rest.dropFirst()
            } else {
                return inner
            }
        }
        throw SQLError(.syntaxError, "a quote is not closed")
    }
}
