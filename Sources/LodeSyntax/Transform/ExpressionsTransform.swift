/// expressions.gram -> AST: literals, names and the forms that begin with a word of their own.
import LodeCore

extension Transform {
    mutating func expression(_ edge: Edge) throws(SQLError) -> Expression {
        if edge.isToken { return try tokenExpression(edge) }
        return try nested(at: edge) { (my) throws(SQLError) in
            // Parentheses around one expression leave no trace: the printer knows where they are needed.
            if my.rule(edge) == .parens, my.kids(edge).count == 1 { return try my.expression(try my.kid(edge, 0)) }
            return Expression(try my.expressionKind(edge), span: my.span(edge))
        }
    }

    mutating func expressions(_ edges: some Sequence<Edge>) throws(SQLError) -> [Expression] {
        var list: [Expression] = []
        list.reserveCapacity(edges.underestimatedCount)
        for edge in edges { list.append(try expression(edge)) }
        return list
    }

    mutating func optionalExpression(_ edge: Edge?) throws(SQLError) -> Expression? {
        guard let edge else { return nil }
        return try expression(edge)
    }

    private mutating func tokenExpression(_ edge: Edge) throws(SQLError) -> Expression {
        let span = span(edge)
        if let literal = try literal(edge) { return Expression(.literal(literal), span: span) }
        if kind(edge) == Terminal.parameter {
            guard let number = Int(rawText(edge.index).dropFirst()), number > 0, number <= 65535 else {
                throw SQLError(.undefinedParameter, "there is no parameter \(rawText(edge.index))", at: span)
            }
            parameterCount = max(parameterCount, number)
            return Expression(.parameter(.position(number)), span: span)
        }
        let call = FunctionCall(
            name: QualifiedName([Identifier(foldedText(edge.index), span: span)]), arguments: [], isBareWord: true)
        return Expression(.call(call), span: span)
    }

    /// The literal that a token is, if it is one.
    func literal(_ edge: Edge) throws(SQLError) -> Literal? {
        switch kind(edge) {
        case Terminal.number: return .number(number(edge.index))
        case Terminal.string: return .string(try string(edge))
        case Terminal.blob:
            let span = span(edge)
            return .blob(try StringLiteral.blob(text[span.start..<span.end], at: span))
        default: break
        }
        switch word(edge) {
        case .true: return .boolean(true)
        case .false: return .boolean(false)
        case .null: return .null
        default: return nil
        }
    }

    private mutating func expressionKind(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let rule = rule(edge)
        switch rule {
        case .column: return try column(edge)
        case .call: return .call(try call(edge))
        case .parens: return .row(try expressions(kids(edge)))
        case .parenQuery: return .subquery(try query(try kid(edge, 0)))
        case .star: return .star(try star(edge, qualifier: nil))
        case .columnsStar: return .columns(try expression(try kid(edge, 0)))
        case .lambda: return try lambda(edge)
        case .variable: return .parameter(try variable(edge))
        case .default: return .defaultValue
        case .interval: return .interval(try interval(edge))
        case .typedLiteral: return .literal(try typedLiteral(edge))
        case .case: return .caseWhen(try caseWhen(edge))
        case .cast:
            return .cast(try expression(try kid(edge, 1)), try type(try kid(edge, 2)), isTry: has(edge, .tryCast))
        case .extract: return try extract(edge)
        case .position: return .position(needle: try expression(try kid(edge, 0)), in: try expression(try kid(edge, 1)))
        case .substring: return try substring(edge)
        case .trim: return try trim(edge)
        case .overlay: return try overlay(edge)
        case .grouping: return .grouping(try expressions(kids(edge)))
        case .exists: return .exists(try parenthesizedQuery(try kid(edge, 0)))
        case .row: return .row(try expressions(kids(edge)))
        case .array:
            if let query = find(edge, .parenQuery), !has(edge, .bracket) {
                return .arrayQuery(try parenthesizedQuery(query))
            }
            return .array(try expressions(operands(edge)))
        case .list: return .array(try expressions(kids(edge)))
        case .struct:
            return .structure(try each(kids(edge)) { (my, entry) throws(SQLError) in try my.structEntry(entry) })
        case .map:
            return .map(
                try each(kids(edge)) { (my, entry) throws(SQLError) in
                    MapEntry(
                        key: try my.expression(try my.kid(entry, 0)), value: try my.expression(try my.kid(entry, 1)))
                })
        default: return try operation(edge, rule)
        }
    }

