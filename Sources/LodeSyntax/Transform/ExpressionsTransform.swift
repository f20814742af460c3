/// expressions.gram -> AST: literals, names and the forms that begin with a word of their own.
import LodeCore

extension Transform {
    func expression(_ edge: Edge) throws(SQLError) -> Expression {
        if edge.isToken { return try tokenExpression(edge) }
        return try nested(at: edge) { () throws(SQLError) in
            // Parentheses around one expression leave no trace: the printer knows where they are needed.
            if rule(edge) == .parens, kids(edge).count == 1 { return try expression(try kid(edge, 0)) }
            return Expression(try expressionKind(edge), span: span(edge))
        }
    }

    func expressions(_ edges: some Sequence<Edge>) throws(SQLError) -> [Expression] {
        var list: [Expression] = []
        list.reserveCapacity(edges.underestimatedCount)
        for edge in edges { list.append(try expression(edge)) }
        return list
    }

    func optionalExpression(_ edge: Edge?) throws(SQLError) -> Expression? {
        guard let edge else { return nil }
        return try expression(edge)
    }

    private func tokenExpression(_ edge: Edge) throws(SQLError) -> Expression {
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

    /// Each rule has a function of its own: what they need on the stack must not add up in one frame.
    private func expressionKind(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        switch rule(edge) {
        case .column: try column(edge)
        case .call: .call(try call(edge))
        case .parens: .row(try expressions(kids(edge)))
        case .parenQuery: .subquery(try query(try kid(edge, 0)))
        case .star: .star(try star(edge, qualifier: nil))
        case .columnsStar: .columns(try expression(try kid(edge, 0)))
        case .lambda: try lambda(edge)
        case .variable: try variable(edge)
        case .default: .defaultValue
        case .interval: try interval(edge)
        case .typedLiteral: .literal(try typedLiteral(edge))
        case .case: try caseWhen(edge)
        case .cast: try cast(edge)
        case .extract: try extract(edge)
        case .position: try position(edge)
        case .substring: try substring(edge)
        case .trim: try trim(edge)
        case .overlay: try overlay(edge)
        case .grouping: .grouping(try expressions(kids(edge)))
        case .exists: .exists(try parenthesizedQuery(try kid(edge, 0)))
        case .row: .row(try expressions(kids(edge)))
        case .array: try array(edge)
        case .list: .array(try expressions(kids(edge)))
        case .struct: .structure(try each(kids(edge), structEntry))
        case .map: .map(try each(kids(edge), mapEntry))
        default: try operation(edge, rule(edge))
        }
    }

    @inline(never)
    private func cast(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        .cast(try expression(try kid(edge, 1)), try type(try kid(edge, 2)), isTry: has(edge, .tryCast))
    }

    @inline(never)
    private func position(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        .position(needle: try expression(try kid(edge, 0)), in: try expression(try kid(edge, 1)))
    }

    @inline(never)
    private func array(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        if let query = find(edge, .parenQuery), !has(edge, .bracket) {
            return .arrayQuery(try parenthesizedQuery(query))
        }
        return .array(try expressions(operands(edge)))
    }

    private func mapEntry(_ edge: Edge) throws(SQLError) -> MapEntry {
        MapEntry(key: try expression(try kid(edge, 0)), value: try expression(try kid(edge, 1)))
    }

    @inline(never)
    private func column(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let name = try qualifiedName(edge)
        guard let star = find(edge, .star) else { return .name(name) }
        return .star(try self.star(star, qualifier: name))
    }

    @inline(never)
    func star(_ edge: Edge, qualifier: QualifiedName?) throws(SQLError) -> Star {
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

    @inline(never)
    private func lambda(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let head = try kid(edge, 0)
        let parameters = head.isToken ? [try identifier(head)] : try identifiers(head)
        return .lambda(parameters, try expression(try kid(edge, 1)))
    }

    @inline(never)
    private func variable(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        let token = try kid(edge, 0)
        if word(token) == .question {
            parameterCount += 1
            return .parameter(.position(parameterCount))
        }
        return .parameter(.name(isString(token) ? try string(token) : try identifier(token).text))
    }

    @inline(never)
    private func interval(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        var units: [String] = []
        for kid in kids(edge) where rule(kid) == .intervalUnit { units.append(try intervalUnit(kid)) }
        guard let value = kids(edge).first(where: { isIntervalValue($0) }) else { throw mismatch(edge) }
        let (leading, last) = try intervalPrecisions(edge)
        return .interval(
            IntervalLiteral(
                value: try expression(value), isNegative: has(edge, .minus), unit: units.first,
                toUnit: units.count > 1 ? units[1] : nil, leadingPrecision: leading, precision: last))
    }

    /// The numbers behind the fields: the 3 and the 2 of `DAY(3) TO SECOND(2)`, or the one of a single field as the last.
    func intervalPrecisions(_ edge: Edge) throws(SQLError) -> (leading: Int?, last: Int?) {
        let units = kids(edge).filter { rule($0) == .intervalUnit }
        func number(_ unit: Edge?) throws(SQLError) -> Int? {
            guard let unit, let digits = kids(unit).first(where: { kind($0) == Terminal.number }) else { return nil }
            return try integer(digits)
        }
        return (units.count > 1 ? try number(units.first) : nil, try number(units.last))
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

    @inline(never)
    private func typedLiteral(_ edge: Edge) throws(SQLError) -> Literal {
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
        let spelling = words.joined(separator: " ")
        let name = Identifier(spelling == "double precision" ? "double" : spelling, span: span)
        return .typed(TypeName(.named(QualifiedName([name]), arguments), span: span), try string(last))
    }

    @inline(never)
    private func caseWhen(_ edge: Edge) throws(SQLError) -> Expression.Kind {
        var branches: [Case.Branch] = []
        for kid in kids(edge) where rule(kid) == .when {
            branches.append(
                .init(when: try expression(try self.kid(kid, 0)), then: try expression(try self.kid(kid, 1))))
        }
        return .caseWhen(
            Case(
                operand: try optionalExpression(content(edge, .caseOperand)), branches: branches,
                otherwise: try optionalExpression(content(edge, .caseElse))))
    }

    private func structEntry(_ edge: Edge) throws(SQLError) -> StructEntry {
        let key = try kid(edge, 0)
        let name = isString(key) ? Identifier(try string(key), isQuoted: true, span: span(key)) : try identifier(key)
        return StructEntry(name: name, value: try expression(try kid(edge, 1)))
    }
}
