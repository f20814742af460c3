// Random sentences of the grammar, for the fuzz tests.

@testable import LodeSyntax

/// A small generator of random numbers: the same seed makes the same sentences.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// Walks the grammar and writes down what it passes. Prefers short derivations once it is deep.
struct SentenceMaker {
    let definition: GrammarDefinition
    var random: SplitMix
    private var words: [String] = []
    private var heights: [Int] = []
    private let depthLimit = 14
    /// The table and level that `_` stands in.
    private var table = 0
    private var level = 0

    init(_ definition: GrammarDefinition, seed: UInt64) {
        self.definition = definition
        random = SplitMix(state: seed)
        heights = Array(repeating: 1000, count: definition.rules.count)
        var changed = true
        while changed {
            changed = false
            for (index, rule) in definition.rules.enumerated() {
                let height = 1 + (rule.table >= 0
                    ? heights[definition.tables[Int(rule.table)].atom] : self.height(rule.pattern))
                if height < heights[index] {
                    heights[index] = height
                    changed = true
                }
            }
        }
    }

    /// How deep the shortest derivation of a pattern is.
    private func height(_ node: Int32) -> Int {
        let pattern = definition.patterns[Int(node)]
        switch pattern.kind {
        case .token, .name, .optional, .many, .not, .and: return 0
        case .operand: return 1
        case .rule: return heights[Int(pattern.value)]
        case .choice: return definition.children(of: node).map(height).min() ?? 0
        case .sequence: return definition.children(of: node).map(height).max() ?? 0
        case .some, .separated: return height(pattern.child)
        }
    }

    mutating func sentence(_ rule: String) -> [String] {
        words = []
        make(rule: definition.rule(named: rule) ?? 0, depth: 0, lowest: 0)
        return words
    }

    private mutating func chance(_ percent: Int, _ depth: Int) -> Bool {
        depth < depthLimit && Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func make(rule: Int, depth: Int, lowest: Int) {
        let found = definition.rules[rule]
        guard found.table >= 0 else { return make(found.pattern, depth + 1) }
        let outer = (table, level)
        defer { (table, level) = outer }
        makeOperation(Int(found.table), depth + 1, lowest)
    }

    /// An operand, or an operator whose level is allowed here with its operands.
    private mutating func makeOperation(_ index: Int, _ depth: Int, _ lowest: Int) {
        let all = definition.tables[index]
        let usable = all.operators.filter { $0.level >= lowest }
        guard chance(40, depth), let operation = usable.randomElement(using: &random) else {
            return make(rule: all.atom, depth: depth, lowest: 0)
        }
        let parts = definition.children(of: operation.pattern)
        if operation.fix == .prefix {
            (table, level) = (index, operation.level)
            for part in parts { make(part, depth) }
            return
        }
        let own = operation.fix == .left ? operation.level : operation.level + 1
        makeOperation(index, depth + 1, own)
        for part in parts.dropFirst() {
            (table, level) = (index, operation.level + 1)
            make(part, depth)
        }
    }

    private mutating func make(_ node: Int32, _ depth: Int) {
        let pattern = definition.patterns[Int(node)]
        switch pattern.kind {
        case .token: words.append(token(UInt16(pattern.value)))
        case .name: words.append(["a", "b1", "\"C d\"", "t_x", "größe"].randomElement(using: &random)!)
        case .rule:
            var lowest = 0
            let rule = definition.rules[Int(pattern.value)]
            if pattern.extra > 0 {
                let bound = definition.tables[Int(rule.table)].operators.first { $0.rule == Int(pattern.extra) - 1 }
                lowest = (bound?.level ?? 0) + 1
            }
            make(rule: Int(pattern.value), depth: depth, lowest: lowest)
        case .operand:
            let outer = (table, level)
            makeOperation(table, depth + 1, pattern.value == 1 ? 0 : level)
            (table, level) = outer
        case .sequence: makeSequence(definition.children(of: node), depth)
        case .choice: makeChoice(definition.children(of: node), depth)
        case .optional: if chance(40, depth) { make(pattern.child, depth + 1) }
        case .many: while chance(35, depth) { make(pattern.child, depth + 1) }
        case .some:
            repeat { make(pattern.child, depth + 1) } while chance(20, depth)
        case .separated:
            make(pattern.child, depth)
            while chance(30, depth) {
                make(definition.patterns[Int(pattern.child)].next, depth)
                make(pattern.child, depth)
            }
        case .not, .and: break
        }
    }

    /// What follows `!x` is made again until x does not begin it.
    private mutating func makeSequence(_ parts: [Int32], _ depth: Int) {
        var refused: [String] = []
        for part in parts {
            let pattern = definition.patterns[Int(part)]
            if pattern.kind == .not {
                let choices = definition.patterns[Int(pattern.child)].kind == .choice
                    ? definition.children(of: pattern.child) : [pattern.child]
                refused += choices.map { definition.vocabulary.text(of: UInt16(definition.patterns[Int($0)].value)) }
                continue
            }
            let start = words.count
            for attempt in 0..<50 {
                words.removeLast(words.count - start)
                make(part, attempt > 20 ? max(depth, depthLimit) : depth)
                if start >= words.count || !refused.contains(words[start]) { break }
            }
            if words.count > start { refused = [] }
        }
    }

    private mutating func makeChoice(_ alternatives: [Int32], _ depth: Int) {
        if depth < depthLimit { return make(alternatives.randomElement(using: &random)!, depth) }
        let shortest = alternatives.map(height).min()
        make(alternatives.first { height($0) == shortest } ?? alternatives[0], depth)
    }

    private mutating func token(_ kind: UInt16) -> String {
        switch kind {
        case Terminal.string: ["'x'", "''", "'it''s'", "E'a\\n'", "$$q$$"].randomElement(using: &random)!
        case Terminal.number: ["0", "1", "42", "7"].randomElement(using: &random)!
        case Terminal.blob: "X'0f'"
        case Terminal.parameter: "$1"
        default: definition.vocabulary.text(of: kind)
        }
    }
}
