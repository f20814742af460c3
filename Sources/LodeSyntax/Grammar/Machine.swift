/// Runs a compiled grammar over tokens: a parsing machine with an explicit stack, after LPeg.

/// The state of one parse. A value in a local variable: its arrays are touched without any bookkeeping.
///
/// Ordered choice with backtracking. Rules that are marked so remember their outcome; if a statement backtracks out of
/// proportion all the same, it is parsed again with every rule remembered, which is linear.
struct Machine {
    enum Outcome { case matched, failed, tooDeep, tooManyFailures }

    /// How deep the AST may be.
    static let depthLimit = 1000
    /// What the machine counts is up to three for a level of the AST.
    private static let nestingLimit = 3 * depthLimit
    private static let frameLimit = 200_000

    private let grammar: CompiledGrammar
    private let code: [Instruction]
    private let kinds: [UInt16]
    private let isMemoized: Bool
    /// Where errors are to be explained: there, nothing is skipped by looking at the first token. -1 for nowhere.
    private let target: Int

    private var pc = 0
    private(set) var position: Int
    private let start: Int
    private var frames: [Frame] = []
    private var edges: [Edge] = []
    private(set) var tree = ParseTree()
    /// The furthest token at which something failed.
    private(set) var furthest: Int
    private var depth = 0
    /// Inside how many refusals.
    private var quiet = 0
    private var failures = 0
    private let failureBudget: Int
    private var memo: MemoTable
    private(set) var expected = Expectations()

    /// - Parameter end: the token that ends the statement.
    init(
        _ grammar: CompiledGrammar, tokens kinds: [UInt16], from start: Int, to end: Int, memoized: Bool = false,
        explaining target: Int = -1
    ) {
        self.grammar = grammar
        code = grammar.code
        self.kinds = kinds
        self.start = start
        self.target = target
        isMemoized = memoized
        position = start
        furthest = start
        failureBudget = memoized ? .max : 16 * (end - start) + 4096
        memo = MemoTable(start: start, count: end - start + 1)
        frames.reserveCapacity(256)
        tree.nodes.reserveCapacity(min(end - start, 1 << 20))
        tree.kids.reserveCapacity(min(2 * (end - start), 1 << 21))
    }

    /// Parses `rule` (or the operator table that it stands for) from the start.
    mutating func run(rule: Int) -> Outcome {
        frames.append(Frame(address: 0, position: UInt32(position), edges: 0, nodes: 0, rule: UInt16(rule), kind: .call))
        pc = Int(grammar.entry[rule])
        while true {
            let instruction = code[pc]
            var matched = true
            switch instruction.opcode {
            case .token: matched = take(instruction.a, keeping: false)
            case .keepToken: matched = take(instruction.a, keeping: true)
            case .name: matched = takeName(instruction)
            case .optionalToken: optionalToken(instruction)
            case .call: matched = call(instruction)
            case .end: end(instruction)
            case .choice: matched = choose(instruction)
            case .commit: commit(instruction)
            case .attempt: attempt(instruction)
            case .succeed:
                frames.removeLast()
                pc = Int(instruction.b)
            case .refuse:
                matched = !inSet(instruction.a)
                pc += 1
            case .require:
                matched = inSet(instruction.a)
                pc += 1
            case .refuseStart:
                push(.refusal, address: instruction.b)
                quiet += 1
                pc += 1
            case .refuseMatched:
                frames.removeLast()
                quiet -= 1
                matched = false
            case .expression: matched = express(instruction)
            case .operators: matched = findOperator(instruction)
            case .wrap: wrap(instruction)
            case .halt:
                tree.root = edges[0]
                tree.end = position
                return .matched
            }
            if !matched {
                failures += 1
                if failures > failureBudget { return .tooManyFailures }
                if !backtrack() { return .failed }
            }
            if depth > Self.nestingLimit || frames.count > Self.frameLimit { return .tooDeep }
        }
    }

    // MARK: Steps

    @inline(__always)
    private mutating func take(_ kind: UInt16, keeping: Bool) -> Bool {
        guard kinds[position] == kind else {
            note(token: kind)
            return false
        }
        if keeping { edges.append(.token(position)) }
        advance()
        return true
    }

    @inline(__always)
    private mutating func takeName(_ instruction: Instruction) -> Bool {
        guard grammar.classes[Int(kinds[position])] & instruction.x != 0 else {
            note(name: instruction.a)
            return false
        }
        edges.append(.name(position))
        advance()
        return true
    }

