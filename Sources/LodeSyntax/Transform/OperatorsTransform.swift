/// expressions.gram -> AST: the table of operators, and the special function forms with words between their arguments.
import LodeCore

extension Transform {
    func operation(_ edge: Edge, _ rule: Rule) throws(SQLError) -> Expression.Kind {
        switch rule {
        case .or: .or(try expressions(operands(edge)))
        case .and: .and(try expressions(operands(edge)))
        case .not: .unary(.not, try expression(try kid(edge, 0)))
        case .bitNot: .unary(.bitNot, try expression(try kid(edge, 0)))
        case .sign, .negative: try sign(edge)
        case .isTest, .isNull: try isTest(edge)
        case .isDistinct: try isDistinct(edge)
        case .quantified: try quantified(edge)
        case .compare: try comparison(edge)
        case .between: try between(edge)
        case .in: try membership(edge)
        case .like, .likeAny: try pattern(edge)
        case .other, .add, .multiply, .power: try chain(edge).kind
        case .atTimeZone: try atTimeZone(edge)
        case .collate: try collate(edge)
        case .element: try element(edge)
        case .castSign: try castSign(edge)
        case .field: try field(edge)
        default: throw mismatch(edge)
        }
    }

    @inline(never)
    private func isDistinct(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        .isDistinct(try expression(try kid(edge, 0)), try expression(try lastKid(edge)), negated: has(edge, .not))
    }

    @inline(never)
    private func comparison(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        .binary(try binaryOperator(try kid(edge, 1)), try expression(try kid(edge, 0)), try expression(try kid(edge, 2)))
    }

    @inline(never)
    private func between(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let parts = operands(edge)
        guard parts.count == 3 else { throw mismatch(edge) }
        return .between(
            Between(
                value: try expression(parts[0]), low: try expression(parts[1]), high: try expression(parts[2]),
                isNegated: has(edge, .not), isSymmetric: has(edge, .symmetric)))
    }

    @inline(never)
    private func sign(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        .unary(has(edge, .minus) ? .minus : .plus, try expression(try kid(edge, 1)))
    }

    @inline(never)
    private func atTimeZone(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let zone: Expression? = has(edge, .local) ? nil : try expression(try lastKid(edge))
        return .atTimeZone(try expression(try kid(edge, 0)), zone: zone)
    }

    @inline(never)
    private func collate(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        .collate(try expression(try kid(edge, 0)), try qualifiedName(edge, .anyName))
    }

    @inline(never)
    private func castSign(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        .cast(try expression(try kid(edge, 0)), try type(try kid(edge, 1)), isTry: false)
    }

    @inline(never)
    private func field(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        .field(try expression(try kid(edge, 0)), try identifier(try kid(edge, 1)))
    }

    @inline(never)
    private func isTest(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let value = try expression(try kid(edge, 0))
        switch word(try lastKid(edge)) {
        case .null: return .isTest(value, .null, negated: has(edge, .not))
        case .isnull: return .isTest(value, .null, negated: false)
        case .notnull: return .isTest(value, .null, negated: true)
        case .true: return .isTest(value, .true, negated: has(edge, .not))
        case .false: return .isTest(value, .false, negated: has(edge, .not))
        default: return .isTest(value, .unknown, negated: has(edge, .not))
        }
    }

    @inline(never)
    private func quantified(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let last = try lastKid(edge)
        let sign = try operatorSign(try kid(edge, 1)), value = try expression(try kid(edge, 0))
        let quantifier = has(edge, .all) ? Quantifier.all : .any
        if let (pattern, isNegated) = patternOperator(sign) {
            return .pattern(
                PatternMatch(
                    value: value, operator: pattern, pattern: try expression(last), escape: nil, isNegated: isNegated,
                    quantifier: quantifier))
        }
        let operand: QuantifiedOperand = rule(last) == .parenQuery
            ? .query(try parenthesizedQuery(last)) : .expression(try expression(last))
        return .quantified(try binaryOperator(sign), value, quantifier, operand)
    }

    @inline(never)
    private func membership(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let value = try expression(try kid(edge, 0))
        let last = try lastKid(edge)
        if rule(last) == .parenQuery {
            return .inQuery(value, try parenthesizedQuery(last), negated: has(edge, .not))
        }
        return .inList(value, try expressions(kids(last)), negated: has(edge, .not))
    }

    @inline(never)
    private func pattern(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let parts = operands(edge)
        guard parts.count >= 2 else { throw mismatch(edge) }
        var kind = PatternOperator.like
        if has(edge, .ilike) { kind = .ilike } else if has(edge, .similar) { kind = .similar } else if has(edge, .glob) {
            kind = .glob
        }
        var quantifier: Quantifier?
        if rule(edge) == .likeAny { quantifier = has(edge, .all) ? .all : .any }
        return .pattern(
            PatternMatch(
                value: try expression(parts[0]), operator: kind, pattern: try expression(parts[1]),
                escape: try optionalExpression(parts.count > 2 ? parts[2] : nil), isNegated: has(edge, .not),
                quantifier: quantifier))
    }

    /// `a + b - c`: a flat node becomes a tree that leans to the left.
    @inline(never)
    private func chain(_ edge: Edge) throws(SQLError) -> Expression {
        let parts = kids(edge)
        return try nested(parts.count / 2 - 1, at: edge) { () throws(SQLError) in
            var left = try expression(try kid(edge, 0))
            var index = parts.startIndex + 1
            while index + 1 < parts.endIndex {
                let right = try expression(parts[index + 1])
                left = Expression(
                    try combine(parts[index], left, right), span: left.span.union(right.span))
                index += 2
            }
            return left
        }
    }

