/// tables.gram -> AST.
import LodeCore

extension Transform {
    func tableReferences(_ edge: Edge) throws(SQLError) -> [TableReference] {
        try each(kids(edge)) { (item) throws(SQLError) in try tableReference(item) }
    }

    @inline(never)
    func tableReference(_ edge: Edge) throws(SQLError) -> TableReference {
        try nested(at: edge) { () throws(SQLError) in
            let kind = try tableKind(edge)
            var alias: TableAlias?
            if let part = find(edge, .tableAlias) { alias = try tableAlias(part) }
            var sample: Sample?
            if let part = find(edge, .tableSample) { sample = try tableSample(part) }
            // A join in parentheses without alias is the join itself.
            if case .nested(let inner) = kind, alias == nil { return inner }
            return TableReference(kind, alias: alias, sample: sample, span: span(edge))
        }
    }

    @inline(never)
    private func tableKind(_ edge: Edge) throws(SQLError) -> TableReference.Kind {
        switch rule(edge) {
        case .namedTable:
            var travel: TimeTravel?
            if let part = find(edge, .timeTravel) { travel = try timeTravel(part) }
            if let part = find(edge, .atVersion) { travel = try atVersion(part) }
            return .table(try qualifiedName(edge, .tableName), travel)
        case .fileTable: return .file(try string(try kid(edge, 0)))
        case .functionTable:
            guard let call = find(edge, .tableCall) else { throw mismatch(edge) }
            return .function(
                try tableCall(call), isLateral: has(edge, .lateral), withOrdinality: has(edge, .ordinality))
        case .subqueryTable:
            guard let inner = find(edge, .parenQuery) else { throw mismatch(edge) }
            return .subquery(try query(inner), isLateral: has(edge, .lateral))
        case .valuesTable:
            let inner = try kid(edge, 0)
            return .subquery(
                Query(with: nil, body: try body(inner), orderBy: nil, limit: nil, span: span(inner)), isLateral: false)
        case .nestedTable: return .nested(try tableReference(try kid(edge, 0)))
        case .crossJoin: return .join(try join(edge, .cross, .none))
        case .positionalJoin: return .join(try join(edge, .positional, .none))
        case .naturalJoin: return .join(try join(edge, joinKind(edge), .natural))
        case .join: return .join(try join(edge, joinKind(edge), try constraint(edge)))
        default: throw mismatch(edge)
        }
    }

    private func joinKind(_ edge: Edge) -> Join.Kind {
        guard let kind = find(edge, .joinKind) else { return .inner }
        if has(kind, .semi) { return .semi }
        if has(kind, .anti) { return .anti }
        if has(kind, .left) { return .left }
        if has(kind, .right) { return .right }
        return has(kind, .full) ? .full : .inner
    }

    @inline(never)
    private func join(_ edge: Edge, _ kind: Join.Kind, _ constraint: Join.Constraint) throws(SQLError) -> Join {
        let sides = kids(edge).filter { isTable(rule($0)) }
        guard sides.count >= 2 else { throw mismatch(edge) }
        return Join(
            kind: kind, isAsOf: has(edge, .asof), left: try tableReference(sides[0]), right: try tableReference(sides[1]),
            constraint: constraint)
    }

    private func isTable(_ rule: Rule) -> Bool {
        switch rule {
        case .namedTable, .fileTable, .functionTable, .subqueryTable, .valuesTable, .nestedTable, .crossJoin,
            .positionalJoin, .naturalJoin, .join:
            true
        default: false
        }
    }

    @inline(never)
    private func constraint(_ edge: Edge) throws(SQLError) -> Join.Constraint {
        if let using = find(edge, .using) { return .using(try identifiers(try kid(using, 0))) }
        return .on(try expression(try lastKid(edge)))
    }

    @inline(never)
    func tableAlias(_ edge: Edge) throws(SQLError) -> TableAlias {
        var columns: [TableAlias.Column] = []
        if let list = find(edge, .aliasColumns) {
            for column in kids(list) {
                let parts = kids(column)
                columns.append(
                    .init(
                        name: try firstName(column),
                        type: parts.count > 1 ? try type(try lastKid(column)) : nil))
            }
        }
        return TableAlias(name: try firstName(edge), columns: columns)
    }

    @inline(never)
    func timeTravel(_ edge: Edge) throws(SQLError) -> TimeTravel {
        let isTimestamp = has(edge, .timestamp) || has(edge, .systemTime)
        return TimeTravel(
            unit: isTimestamp ? .timestamp : .version, value: try expression(try lastKid(edge)), span: span(edge))
    }

    /// `@v3`, `@audit`: a version by its number, or by the name of a branch or a tag.
    @inline(never)
    private func atVersion(_ edge: Edge) throws(SQLError) -> TimeTravel {
        let word = try firstName(edge).text
        let digits = word.dropFirst()
        guard word.utf8.first.map({ $0 | 0x20 }) == UInt8(ascii: "v"), !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) })
        else {
            return TimeTravel(unit: .version, value: Expression(.literal(.string(word)), span: span(edge)), span: span(edge))
        }
        return TimeTravel(unit: .version, value: Expression(.literal(.number(String(digits))), span: span(edge)), span: span(edge))
    }

    @inline(never)
    private func tableSample(_ edge: Edge) throws(SQLError) -> Sample {
        guard let amount = find(edge, .sampleAmount) else { throw mismatch(edge) }
        return Sample(
            method: try kids(edge).first(where: \.isName).map { (name) throws(SQLError) in try identifier(name) },
            // TABLESAMPLE's plain number is a percentage, by the SQL standard.
            size: try expression(try kid(amount, 0)), isPercent: !has(amount, .rows),
            seed: try optionalExpression(content(edge, .sampleSeed)), span: span(edge))
    }
}
