/// Compiles a `GrammarDefinition` to bytecode with first-token dispatch.

struct GrammarCompiler {
    private let definition: GrammarDefinition
    private var first: FirstSets
    private var output: CompiledGrammar
    /// Calls to rules that have no address yet: instruction and rule.
    private var calls: [(instruction: Int, rule: Int)] = []
    /// The operand code of each table.
    private var operandEntry: [Int32] = []
    /// The table and level that `_` stands in, while an operator is compiled.
    private var table = -1
    private var operandLevel: UInt8 = 0
    /// Where prefix operators wrap, before the address of the loop after the operand is known.
    private var prefixWraps: [Int] = []

    private init(_ definition: GrammarDefinition) {
        self.definition = definition
        first = FirstSets(definition)
        output = CompiledGrammar(vocabulary: definition.vocabulary)
        output.code.reserveCapacity(8000)
        output.setWords.reserveCapacity(10_000)
    }

    static func compile(_ definition: GrammarDefinition) throws(GrammarFault) -> CompiledGrammar {
        var compiler = GrammarCompiler(definition)
        try compiler.compile()
        return compiler.output
    }

    private mutating func compile() throws(GrammarFault) {
        output.terminalCount = definition.vocabulary.terminalCount
        output.classes = definition.vocabulary.classes.map(\.rawValue)
        output.names = definition.names
        output.tableLabels = definition.tables.map { definition.rules[$0.rule].label }
        let tags = Dictionary(uniqueKeysWithValues: Rule.allCases.map { ($0.rawValue, $0) })
        output.rules = definition.rules.map {
            CompiledGrammar.RuleInfo(name: $0.name, label: $0.label, tag: tags[$0.name] ?? .untagged)
        }
        let words = Dictionary(uniqueKeysWithValues: Word.allCases.map { ($0.rawValue, $0) })
        output.words = Array(repeating: .other, count: output.terminalCount)
        for (word, kind) in definition.vocabulary.spellings { output.words[Int(kind)] = words[word] ?? .other }
        if let rule = definition.rule(named: "bare_function") {
            for part in definition.children(of: definition.rules[rule].pattern) {
                output.bareFunctions.insert(UInt16(definition.patterns[Int(part)].value))
            }
        }
        for (index, rule) in definition.rules.enumerated() {
            switch rule.name {
            case "statement": output.statementRule = index
            case "whole_expression": output.expressionRule = index
            case "whole_type": output.typeRule = index
            default: break
            }
        }
        output.usedTerminals = definition.usedTerminals
        output.semicolon = definition.semicolon
        output.entry = Array(repeating: -1, count: definition.rules.count)
        operandEntry = Array(repeating: -1, count: definition.tables.count)
        var wraps = Array(repeating: false, count: definition.rules.count)
        for table in definition.tables { for operation in table.operators { wraps[operation.rule] = true } }
        emit(.halt)
        // The rules that wrap operators have no code of their own.
        for (index, rule) in definition.rules.enumerated() where rule.table < 0 && !wraps[index] {
            // Asked for its own sake: it finds left recursion.
            _ = try first.rule(index)
            output.entry[index] = Int32(output.code.count)
            try emit(pattern: rule.pattern)
            emit(.end, x: rule.lifts ? 1 : 0, a: UInt16(index))
        }
        for index in definition.tables.indices { try compileTable(index) }
        for call in calls { output.code[call.instruction].b = output.entry[call.rule] }
        // The machine enters a table through its operand code.
        for position in output.code.indices where output.code[position].opcode == .expression {
            output.code[position].b = operandEntry[Int(output.code[position].a)]
        }
    }

    @discardableResult
    private mutating func emit(_ opcode: Opcode, x: UInt8 = 0, a: UInt16 = 0, b: Int32 = 0) -> Int {
        output.code.append(Instruction(opcode: opcode, x: x, a: a, b: b))
        return output.code.count - 1
    }

    private var here: Int32 { Int32(output.code.count) }

    // MARK: Patterns