    private func combine(_ sign: Edge, _ left: Expression, _ right: Expression) throws(SQLError) -> Expression.Kind {
        let sign = try operatorSign(sign)
        guard let (pattern, isNegated) = patternOperator(sign) else { return .binary(try binaryOperator(sign), left, right) }
        return .pattern(
            PatternMatch(value: left, operator: pattern, pattern: right, escape: nil, isNegated: isNegated, quantifier: nil))
    }

    /// The sign of an operator, which may be written as `OPERATOR(schema.sign)`.
    private func operatorSign(_ edge: Edge) throws(SQLError) -> Edge {
        guard rule(edge) == .operatorName else { return edge }
        let sign = try lastKid(edge), schema = try identifiers(edge).map { $0.text.lowercased() }
        guard schema.isEmpty || schema == ["pg_catalog"] else {
            throw SQLError(
                .undefinedFunction, "operator does not exist: \(schema.joined(separator: ".")).\(rawText(sign.index))", at: span(edge),
                hint: "Operators are built in; their schema is pg_catalog.")
        }
        return sign
    }

    /// `~` and its kin; `~~` is LIKE.
    private func patternOperator(_ sign: Edge) -> (PatternOperator, isNegated: Bool)? {
        let text = rawText(sign.index)
        switch text.drop(while: { $0 == "!" }) {
        case "~": return (.regex, text != "~")
        case "~*": return (.regexIgnoringCase, text != "~*")
        case "~~": return (.like, text != "~~")
        case "~~*": return (.ilike, text != "~~*")
        default: return nil
        }
    }

    private func binaryOperator(_ sign: Edge) throws(SQLError) -> BinaryOperator {
        guard sign.isToken else { throw mismatch(sign) }
        let text = rawText(sign.index)
        if text != ">", let known = BinaryOperator(symbol: text) { return known }
        switch text {
        case "==": return .comparison(.equal)
        case "!=": return .comparison(.notEqual)
        case "**": return .value(.power)
        case ">":
            // Two signs, lest `array<array<int>>` end in a shift.
            let next = sign.index + 1
            return next < tokens.count && tokens.kinds[next] == tokens.kinds[sign.index] ? .value(.shiftRight) : .comparison(.greater)
        default: throw mismatch(sign)
        }
    }

    @inline(never)
    private func element(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let base = try expression(try kid(edge, 0))
        let second = try kid(edge, 1)
        if rule(second) == .sliceFromStart { return .slice(try slice(second, base: base, lower: nil)) }
        let index = try expression(second)
        guard let rest = find(edge, .sliceRest) else { return .element(base, index) }
        return .slice(try slice(rest, base: base, lower: index))
    }

    @inline(never)
    private func slice(_ edge: Edge, base: Expression, lower: Expression?) throws(SQLError) -> Slice {
        let upper = operands(edge).first { rule($0) != .sliceStep }
        return Slice(
            base: base, lower: lower, upper: try optionalExpression(upper),
            step: try optionalExpression(content(edge, .sliceStep)))
    }

    // MARK: Functions with words between their arguments

    @inline(never)
    func extract(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let field = try kid(edge, 0)
        let name = isString(field)
            ? Identifier(try string(field).lowercased(), span: span(field)) : try identifier(field)
        return .extract(field: name, try expression(try kid(edge, 1)))
    }

    /// The expression that follows the keyword `word` among the children.
    private func following(_ edge: Edge, _ word: Word) -> Edge? {
        let kids = kids(edge)
        guard let index = kids.firstIndex(where: { self.word($0) == word }), index + 1 < kids.endIndex else { return nil }
        return kids[index + 1]
    }

    /// A call of the function that the form is named after, for its plain form with commas.
    @inline(never)
    private func plainCall(_ name: String, _ edge: Edge) throws(SQLError) -> Expression.Kind {
        let start = span(edge).start
        let arguments = try each(operands(edge)) { (argument) throws(SQLError) in
            FunctionCall.Argument(name: nil, value: try expression(argument))
        }
        let identifier = Identifier(name, span: SourceSpan(start, start + name.utf8.count))
        return .call(FunctionCall(name: QualifiedName([identifier]), arguments: arguments))
    }

    @inline(never)
    func substring(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let from = following(edge, .from)
        let count = following(edge, .for)
        guard from != nil || count != nil else { return try plainCall("substring", edge) }
        return .substring(
            try expression(try kid(edge, 0)), from: try optionalExpression(from), for: try optionalExpression(count))
    }

    @inline(never)
    func trim(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        var side = TrimSide.both
        if has(edge, .leading) { side = .leading } else if has(edge, .trailing) { side = .trailing }
        let parts = operands(edge)
        guard let first = parts.first else { throw mismatch(edge) }
        if has(edge, .from), parts.count == 2 {
            return .trim(side, characters: try expression(first), try expression(parts[1]))
        }
        let isPlain = !has(edge, .from) && !has(edge, .both) && !has(edge, .leading) && !has(edge, .trailing)
        if isPlain { return try plainCall("trim", edge) }
        return .trim(side, characters: try optionalExpression(parts.count > 1 ? parts[1] : nil), try expression(first))
    }

    @inline(never)
    func overlay(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let parts = operands(edge)
        guard has(edge, .from), parts.count >= 3 else { return try plainCall("overlay", edge) }
        return .overlay(
            try expression(parts[0]), placing: try expression(parts[1]), from: try expression(parts[2]),
            for: try optionalExpression(parts.count > 3 ? parts[3] : nil))
    }
}
