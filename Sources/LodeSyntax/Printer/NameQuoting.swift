/// Double quotes around names.
import LodeCore

/// When a name needs double quotes to mean itself.
package enum NameQuoting {
    /// A name without quotes must be a lower-case word that is no keyword but an unreserved one.
    package static func needsQuotes(_ name: String) -> Bool {
        guard isWord(name) else { return true }
        guard case .success(let grammar) = Grammar.loaded, let keyword = grammar.vocabulary.keyword(name) else { return false }
        return grammar.classes[Int(keyword)] != WordClass.unreserved.rawValue
    }

    /// Whether a name has the letters of a word in lower case; it may be a keyword.
    static func isWord(_ name: String) -> Bool {
        guard let first = name.utf8.first, CharacterKind.table[Int(first)] == .word else { return false }
        return name.utf8.allSatisfy { CharacterKind.continuesWord($0) && !($0 &- 65 < 26) }
    }

    /// Whether a word that needs quotes elsewhere may be a function's name without.
    static func isFunctionWord(_ name: String) -> Bool {
        guard case .success(let grammar) = Grammar.loaded, let keyword = grammar.vocabulary.keyword(name) else { return false }
        let word = WordClass(rawValue: grammar.classes[Int(keyword)])
        return word != .reserved && name != "values"
    }

    /// The name as it must be written to mean itself.
    package static func quoted(_ name: String) -> String {
        needsQuotes(name) ? SQLText.enclosed(name, in: UInt8(ascii: "\"")) : name
    }
}
