/// The SQL grammar, loaded once a process.

package enum Grammar {
    /// The compiled grammar that ships in the binary, or why it is wrong (which a test excludes).
    static let loaded: Result<CompiledGrammar, GrammarFault> = Result { () throws(GrammarFault) in
        try GrammarCompiler.compile(
            GrammarReader.read(GrammarFile.embedded, keywords: GrammarFile.embeddedKeywords))
    }

    /// The words of the language with the letters by which PostgreSQL calls their classes.
    package static let keywords: [(word: String, class: Character)] = {
        guard let vocabulary = try? GrammarReader.read(GrammarFile.embedded, keywords: GrammarFile.embeddedKeywords).vocabulary else {
            return []
        }
        let letters: [(WordClass, Character)] = [(.unreserved, "U"), (.columnName, "C"), (.typeOrFunction, "T"), (.reserved, "R")]
        return vocabulary.keywords.map { word, kind in (word, letters.first { $0.0 == kind }?.1 ?? "U") }
    }()
}