    private mutating func emit(pattern node: Int32) throws(GrammarFault) {
        let pattern = definition.patterns[Int(node)]
        switch pattern.kind {
        case .token: emit(pattern.keeps ? .keepToken : .token, a: UInt16(pattern.value))
        case .name:
            emit(.name, x: definition.names[Int(pattern.value)].classes.rawValue, a: UInt16(pattern.value))
        case .rule: try emitRule(pattern)
        case .operand:
            guard table >= 0 else { throw GrammarFault("_ outside a table of operators") }
            emit(.expression, x: pattern.value == 1 ? 0 : operandLevel, a: UInt16(table))
        case .sequence:
            var child = pattern.child
            while child >= 0 {
                try emit(pattern: child)
                child = definition.patterns[Int(child)].next
            }
        case .choice: try emitChoice(definition.children(of: node))
        case .optional: try emitOptional(pattern.child)
        case .many: try emitLoop([pattern.child])
        case .some:
            try emit(pattern: pattern.child)
            try emitLoop([pattern.child])
        case .separated:
            try emit(pattern: pattern.child)
            try emitLoop([definition.patterns[Int(pattern.child)].next, pattern.child])
        case .not: try emitNot(pattern.child)
        case .and:
            guard isSingleToken(pattern.child) else { throw GrammarFault("& looks at one token only") }
            emit(.require, a: try firstSet([pattern.child]))
        }
    }

    private mutating func emitRule(_ pattern: PatternNode) throws(GrammarFault) {
        let rule = definition.rules[Int(pattern.value)]
        guard rule.table >= 0 else {
            calls.append((output.code.count, Int(pattern.value)))
            emit(.call, x: rule.memoizes ? 1 : 0, a: UInt16(pattern.value))
            return
        }
        var level = 0
        if pattern.extra > 0 {
            let operators = definition.tables[Int(rule.table)].operators
            guard let bound = operators.first(where: { $0.rule == Int(pattern.extra) - 1 }) else {
                throw GrammarFault("\(rule.name) has no operator of the name after above")
            }
            level = bound.level + 1
        }
        emit(.expression, x: UInt8(level), a: UInt16(rule.table))
    }

    /// The index of the first set of one or two patterns in a row.
    private mutating func firstSet(_ nodes: [Int32]) throws(GrammarFault) -> UInt16 {
        var set = TerminalSet()
        for node in nodes {
            if try !first.collect(node, into: &set) {
                for word in 0..<TerminalSet.wordCount { output.setWords.append(set.words[word]) }
                return UInt16(output.setWords.count / TerminalSet.wordCount - 1)
            }
        }
        throw GrammarFault("something repeated or optional can match nothing")
    }

    private mutating func emitOptional(_ node: Int32) throws(GrammarFault) {
        let pattern = definition.patterns[Int(node)]
        if pattern.kind == .token {
            emit(.optionalToken, x: pattern.keeps ? 1 : 0, a: UInt16(pattern.value))
            return
        }
        let attempt = emit(.attempt, a: try firstSet([node]))
        try emit(pattern: node)
        emit(.succeed, b: here + 1)
        output.code[attempt].b = here
    }

    private mutating func emitLoop(_ nodes: [Int32]) throws(GrammarFault) {
        let attempt = emit(.attempt, a: try firstSet(nodes))
        for node in nodes { try emit(pattern: node) }
        emit(.succeed, b: Int32(attempt))
        output.code[attempt].b = here
    }

    private mutating func emitNot(_ node: Int32) throws(GrammarFault) {
        if isSingleToken(node) {
            emit(.refuse, a: try firstSet([node]))
            return
        }
        let start = emit(.refuseStart)
        try emit(pattern: node)
        emit(.refuseMatched)
        output.code[start].b = here
    }

    private func isSingleToken(_ node: Int32) -> Bool {
        switch definition.patterns[Int(node)].kind {
        case .token, .name: true
        case .choice: definition.children(of: node).allSatisfy { definition.patterns[Int($0)].kind == .token }
        default: false
        }
    }

    /// Emits the alternatives and the table that leads each token to those that can begin with it.
    private mutating func emitChoice(_ alternatives: [Int32]) throws(GrammarFault) {
        guard alternatives.count <= 64 else { throw GrammarFault("a choice of more than 64") }
        let choice = output.choiceAll.count
        output.choiceAll.append(0)
        let base = output.choiceTable.count
        output.choiceTable.append(contentsOf: repeatElement(0, count: output.terminalCount))
        emit(.choice, a: UInt16(choice))
        var commits: [Int] = []
        var addresses: [Int32] = []
        var masks = [UInt64](repeating: 0, count: output.terminalCount)
        for (index, alternative) in alternatives.enumerated() {
            var set = TerminalSet()
            if try first.collect(alternative, into: &set) {
                for kind in masks.indices { masks[kind] |= 1 << UInt64(index) }
            } else {
                set.forEach { masks[Int($0)] |= 1 << UInt64(index) }
            }
            addresses.append(here)
            try emit(pattern: alternative)
            if index < alternatives.count - 1 { commits.append(emit(.commit, a: UInt16(choice))) }
        }
        for commit in commits { output.code[commit].b = here }
        output.choiceAll[choice] = fill(base, masks: masks, entries: addresses, in: \.choiceTable)
    }

