/// A grammar as it was read: rules, operator tables, kinds of names, and one arena of patterns.

/// A node of a pattern. Children are chained through `next`; -1 ends a chain.
struct PatternNode {
    enum Kind: UInt8 {
        /// A terminal, `value`; kept in the tree if `keeps`.
        case token
        /// A name of the kind `value`.
        case name
        /// The rule `value`; `extra` is the lowest level of operators taken, for a rule that is an operator table.
        case rule
        /// `_` and `_0` inside a table of operators (`value` 1 for `_0`).
        case operand
        case sequence, choice, optional, many, some
        /// The first child, with the second between repetitions.
        case separated
        /// `!x`: goes on without a token if x does not match here.
        case not
        /// `&x`: goes on without a token if the token here is in x.
        case and
    }

    var kind: Kind
    var keeps = false
    var value: Int32 = 0
    var extra: Int32 = 0
    var child: Int32 = -1
    var next: Int32 = -1
}

/// `name @column "column" = ident unreserved column_name`.
struct NameKind {
    var name: String
    var label: String
    var classes: WordClass
}

/// One rule. Operators are rules too: they build nodes.
struct RuleDefinition {
    var name: String
    var label: String?
    /// No node of its own if there is exactly one child.
    var lifts = false
    var memoizes = false
    /// The root in the arena; -1 until it is defined, and for operator tables.
    var pattern: Int32 = -1
    /// The table that this rule runs, or -1.
    var table: Int32 = -1
    /// Comment lines that begin with `##`.
    var doc: [String] = []
}

struct OperatorDefinition {
    enum Fix { case left, right, none, prefix }

    var rule: Int
    var fix: Fix
    /// 1 is the loosest.
    var level: Int
    var pattern: Int32
}

/// `operators expr over primary` and its lines.
struct OperatorTable {
    var rule: Int
    var atom: Int
    var operators: [OperatorDefinition] = []
}

/// Everything that the files say.
struct GrammarDefinition {
    var patterns: [PatternNode] = []
    var rules: [RuleDefinition] = []
    var tables: [OperatorTable] = []
    var names: [NameKind] = []
    var vocabulary: Vocabulary
    var files: [String] = []
    /// The sign that ends statements: no rule has it.
    var semicolon: UInt16 = 0
    /// Terminals that some rule quotes or writes in upper case.
    var usedTerminals = TerminalSet()

    func rule(named name: String) -> Int? { rules.firstIndex { $0.name == name } }

    /// The children of a pattern, as a list.
    func children(of node: Int32) -> [Int32] {
        var list: [Int32] = []
        var child = patterns[Int(node)].child
        while child >= 0 {
            list.append(child)
            child = patterns[Int(child)].next
        }
        return list
    }
}
