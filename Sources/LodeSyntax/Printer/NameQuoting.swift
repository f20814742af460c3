/// When a name needs double quotes to mean itself.
import LodeCore

enum NameQuoting {
    /// A name without quotes must be a lower-case word that is no keyword but an unreserved one.
    static func needsQuotes(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, CharacterKind.table[Int(first)] == .word,
            bytes.allSatisfy({ CharacterKind.continuesWord($0) && !($0 &- 65 < 26) })
        else { return true }
        guard case .success(let grammar) = Grammar.loaded, let keyword = grammar.vocabulary.keyword(name) else { return false }
        return grammar.classes[Int(keyword)] != WordClass.unreserved.rawValue
    }

    /// Whether a word that needs quotes elsewhere may be a function's name without.
    static func isFunctionWord(_ name: String) -> Bool {
        guard case .success(let grammar) = Grammar.loaded, let keyword = grammar.vocabulary.keyword(name) else { return false }
        let word = WordClass(rawValue: grammar.classes[Int(keyword)])
        return word != .reserved && name != "values"
    }

    static func quoted(_ name: String) -> String {
        needsQuotes(name) ? "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"" : name
    }
}