    /// Fills the part of a dispatch table that begins at `base` with chains of the masked entries.
    ///
    /// - Returns: the chain of all entries.
    private mutating func fill(
        _ base: Int, masks: [UInt64], entries: [Int32], in target: WritableKeyPath<CompiledGrammar, [UInt16]>
    ) -> UInt16 {
        var known: [(mask: UInt64, chain: UInt16)] = []
        func chain(_ mask: UInt64, _ output: inout CompiledGrammar) -> UInt16 {
            if let old = known.first(where: { $0.mask == mask }) { return old.chain }
            let start = UInt16(output.chains.count)
            for (index, entry) in entries.enumerated() where mask & (1 << UInt64(index)) != 0 { output.chains.append(entry) }
            output.chains.append(-1)
            known.append((mask, start))
            return start
        }
        for (kind, mask) in masks.enumerated() where mask != 0 { output[keyPath: target][base + kind] = chain(mask, &output) }
        let all = entries.count == 64 ? UInt64.max : (1 << UInt64(entries.count)) - 1
        return chain(all, &output)
    }

    // MARK: Operators

    private mutating func compileTable(_ index: Int) throws(GrammarFault) {
        let operators = definition.tables[index].operators
        table = index
        defer { table = -1 }
        operandEntry[index] = here
        try emitOperand(index)
        let loop = here
        emit(.operators, a: UInt16(index))

        let base = output.operatorTable.count
        output.operatorTable.append(contentsOf: repeatElement(0, count: output.terminalCount))
        var masks = [UInt64](repeating: 0, count: output.terminalCount)
        var entries: [Int32] = []
        for operation in operators where operation.fix != .prefix {
            let parts = definition.children(of: operation.pattern)
            guard parts.count > 1, definition.patterns[Int(parts[0])].kind == .operand else {
                throw GrammarFault("operator \(definition.rules[operation.rule].name) does not begin with _")
            }
            var set = TerminalSet()
            for part in parts.dropFirst() where try !first.collect(part, into: &set) { break }
            set.forEach { masks[Int($0)] |= 1 << UInt64(entries.count) }
            entries.append(Int32(operation.level) << 24 | here)
            operandLevel = UInt8(operation.fix == .right ? operation.level : operation.level + 1)
            for part in parts.dropFirst() { try emit(pattern: part) }
            emit(.wrap, x: operation.fix == .none ? UInt8(operation.level - 1) : .max, a: UInt16(operation.rule), b: loop)
        }
        let all = fill(base, masks: masks, entries: entries, in: \.operatorTable)
        output.operatorAll.append(all)
    }

    /// A prefix operator or the atom; prefix operators are alternatives that wrap what they made.
    private mutating func emitOperand(_ index: Int) throws(GrammarFault) {
        let prefixes = definition.tables[index].operators.filter { $0.fix == .prefix }
        let atom = definition.tables[index].atom
        guard !prefixes.isEmpty else { return emitCall(atom) }
        for prefix in prefixes {
            let attempt = emit(.attempt, a: try firstSet([prefix.pattern]))
            operandLevel = UInt8(prefix.level)
            try emit(pattern: prefix.pattern)
            emit(.succeed, b: here + 1)
            let wrap = emit(.wrap, x: .max, a: UInt16(prefix.rule))
            output.code[attempt].b = here
            prefixWraps.append(wrap)
        }
        emitCall(atom)
        for wrap in prefixWraps { output.code[wrap].b = here }
        prefixWraps = []
    }

    private mutating func emitCall(_ rule: Int) {
        calls.append((output.code.count, rule))
        emit(.call, x: definition.rules[rule].memoizes ? 1 : 0, a: UInt16(rule))
    }
}
