/// The grammar's text, which ships in the binary: the only file that touches the C array.
import CLodeGrammar

/// A file of the folder `grammar/`.
struct GrammarFile {
    var name: String
    var text: [UInt8]

    /// Every `.gram` file, in the order in which they were embedded.
    static var embedded: [GrammarFile] {
        (0..<lode_grammar_count()).map { index in
            GrammarFile(
                name: String(cString: lode_grammar_name(index)),
                text: Array(UnsafeBufferPointer(start: lode_grammar_text(index), count: lode_grammar_size(index))))
        }
    }

    /// `keywords.csv`: a word and its class a line.
    static var embeddedKeywords: [UInt8] {
        Array(UnsafeBufferPointer(start: lode_grammar_keywords(), count: lode_grammar_keywords_size()))
    }
}