    private mutating func column(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let name = try qualifiedName(edge)
        guard let star = find(edge, .star) else { return .name(name) }
        return .star(try self.star(star, qualifier: name))
    }

    mutating func star(_ edge: Edge, qualifier: QualifiedName?) throws(SQLError) -> Star {
        var exclude: [QualifiedName] = []
        if let part = find(edge, .starExclude) {
            if let names = find(part, .starNames) {
                for name in kids(names) { exclude.append(try qualifiedName(name)) }
            } else {
                exclude.append(QualifiedName([try firstName(part)]))
            }
        }
        var replace: [Star.Replacement] = []
        if let part = find(edge, .starReplace) {
            for item in kids(part) {
                replace.append(
                    .init(expression: try expression(try kid(item, 0)), column: try identifier(try kid(item, 1))))
            }
        }
        var rename: [Star.Renaming] = []
        if let part = find(edge, .starRename) {
            for item in kids(part) {
                rename.append(
                    .init(column: try qualifiedName(try kid(item, 0)), newName: try identifier(try kid(item, 1))))
            }
        }
        return Star(qualifier: qualifier, exclude: exclude, replace: replace, rename: rename)
    }

    private mutating func lambda(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let head = try kid(edge, 0)
        let parameters = head.isToken ? [try identifier(head)] : try identifiers(head)
        return .lambda(parameters, try expression(try kid(edge, 1)))
    }

    private mutating func variable(_ edge: Edge) throws(SQLError) -> Parameter {
        let token = try kid(edge, 0)
        if word(token) == .question {
            parameterCount += 1
            return .position(parameterCount)
        }
        return .name(isString(token) ? try string(token) : try identifier(token).text)
    }

    private mutating func interval(_ edge: Edge) throws(SQLError) -> IntervalLiteral {
        var units: [String] = []
        for kid in kids(edge) where rule(kid) == .intervalUnit { units.append(try intervalUnit(kid)) }
        guard let value = kids(edge).first(where: { isIntervalValue($0) }) else { throw mismatch(edge) }
        return IntervalLiteral(
            value: try expression(value), isNegative: has(edge, .minus), unit: units.first,
            toUnit: units.count > 1 ? units[1] : nil)
    }

    private func isIntervalValue(_ edge: Edge) -> Bool {
        edge.isToken ? isValue(edge) : rule(edge) != .intervalUnit
    }

    /// A unit's name, singular.
    func intervalUnit(_ edge: Edge) throws(SQLError) -> String {
        let name = foldedText(try kid(edge, 0).index)
        switch name {
        case "centuries": return "century"
        case "millennia": return "millennium"
        default: return name.hasSuffix("s") ? String(name.dropLast()) : name
        }
    }

    private mutating func typedLiteral(_ edge: Edge) throws(SQLError) -> Literal {
        let last = try lastKid(edge)
        let head = kids(edge).dropLast()
        guard let first = head.first else { throw mismatch(edge) }
        let span = span(first)
        guard !first.isName else {
            let type = TypeName(.named(QualifiedName([try identifier(first)]), []), span: span)
            return .typed(type, try string(last))
        }
        var words: [String] = []
        var arguments: [TypeArgument] = []
        for part in head {
            if kind(part) == Terminal.number {
                arguments.append(.number(try integer(part)))
            } else {
                words.append(foldedText(part.index))
            }
        }
        let name = Identifier(words.joined(separator: " "), span: span)
        return .typed(TypeName(.named(QualifiedName([name]), arguments), span: span), try string(last))
    }

    private mutating func caseWhen(_ edge: Edge) throws(SQLError) -> Case {
        var branches: [Case.Branch] = []
        for kid in kids(edge) where rule(kid) == .when {
            branches.append(
                .init(when: try expression(try self.kid(kid, 0)), then: try expression(try self.kid(kid, 1))))
        }
        return Case(
            operand: try optionalExpression(content(edge, .caseOperand)), branches: branches,
            otherwise: try optionalExpression(content(edge, .caseElse)))
    }

    private mutating func structEntry(_ edge: Edge) throws(SQLError) -> StructEntry {
        let key = try kid(edge, 0)
        let name = isString(key) ? Identifier(try string(key), isQuoted: true, span: span(key)) : try identifier(key)
        return StructEntry(name: name, value: try expression(try kid(edge, 1)))
    }
}
