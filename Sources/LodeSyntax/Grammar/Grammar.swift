/// The SQL grammar, loaded once a process.

enum Grammar {
    /// The compiled grammar that ships in the binary, or why it is wrong (which a test excludes).
    static let loaded: Result<CompiledGrammar, GrammarFault> = Result { () throws(GrammarFault) in
        try GrammarCompiler.compile(
            GrammarReader.read(GrammarFile.embedded, keywords: GrammarFile.embeddedKeywords))
    }
}
