// First and follow sets over the definition, for the lints.

@testable import LodeSyntax

struct GrammarAnalysis {
    let definition: GrammarDefinition
    private var first: FirstSets
    private(set) var follow: [TerminalSet]
    private(set) var complaints: [String] = []

    init(_ definition: GrammarDefinition) throws {
        self.definition = definition
        first = FirstSets(definition)
        follow = Array(repeating: TerminalSet(), count: definition.rules.count)
        var size = -1
        while size != total {
            size = total
            try visitAll(checking: false)
        }
    }

    private var total: Int {
        var sum = 0
        for set in follow { set.forEach { _ in sum += 1 } }
        return sum
    }

    mutating func first(_ node: Int32) throws -> (set: TerminalSet, nullable: Bool) {
        var set = TerminalSet()
        let nullable = try first.collect(node, into: &set)
        return (set, nullable)
    }

    /// Optional names and expressions that take a keyword which may follow them: `rule: keywords`.
    mutating func greedyNames() throws -> [String] {
        complaints = []
        try visitAll(checking: true)
        return complaints
    }

    private mutating func visitAll(checking: Bool) throws {
        for (index, rule) in definition.rules.enumerated() {
            if rule.table >= 0 {
                try visitTable(index, definition.tables[Int(rule.table)], checking)
            } else if !isOperator(index) {
                try visit(rule.pattern, follow[index], rule.name, nil, checking)
            }
        }
    }

    private func isOperator(_ rule: Int) -> Bool {
        definition.tables.contains { $0.operators.contains { $0.rule == rule } }
    }

    private mutating func visitTable(_ rule: Int, _ table: OperatorTable, _ checking: Bool) throws {
        var after = follow[rule]
        for operation in table.operators where operation.fix != .prefix {
            for part in definition.children(of: operation.pattern).dropFirst() {
                let found = try first(part)
                after.formUnion(found.set)
                if !found.nullable { break }
            }
        }
        follow[table.atom].formUnion(after)
        for operation in table.operators {
            try visit(operation.pattern, after, definition.rules[operation.rule].name, nil, checking)
        }
    }

    private mutating func visit(
        _ node: Int32, _ after: TerminalSet, _ rule: String, _ refused: TerminalSet?, _ checking: Bool
    ) throws {
        let pattern = definition.patterns[Int(node)]
        let children = definition.children(of: node)
        switch pattern.kind {
        case .token, .name, .operand, .not: break
        case .rule: follow[Int(pattern.value)].formUnion(after)
        case .choice: for child in children { try visit(child, after, rule, nil, checking) }
        case .sequence:
            for (index, child) in children.enumerated() {
                var next = TerminalSet()
                var nullable = true
                for later in children[(index + 1)...] where nullable {
                    let found = try first(later)
                    next.formUnion(found.set)
                    nullable = found.nullable
                }
                if nullable { next.formUnion(after) }
                try visit(child, next, rule, nil, checking)
            }
        case .optional:
            try visit(pattern.child, after, rule, nil, checking)
            if checking { try complain(pattern.child, after, rule) }
        case .many, .some:
            var next = after
            next.formUnion(try first(pattern.child).set)
            try visit(pattern.child, next, rule, nil, checking)
            if checking { try complain(pattern.child, after, rule) }
        case .separated:
            var next = after
            next.formUnion(try first(children[1]).set)
            try visit(children[0], next, rule, nil, checking)
            try visit(children[1], try first(children[0]).set, rule, nil, checking)
        }
    }

    /// Records keywords that a name at the start of `node` takes although they may follow it.
    private mutating func complain(_ node: Int32, _ after: TerminalSet, _ rule: String) throws {
        guard let (names, refused) = try leadingNames(node) else { return }
        var words: [String] = []
        names.forEach { kind in
            guard definition.vocabulary.isKeyword(kind), after.contains(kind), !refused.contains(kind) else { return }
            words.append(definition.vocabulary.text(of: kind))
        }
        if !words.isEmpty { complaints.append("\(rule): \(words.joined(separator: " "))") }
    }

    /// The words that a name at the start of a pattern may be, and those that a `!` before it refuses.
    private mutating func leadingNames(_ node: Int32) throws -> (TerminalSet, TerminalSet)? {
        let pattern = definition.patterns[Int(node)]
        switch pattern.kind {
        case .name: return (try first(node).set, TerminalSet())
        case .rule:
            let rule = definition.rules[Int(pattern.value)]
            if rule.table >= 0 { return try leadingNames(ofRule: definition.tables[Int(rule.table)].atom) }
            return try leadingNames(ofRule: Int(pattern.value))
        case .sequence:
            var refused = TerminalSet()
            for child in definition.children(of: node) {
                if definition.patterns[Int(child)].kind == .not {
                    refused.formUnion(try first(definition.patterns[Int(child)].child).set)
                    continue
                }
                return try leadingNames(child).map { ($0.0, union($0.1, refused)) }
            }
            return nil
        case .choice:
            var all: (TerminalSet, TerminalSet)?
            for child in definition.children(of: node) {
                guard let found = try leadingNames(child) else { continue }
                all = all.map { (union($0.0, found.0), union($0.1, found.1)) } ?? found
            }
            return all
        case .optional, .many, .some, .separated: return try leadingNames(pattern.child)
        case .token, .operand, .not: return nil
        }
    }

    private mutating func leadingNames(ofRule rule: Int) throws -> (TerminalSet, TerminalSet)? {
        guard definition.rules[rule].table < 0 else { return nil }
        return try leadingNames(definition.rules[rule].pattern)
    }

    private func union(_ a: TerminalSet, _ b: TerminalSet) -> TerminalSet {
        var both = a
        both.formUnion(b)
        return both
    }
}
