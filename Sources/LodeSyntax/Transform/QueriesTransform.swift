/// queries.gram -> AST.
import LodeCore

extension Transform {
    /// Any rule that stands for a query: one with clauses around its body, or the body alone.
    @inline(never)
    func query(_ edge: Edge) throws(SQLError) -> Query {
        try nested(at: edge) { () throws(SQLError) in
            switch rule(edge) {
            case .parenQuery: return try query(try kid(edge, 0))
            case .query: return try fullQuery(edge)
            default: return Query(with: nil, body: try body(edge), orderBy: nil, limit: nil, span: span(edge))
            }
        }
    }

    @inline(never)
    func parenthesizedQuery(_ edge: Edge) throws(SQLError) -> Query {
        guard rule(edge) == .parenQuery else { throw mismatch(edge) }
        return try query(try kid(edge, 0))
    }

    @inline(never)
    private func fullQuery(_ edge: Edge) throws(SQLError) -> Query {
        let with = try self.with(edge)
        guard let bodyEdge = kids(edge).first(where: { isBody(rule($0)) }) else { throw mismatch(edge) }
        let body = try body(bodyEdge)
        var order: OrderBy?
        if let part = find(edge, .orderBy) { order = try orderBy(part) }
        return Query(
            with: with, body: body, orderBy: order, limit: try limit(edge),
            locking: try each(kids(edge).filter { rule($0) == .locking }) { (kid) throws(SQLError) in try locking(kid) },
            span: span(edge))
    }

    @inline(never)
    private func locking(_ edge: Edge) throws(SQLError) -> RowLocking {
        guard let part = find(edge, .rowLock), let strength = RowLocking.Strength(rawValue: written(part)) else { throw mismatch(edge) }
        return RowLocking(
            strength: strength,
            tables: try each(kids(edge).filter { rule($0) == .tableName }) { (kid) throws(SQLError) in try qualifiedName(kid) },
            waiting: find(edge, .lockingWait).flatMap { RowLocking.Waiting(rawValue: written($0)) }, span: span(edge))
    }

    private func isBody(_ rule: Rule) -> Bool {
        switch rule {
        case .with, .orderBy, .limit, .offset, .fetch, .locking: false
        default: true
        }
    }

    /// The WITH among the children, if there is one.
    func with(_ edge: Edge) throws(SQLError) -> With? {
        guard let part = find(edge, .with) else { return nil }
        let tables = kids(part).filter { rule($0) == .cte }
        return With(
            isRecursive: has(part, .recursive),
            tables: try each(tables) { (table) throws(SQLError) in try commonTable(table) })
    }

    @inline(never)
    private func commonTable(_ edge: Edge) throws(SQLError) -> With.CommonTable {
        var columns: [Identifier] = []
        if let names = find(edge, .names) { columns = try identifiers(names) }
        return With.CommonTable(
            name: try firstName(edge), columns: columns,
            isMaterialized: has(edge, .materialized) ? !has(edge, .not) : nil, query: try query(try lastKid(edge)),
            span: span(edge))
    }

    @inline(never)
    func body(_ edge: Edge) throws(SQLError) -> QueryBody {
        switch rule(edge) {
        case .select, .fromFirst: return .select(try select(edge))
        case .union, .intersect: return try setOperation(edge)
        case .values, .inlineValues: return .values(try values(edge))
        case .tableCommand:
            let name = try kid(edge, 0)
            return .table(TableReference(.table(try qualifiedName(name), nil), alias: nil, span: span(name)))
        case .parenQuery:
            let inner = try query(edge)
            guard inner.with == nil, inner.orderBy == nil, inner.limit == nil, inner.locking.isEmpty else { return .query(inner) }
            return inner.body
        default: throw mismatch(edge)
        }
    }