    /// Ends an alternative: drops the frame of its choice, if there were others to try.
    @inline(__always)
    private mutating func commit(_ instruction: Instruction) {
        if let top = frames.last, top.kind == .choice, top.rule == instruction.a { frames.removeLast() }
        pc = Int(instruction.b)
    }

    @inline(__always)
    private mutating func attempt(_ instruction: Instruction) {
        guard position == target || inSet(instruction.a) else {
            pc = Int(instruction.b)
            return
        }
        push(.attempt, address: instruction.b)
        pc += 1
    }

    /// Whether the token is in a set.
    @inline(__always)
    private func inSet(_ index: UInt16) -> Bool {
        let kind = Int(kinds[position])
        return grammar.setWords[Int(index) * TerminalSet.wordCount + (kind >> 6)] & (1 << UInt64(kind & 63)) != 0
    }

    @inline(__always)
    private mutating func advance() {
        position += 1
        pc += 1
    }

    @inline(__always)
    private mutating func push(_ kind: Frame.Kind, address: Int32, rule: UInt16 = 0) {
        frames.append(
            Frame(
                address: address, position: UInt32(position), edges: UInt32(edges.count), nodes: UInt32(tree.nodes.count),
                rule: rule, kind: kind))
    }

    @inline(__always)
    private mutating func optionalToken(_ instruction: Instruction) {
        if kinds[position] == instruction.a {
            if instruction.x == 1 { edges.append(.token(position)) }
            position += 1
        } else if position == target {
            note(token: instruction.a)
        }
        pc += 1
    }

    @inline(__always)
    private mutating func call(_ instruction: Instruction) -> Bool {
        if instruction.x == 1 || isMemoized {
            if let known = memo.find(id: instruction.a, at: position) { return replay(known) }
            push(.memoCall, address: Int32(pc + 1), rule: instruction.a)
            depth += 1
        } else {
            push(.call, address: Int32(pc + 1), rule: instruction.a)
        }
        pc = Int(instruction.b)
        return true
    }

    private mutating func replay(_ known: MemoTable.Entry) -> Bool {
        guard known.matched else { return false }
        edges.append(known.edge)
        position = Int(known.end)
        pc += 1
        return true
    }

    @inline(__always)
    private mutating func end(_ instruction: Instruction) {
        let frame = frames.removeLast()
        if instruction.x == 0 || edges.count != Int(frame.edges) + 1 { build(instruction.a, since: frame) }
        if frame.kind == .memoCall {
            depth -= 1
            remember(frame, id: frame.rule)
        }
        pc = Int(frame.address)
    }

    /// Makes a node of the edges since `frame` began.
    private mutating func build(_ rule: UInt16, since frame: Frame) {
        let first = tree.kids.count
        let mark = Int(frame.edges)
        var index = mark
        while index < edges.count {
            tree.kids.append(edges[index])
            index += 1
        }
        edges.removeLast(edges.count - mark)
        edges.append(.node(tree.nodes.count))
        tree.nodes.append(
            TreeNode(
                rule: rule, start: frame.position, end: UInt32(position), kid: UInt32(first),
                count: UInt32(tree.kids.count - first)))
    }

    private mutating func remember(_ frame: Frame, id: UInt16) {
        guard let edge = edges.last else { return }
        memo.add(
            .init(id: id, matched: true, end: UInt32(position), edge: edge), at: Int(frame.position),
            keeping: tree.nodes.count)
    }

    @inline(__always)
    private mutating func choose(_ instruction: Instruction) -> Bool {
        let chain = position == target
            ? grammar.choiceAll[Int(instruction.a)]
            : grammar.choiceTable[Int(instruction.a) * grammar.terminalCount + Int(kinds[position])]
        let first = grammar.chains[Int(chain)]
        guard first >= 0 else { return false }
        if grammar.chains[Int(chain) + 1] >= 0 { push(.choice, address: Int32(chain) + 1, rule: instruction.a) }
        pc = Int(first)
        return true
    }

    // MARK: Operators

    @inline(__always)
    private mutating func express(_ instruction: Instruction) -> Bool {
        if isMemoized, let known = memo.find(id: expressionID(instruction.a, instruction.x), at: position) {
            return replay(known)
        }
        push(.expression, address: Int32(pc + 1), rule: instruction.a)
        frames[frames.count - 1].lowest = instruction.x
        depth += 1
        pc = Int(instruction.b)
        return true
    }

