/// Writes rules of the grammar for people: `[x]` is optional, `{a | b}` a choice, `x [, ...]` a list.

struct GrammarPrinter {
    let definition: GrammarDefinition

    /// The pattern of a rule; of a table of operators, the rule that it is over.
    func text(of rule: Int) -> String {
        let found = definition.rules[rule]
        guard found.table < 0 else {
            let table = definition.tables[Int(found.table)]
            let lines = table.operators.map { text($0.pattern, inSequence: false) }
            return ([definition.rules[table.atom].name] + lines).joined(separator: " | ")
        }
        return text(found.pattern, inSequence: false)
    }

    /// The rules that a rule is made of, without those that have a label of their own; nearest first.
    func reachable(from rule: Int, limit: Int) -> [Int] {
        var found: [Int] = []
        var queue = [rule]
        while !queue.isEmpty, found.count < limit {
            let next = queue.removeFirst()
            for other in references(next) where other != rule && !found.contains(other) {
                guard definition.rules[other].label == nil || definition.rules[next].table >= 0 else { continue }
                found.append(other)
                queue.append(other)
            }
        }
        return Array(found.prefix(limit))
    }

    private func references(_ rule: Int) -> [Int] {
        let found = definition.rules[rule]
        if found.table >= 0 { return [definition.tables[Int(found.table)].atom] }
        var list: [Int] = []
        func visit(_ node: Int32) {
            let pattern = definition.patterns[Int(node)]
            if pattern.kind == .rule { list.append(Int(pattern.value)) }
            for child in definition.children(of: node) { visit(child) }
        }
        visit(found.pattern)
        return list
    }

    private func text(_ node: Int32, inSequence: Bool) -> String {
        let pattern = definition.patterns[Int(node)]
        let children = definition.children(of: node)
        switch pattern.kind {
        case .token: return definition.vocabulary.text(of: UInt16(pattern.value))
        case .name: return definition.names[Int(pattern.value)].label
        case .rule: return definition.rules[Int(pattern.value)].label ?? definition.rules[Int(pattern.value)].name
        case .operand: return "…"
        case .sequence:
            return children.map { text($0, inSequence: true) }.filter { !$0.isEmpty }.joined(separator: " ")
        case .choice:
            let list = children.map { text($0, inSequence: false) }.joined(separator: " | ")
            return inSequence ? "{\(list)}" : list
        case .optional: return "[\(text(pattern.child, inSequence: false))]"
        case .many: return "[\(text(pattern.child, inSequence: false)) ...]"
        case .some: return "\(text(pattern.child, inSequence: true)) [...]"
        case .separated: return "\(text(pattern.child, inSequence: true)) [\(text(children[1], inSequence: true)) ...]"
        case .not, .and: return ""
        }
    }
}
