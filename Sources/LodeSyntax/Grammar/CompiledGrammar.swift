/// A grammar ready to run.

/// Code, dispatch tables and names. Immutable, shared by all parsers.
struct CompiledGrammar: Sendable {
    var code: [Instruction] = []
    /// Where each rule's code begins.
    var entry: [Int32] = []
    /// Sets of terminals, `TerminalSet.wordCount` words each.
    var setWords: [UInt64] = []
    /// For each choice and terminal, the index in `chains` of the alternatives to try; 0 for none.
    var choiceTable: [UInt16] = []
    /// For each choice, all of its alternatives: what is tried where errors are explained.
    var choiceAll: [UInt16] = []
    /// For each operator table and terminal, the operators to try, in the same way.
    var operatorTable: [UInt16] = []
    var operatorAll: [UInt16] = []
    /// Lists of addresses, each ended by -1. An operator's entry is its level * 2^24 + its address.
    var chains: [Int32] = [-1]
    var terminalCount = 0
    /// The label of each operator table.
    var tableLabels: [String?] = []
    /// The class of each terminal.
    var classes: [UInt8] = []

    var vocabulary: Vocabulary
    /// The rules that a string may be parsed by, and the sign that ends statements.
    var statementRule = 0
    var expressionRule = 0
    var typeRule = 0
    var semicolon: UInt16 = 0
    /// Terminals that some rule has.
    var usedTerminals = TerminalSet()
    /// What each terminal is to the transform.
    var words: [Word] = []
    /// Terminals that are function calls by themselves, as CURRENT_DATE is.
    var bareFunctions: Set<UInt16> = []
    var rules: [RuleInfo] = []
    var names: [NameKind] = []

    /// What is known of a rule at run time.
    struct RuleInfo: Sendable {
        var name: String
        var label: String?
        /// The rule as the transform knows it; nil if it has no function for it.
        var tag: Rule
    }
}