    /// A flat node of UNION and EXCEPT, or of INTERSECT: runs of the same operator stay flat.
    @inline(never)
    private func setOperation(_ edge: Edge) throws(SQLError) -> QueryBody {
        var operands: [QueryBody] = []
        var current = (operator: SetOperation.Operator.union, isAll: false, isByName: false)
        var next = current
        let start = span(edge).start
        var last = edge
        func finished(_ end: Int) -> QueryBody {
            .setOperation(
                SetOperation(
                    operator: current.operator, isAll: current.isAll, isByName: current.isByName, operands: operands,
                    span: SourceSpan(start, end)))
        }
        var runs = 0
        for kid in kids(edge) {
            switch word(kid) {
            case .union: next = (.union, false, false)
            case .except: next = (.except, false, false)
            case .intersect: next = (.intersect, false, false)
            case .all: next.isAll = true
            case .by: next.isByName = true
            case .distinct, .name: break
            default:
                if operands.count == 1 { current = next }
                if operands.count > 1, next != current {
                    operands = [finished(span(last).end)]
                    current = next
                    runs += 1
                    guard runs + depth <= Machine.depthLimit else { throw Parser.tooDeep(at: span(kid)) }
                }
                operands.append(try nested(at: kid) { () throws(SQLError) in try body(kid) })
                last = kid
            }
        }
        return finished(span(edge).end)
    }

    @inline(never)
    private func select(_ edge: Edge) throws(SQLError) -> Select {
        var quantifier = Select.Quantifier.all
        if let distinct = find(edge, .distinct) {
            quantifier = kids(distinct).count > 0 ? .distinctOn(try expressions(operands(distinct))) : .distinct
        }
        var items = [SelectItem(expression: Expression(.star(Star()), span: span(edge)), alias: nil)]
        if let list = find(edge, .selectList) { items = try selectItems(list) }
        var from: [TableReference] = []
        if let part = find(edge, .from) { from = try tableReferences(part) }
        var group: GroupBy?
        if let part = find(edge, .groupBy) { group = try groupBy(part) }
        var windows: [NamedWindow] = []
        for part in kids(edge) where rule(part) == .windows {
            for item in kids(part) {
                windows.append(
                    NamedWindow(name: try firstName(item), specification: try windowSpecification(try lastKid(item))))
            }
        }
        try refuseRepeated(edge, .qualify, "QUALIFY")
        var sample: Sample?
        if let part = find(edge, .usingSample) { sample = try usingSample(part) }
        return Select(
            quantifier: quantifier, items: items, from: from, where: try optionalExpression(content(edge, .where)),
            groupBy: group, having: try optionalExpression(content(edge, .having)),
            qualify: try optionalExpression(content(edge, .qualify)), windows: windows, sample: sample, span: span(edge))
    }

    /// A clause that the grammar takes in any order may still be there only once.
    func refuseRepeated(_ edge: Edge, _ rule: Rule, _ name: String) throws(SQLError) {
        let found = kids(edge).filter { self.rule($0) == rule }
        guard found.count > 1 else { return }
        throw SQLError(.syntaxError, "\(name) is given twice", at: span(found[1]))
    }

    @inline(never)
    func selectItems(_ edge: Edge) throws(SQLError) -> [SelectItem] {
        try each(kids(edge)) { (item) throws(SQLError) in
            guard rule(item) == .selectItem else {
                return SelectItem(expression: try expression(item), alias: nil)
            }
            return SelectItem(
                expression: try expression(try kid(item, 0)), alias: try identifier(try lastKid(item)))
        }
    }

    // MARK: Clauses

    @inline(never)
    private func groupBy(_ edge: Edge) throws(SQLError) -> GroupBy {
        if has(edge, .all) { return .all }
        let items = kids(edge).filter { word($0) != .distinct }
        return .items(
            try each(items) { (item) throws(SQLError) in try groupItem(item) }, isDistinct: has(edge, .distinct))
    }

    @inline(never)
    private func groupItem(_ edge: Edge) throws(SQLError) -> GroupItem {
        try nested(at: edge) { () throws(SQLError) in
            let span = span(edge)
            switch rule(edge) {
            case .rollup: return .rollup(try groupElements(edge), span: span)
            case .cube: return .cube(try groupElements(edge), span: span)
            case .groupingSets:
                return .groupingSets(
                    try each(kids(edge)) { (item) throws(SQLError) in try groupItem(item) }, span: span)
            case .emptyGroup: return .set([], span: span)
            case .parens where kids(edge).count > 1: return .set(try expressions(kids(edge)), span: span)
            default: return .expression(try expression(edge))
            }
        }
    }

