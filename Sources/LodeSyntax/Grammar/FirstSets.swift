/// Which tokens a pattern can begin with, and whether it can match nothing.

/// Computes first sets by walking down; a cycle is left recursion.
struct FirstSets {
    private let definition: GrammarDefinition
    private let wordsOf: [TerminalSet]
    private enum State { case unknown, running, known(TerminalSet, nullable: Bool) }
    private var rules: [State]

    init(_ definition: GrammarDefinition) {
        self.definition = definition
        rules = Array(repeating: .unknown, count: definition.rules.count)
        wordsOf = definition.names.map { name in
            var set = TerminalSet()
            for (kind, word) in definition.vocabulary.classes.enumerated() where !word.isDisjoint(with: name.classes) {
                set.insert(UInt16(kind))
            }
            return set
        }
    }

    /// Adds the first tokens of `node` to `set`.
    ///
    /// - Returns: whether the pattern can match nothing, so that what follows it counts too.
    mutating func collect(_ node: Int32, into set: inout TerminalSet) throws(GrammarFault) -> Bool {
        let pattern = definition.patterns[Int(node)]
        switch pattern.kind {
        case .token:
            set.insert(UInt16(pattern.value))
            return false
        case .name:
            set.formUnion(wordsOf[Int(pattern.value)])
            return false
        case .rule:
            let known = try rule(Int(pattern.value))
            set.formUnion(known.set)
            return known.nullable
        case .operand: return false
        case .sequence:
            var child = pattern.child
            while child >= 0 {
                if try !collect(child, into: &set) { return false }
                child = definition.patterns[Int(child)].next
            }
            return true
        case .choice:
            var nullable = false
            var child = pattern.child
            while child >= 0 {
                if try collect(child, into: &set) { nullable = true }
                child = definition.patterns[Int(child)].next
            }
            return nullable
        case .optional, .many:
            _ = try collect(pattern.child, into: &set)
            return true
        case .some, .separated: return try collect(pattern.child, into: &set)
        case .not, .and: return true
        }
    }

    mutating func rule(_ index: Int) throws(GrammarFault) -> (set: TerminalSet, nullable: Bool) {
        switch rules[index] {
        case .known(let set, let nullable): return (set, nullable)
        case .running: throw GrammarFault("rule \(definition.rules[index].name) begins with itself")
        case .unknown: break
        }
        rules[index] = .running
        var set = TerminalSet()
        var nullable = false
        let rule = definition.rules[index]
        if rule.table >= 0 {
            let table = definition.tables[Int(rule.table)]
            set = try self.rule(table.atom).set
            for operation in table.operators where operation.fix == .prefix {
                _ = try collect(operation.pattern, into: &set)
            }
        } else {
            nullable = try collect(rule.pattern, into: &set)
        }
        rules[index] = .known(set, nullable: nullable)
        return (set, nullable)
    }
}
