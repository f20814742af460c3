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
        case .token, .name, .operand, .not, .and: break
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
            let children = definition.children(of: node)
            for (index, child) in children.enumerated() {
                // A name that a sign must follow is given back where there is none.
                if index + 1 < children.count, isName(child), isSign(children[index + 1]) { return nil }
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
        case .token, .operand, .not, .and: return nil
        }
    }

    private func isName(_ node: Int32) -> Bool { definition.patterns[Int(node)].kind == .name }

    private func isSign(_ node: Int32) -> Bool {
        let pattern = definition.patterns[Int(node)]
        return pattern.kind == .token && !definition.vocabulary.isKeyword(UInt16(truncatingIfNeeded: pattern.value))
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

    // MARK: Shared prefixes

    /// Pairs of alternatives, `rule: first, second`, of which the first can take something nested and then fail, and the second can
    /// begin with the same token and nest as well. Nested in themselves, such pairs take exponential time.
    mutating func sharedPrefixes() throws -> Set<String> {
        var found: Set<String> = []
        for rule in definition.rules where rule.pattern >= 0 {
            var stack = [rule.pattern]
            while let node = stack.popLast() {
                let children = definition.children(of: node)
                stack += children
                guard definition.patterns[Int(node)].kind == .choice else { continue }
                for (i, early) in children.enumerated() where canFailAfterNesting(early) {
                    for (j, late) in children.enumerated() where j > i && nests(late) {
                        if try begins(early).intersects(begins(late)) { found.insert("\(rule.name): \(name(early, i)), \(name(late, j))") }
                    }
                }
            }
        }
        return found
    }

    /// What an alternative can begin with, without the words that a `!` at its start refuses.
    private mutating func begins(_ node: Int32) throws -> TerminalSet {
        let all = try first(node).set
        var inner = node
        while definition.patterns[Int(inner)].kind == .rule {
            let rule = definition.rules[Int(definition.patterns[Int(inner)].value)]
            guard rule.table < 0 else { return all }
            inner = rule.pattern
        }
        guard definition.patterns[Int(inner)].kind == .sequence, let head = definition.children(of: inner).first,
            definition.patterns[Int(head)].kind == .not
        else { return all }
        let refused = try first(definition.patterns[Int(head)].child).set
        var rest = TerminalSet()
        all.forEach { if !refused.contains($0) { rest.insert($0) } }
        return rest
    }

    /// The rule that an alternative is, or its number.
    private func name(_ node: Int32, _ index: Int) -> String {
        let pattern = definition.patterns[Int(node)]
        return pattern.kind == .rule ? definition.rules[Int(pattern.value)].name : "\(index)"
    }

    /// Whether a pattern reaches a table of operators: expressions, queries and joins, which nest.
    private func nests(_ node: Int32) -> Bool {
        var seen: Set<Int> = []
        func visit(_ node: Int32) -> Bool {
            let pattern = definition.patterns[Int(node)]
            if pattern.kind == .rule {
                let rule = definition.rules[Int(pattern.value)]
                if rule.table >= 0 { return true }
                guard seen.insert(Int(pattern.value)).inserted else { return false }
                return visit(rule.pattern)
            }
            return definition.children(of: node).contains(where: visit)
        }
        return visit(node)
    }

    /// Whether something that nests is followed by something that must match.
    private func canFailAfterNesting(_ node: Int32) -> Bool {
        var seen: Set<Int> = []
        func visit(_ node: Int32) -> Bool {
            let pattern = definition.patterns[Int(node)]
            let children = definition.children(of: node)
            switch pattern.kind {
            case .rule:
                let rule = definition.rules[Int(pattern.value)]
                guard rule.table < 0, !rule.memoizes, seen.insert(Int(pattern.value)).inserted else { return false }
                return visit(rule.pattern)
            case .sequence:
                for (index, child) in children.enumerated() where nests(child) {
                    if children[(index + 1)...].contains(where: { !isOptional($0) }) { return true }
                }
                return children.contains(where: visit)
            case .choice: return children.contains(where: visit)
            default: return false
            }
        }
        return visit(node)
    }

    private func isOptional(_ node: Int32) -> Bool {
        let kind = definition.patterns[Int(node)].kind
        return kind == .optional || kind == .many || kind == .not
    }
}