    private func groupElements(_ edge: Edge) throws(SQLError) -> [[Expression]] {
        try each(kids(edge)) { (item) throws(SQLError) in
            rule(item) == .parens ? try expressions(kids(item)) : [try expression(item)]
        }
    }

    @inline(never)
    private func orderBy(_ edge: Edge) throws(SQLError) -> OrderBy {
        if let all = find(edge, .orderAll) { return .all(isDescending: has(all, .desc), nullsFirst: nullsFirst(all)) }
        return .items(try orderItems(edge))
    }

    @inline(never)
    private func limit(_ edge: Edge) throws(SQLError) -> Limit? {
        try refuseRepeated(edge, .limit, "LIMIT")
        try refuseRepeated(edge, .offset, "OFFSET")
        try refuseRepeated(edge, .fetch, "FETCH")
        var limit: Limit?
        func include(_ part: Edge) {
            var new = limit ?? Limit(count: nil, isPercent: false, withTies: false, offset: nil, span: span(part))
            new.span = new.span.union(span(part))
            limit = new
        }
        if let part = find(edge, .limit) {
            include(part)
            if !has(part, .all) { limit?.count = try expression(try kid(part, 0)) }
            limit?.isPercent = has(part, .percent) || has(part, .percentSign)
        }
        if let part = find(edge, .fetch) {
            guard limit == nil else { throw SQLError(.syntaxError, "LIMIT and FETCH cannot both be given", at: span(part)) }
            include(part)
            limit?.count = Expression(.literal(.number("1")), span: span(part))
            if let count = find(part, .fetchCount) {
                limit?.count = try expression(try kid(count, 0))
                limit?.isPercent = has(count, .percent)
            }
            limit?.withTies = has(part, .ties)
        }
        if let part = find(edge, .offset) {
            include(part)
            limit?.offset = try expression(try kid(part, 0))
        }
        return limit
    }

    // MARK: VALUES and samples

    @inline(never)
    func values(_ edge: Edge) throws(SQLError) -> Values {
        if let literals = try literalRows(edge) { return Values(literals: literals, span: span(edge)) }
        return Values(
            rows: try each(kids(edge)) { (row) throws(SQLError) in try expressions(kids(row)) }, span: span(edge))
    }

    /// The compact form, or nil if some cell is no literal or rows differ in length.
    @inline(never)
    private func literalRows(_ edge: Edge) throws(SQLError) -> LiteralRows? {
        let rows = kids(edge)
        guard let first = rows.first else { return nil }
        let width = kids(first).count
        var cells: [Literal] = []
        var spans: [(start: UInt32, end: UInt32)] = []
        cells.reserveCapacity(rows.count * width)
        spans.reserveCapacity(rows.count * width)
        for row in rows {
            let parts = kids(row)
            guard parts.count == width else { return nil }
            for part in parts {
                guard let cell = try cell(part) else { return nil }
                cells.append(cell)
                let span = span(part)
                spans.append((UInt32(truncatingIfNeeded: span.start), UInt32(truncatingIfNeeded: span.end)))
            }
        }
        return LiteralRows(columnCount: width, cells: cells, spans: spans)
    }

    private func cell(_ edge: Edge) throws(SQLError) -> Literal? {
        if edge.isToken { return try literal(edge) }
        switch rule(edge) {
        case .negative:
            return .number("-" + number(try lastKid(edge).index))
        case .typedLiteral:
            guard case .literal(let literal) = try expression(edge).kind else { return nil }
            return literal
        default: return nil
        }
    }

    @inline(never)
    private func usingSample(_ edge: Edge) throws(SQLError) -> Sample {
        guard let size = find(edge, .sampleSize) else { throw mismatch(edge) }
        var method = kids(edge).first(where: \.isName)
        if let part = content(edge, .sampleMethod) { method = part }
        return Sample(
            method: try method.map { (name) throws(SQLError) in try identifier(name) },
            size: try expression(try kid(size, 0)), isPercent: has(size, .percent) || has(size, .percentSign),
            seed: try optionalExpression(content(edge, .sampleSeed)), span: span(edge))
    }
}