    /// Memo entries of expressions are told from those of rules by their high bit.
    private func expressionID(_ table: UInt16, _ lowest: UInt8) -> UInt16 { 0x8000 | table << 8 | UInt16(lowest) }

    @inline(__always)
    private mutating func findOperator(_ instruction: Instruction) -> Bool {
        let chain = position == target
            ? grammar.operatorAll[Int(instruction.a)]
            : grammar.operatorTable[Int(instruction.a) * grammar.terminalCount + Int(kinds[position])]
        tryOperator(from: Int(chain))
        return true
    }

    /// Tries the operators of a chain; without one the expression ends here.
    private mutating func tryOperator(from chain: Int) {
        var next = chain
        let expression = frames[frames.count - 1]
        while grammar.chains[next] >= 0 {
            let entry = grammar.chains[next]
            let level = UInt8(truncatingIfNeeded: entry >> 24)
            next += 1
            if level >= expression.lowest, level <= expression.highest {
                push(.operation, address: Int32(next), rule: expression.rule)
                pc = Int(entry & 0xFF_FFFF)
                return
            }
        }
        frames.removeLast()
        depth -= 1
        if isMemoized { remember(expression, id: expressionID(expression.rule, expression.lowest)) }
        pc = Int(expression.address)
    }

    @inline(__always)
    private mutating func wrap(_ instruction: Instruction) {
        if frames[frames.count - 1].kind == .operation { frames.removeLast() }
        let top = frames.count - 1
        build(instruction.a, since: frames[top])
        if instruction.x < frames[top].highest { frames[top].highest = instruction.x }
        pc = Int(instruction.b)
    }

    // MARK: Failure

    /// Goes back to the last place with a choice; false if there is none.
    private mutating func backtrack() -> Bool {
        if quiet == 0, position > furthest { furthest = position }
        while let frame = frames.popLast() {
            switch frame.kind {
            case .call: continue
            case .memoCall:
                depth -= 1
                memo.add(.init(id: frame.rule, matched: false, end: 0, edge: .token(0)), at: Int(frame.position), keeping: 0)
            case .expression:
                depth -= 1
                if isMemoized {
                    memo.add(
                        .init(id: expressionID(frame.rule, frame.lowest), matched: false, end: 0, edge: .token(0)),
                        at: Int(frame.position), keeping: 0)
                }
            case .attempt:
                restore(frame)
                pc = Int(frame.address)
                return true
            case .refusal:
                quiet -= 1
                restore(frame)
                pc = Int(frame.address)
                return true
            case .choice:
                restore(frame)
                pc = Int(grammar.chains[Int(frame.address)])
                if grammar.chains[Int(frame.address) + 1] >= 0 {
                    push(.choice, address: frame.address + 1, rule: frame.rule)
                }
                return true
            case .operation:
                restore(frame)
                tryOperator(from: Int(frame.address))
                return true
            }
        }
        return false
    }

    @inline(__always)
    private mutating func restore(_ frame: Frame) {
        position = Int(frame.position)
        if edges.count > Int(frame.edges) { edges.removeLast(edges.count - Int(frame.edges)) }
        let keep = max(Int(frame.nodes), memo.keptNodes)
        if tree.nodes.count > keep {
            tree.nodes.removeLast(tree.nodes.count - keep)
            let kids = tree.nodes.last.map { Int($0.kid + $0.count) } ?? 0
            tree.kids.removeLast(tree.kids.count - kids)
        }
    }

    // MARK: Explanation

    @inline(__always)
    private mutating func note(token: UInt16) {
        if position == target, quiet == 0 { expected.note(.token(token), label: label()) }
    }

    @inline(__always)
    private mutating func note(name: UInt16) {
        if position == target, quiet == 0 { expected.note(.name(name), label: label()) }
    }

    /// The label of the outermost labelled thing that begins at the target, or "operator".
    private func label() -> String? {
        var found: String?
        for frame in frames.reversed() {
            guard Int(frame.position) == target else { break }
            switch frame.kind {
            case .call, .memoCall: found = grammar.rules[Int(frame.rule)].label ?? found
            case .expression: found = grammar.tableLabels[Int(frame.rule)] ?? found
            case .operation: found = "operator"
            default: break
            }
        }
        return found
    }
}
