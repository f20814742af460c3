/// WITH: what a name that stands for a query gives.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// The scope in which the tables of `with` are visible. A RECURSIVE one sees itself.
    func scope(_ scope: Scope, with: With?) throws(SQLError) -> Scope {
        guard let with else { return scope }
        var current = scope
        var seen: Set<String> = []
        for definition in with.tables {
            guard seen.insert(definition.name.text.lowercased()).inserted else {
                throw SQLError(
                    .duplicateAlias, "WITH query name \"\(definition.name.text)\" specified more than once", at: definition.name.span)
            }
            let table = CommonTable(definition, isRecursive: with.isRecursive, scope: current)
            current = current.with(CommonTableList(table, next: current.commonTables))
        }
        return current
    }

    /// Binds those tables of `with` that nothing referred to, so that their errors are found.
    func checkUnused(_ with: With?, in scope: Scope) throws(SQLError) {
        guard let with else { return }
        for definition in with.tables {
            if let table = scope.commonTables?.find(definition.name.text), !table.wasReferred {
                _ = try refer(to: table, at: definition.span)
            }
        }
    }

    /// The rows of a CTE, with columns of their own.
    func refer(to table: CommonTable, at span: SourceSpan) throws(SQLError) -> BoundQuery {
        table.wasReferred = true
        switch table.state {
        case .recursing(let number, let columns), .shared(let number, let columns):
            return read(table, number, columns)
        case .inlined: return try define(table)
        case .unbound: break
        }
        guard !table.isOpen else {
            throw SQLError(
                .invalidRecursion,
                "recursive reference to query \"\(table.definition.name.text)\" must not appear within its non-recursive term",
                at: span, hint: "Write: WITH RECURSIVE name AS (start UNION ALL step that reads name).")
        }
        let number = nextCommonTable
        nextCommonTable += 1
        let bound = try define(table)
        table.names = bound.names
        if table.definition.isMaterialized == false || !isClosed(bound.plan) {
            table.state = .inlined
            return bound
        }
        shared.append(
            SharedCommonTable(
                number: number, name: table.definition.name.text, plan: bound.plan, isFixed: table.definition.isMaterialized == true))
        table.state = .shared(number: number, columns: bound.plan.columns)
        return read(table, number, bound.plan.columns)
    }

    private func read(_ table: CommonTable, _ number: Int, _ columns: [PlanColumn]) -> BoundQuery {
        let fresh = zip(columns, table.names).map { PlanColumn(ids.fresh(), $1, $0.type, nullable: $0.nullable) }
        return BoundQuery(
            plan: .cteScan(CTEScanNode(cte: number, name: table.definition.name.text, columns: fresh)), names: table.names)
    }

    /// Whether the plan can stand at the top of the statement: it reads no outer columns and no rounds of a recursion around it.
    private func isClosed(_ plan: LogicalPlan) -> Bool {
        if !plan.freeColumns.isEmpty { return false }
        var closed: Set<Int> = Set(shared.map(\.number)), read: Set<Int> = []
        plan.visitNodes { node, _ in
            if case .cteScan(let scan) = node { read.insert(scan.cte) }
            if case .recursive(let recursion) = node { closed.insert(recursion.cte) }
        }
        return read.isSubset(of: closed)
    }

    private func define(_ table: CommonTable) throws(SQLError) -> BoundQuery {
        table.isOpen = true
        defer { table.isOpen = false }
        let definition = table.definition
        if table.isRecursive, let recursion = try bindRecursion(table) { return recursion }
        // A WITH without RECURSIVE does not see itself: its name means what it meant before.
        var bound = try bindQuery(definition.query, in: table.scope)
        bound.plan = settleColumns(bound.plan)
        return try rename(bound, definition)
    }

    private func rename(_ bound: BoundQuery, _ definition: With.CommonTable) throws(SQLError) -> BoundQuery {
        guard definition.columns.count <= bound.names.count else {
            throw SQLError(
                .invalidColumnReference,
                "table \"\(definition.name.text)\" has \(bound.names.count) columns available but "
                    + "\(definition.columns.count) columns specified",
                at: definition.name.span)
        }
        let names = bound.names.indices.map { $0 < definition.columns.count ? definition.columns[$0].text : bound.names[$0] }
        return BoundQuery(plan: bound.plan, names: names)
    }

    /// `start UNION [ALL] step`, if the step reads the CTE itself; nil if it is not recursive after all.
    private func bindRecursion(_ table: CommonTable) throws(SQLError) -> BoundQuery? {
        let definition = table.definition, query = definition.query
        guard case .setOperation(let union) = query.body, union.operator == .union, union.operands.count > 1 else {
            return nil
        }
        let seesItself = table.scope.with(CommonTableList(table, next: table.scope.commonTables))
        let inner = try scope(seesItself, with: query.with)
        let start = union.operands.dropLast()
        var anchor =
            start.count == 1
            ? try bindBody(start[0], in: inner) : try bindSetOperation(union, operands: Array(start), in: inner)
        anchor.plan = settleColumns(anchor.plan)
        anchor = try rename(anchor, definition)
        let number = nextCommonTable
        nextCommonTable += 1
        let columns = zip(anchor.plan.columns, anchor.names).map { PlanColumn(ids.fresh(), $1, $0.type) }
        table.names = anchor.names
        table.state = .recursing(number: number, columns: columns)
        table.wasReferred = false
        defer {
            table.state = .unbound
            table.wasReferred = true
        }
        let last = union.operands[union.operands.count - 1]
        let step = try bindBody(last, in: inner, keepUntyped: true)
        guard table.wasReferred else { return nil }
        if query.orderBy != nil || query.limit != nil {
            throw .unsupported(
                "ORDER BY or LIMIT in a recursive query", at: definition.span, hint: "Put it on the query that reads the CTE.")
        }
        if union.isByName { throw .unsupported("UNION BY NAME in a recursive query", at: union.span) }
        guard step.plan.columns.count == columns.count else {
            throw SQLError(.syntaxError, "each UNION query must have the same number of columns", at: union.span)
        }
        let typed = try retype(step.plan, to: columns.map(\.type)) { position, from in
            SQLError(
                .datatypeMismatch,
                "recursive query \"\(definition.name.text)\" column \(position + 1) has type \(columns[position].type) "
                    + "in non-recursive term but type \(from) overall",
                at: union.span, hint: "Cast the output of the non-recursive term to \(from).")
        }
        let node = RecursiveNode(
            cte: number, name: definition.name.text, columns: columns, anchor: anchor.plan, step: typed, isDistinct: !union.isAll)
        return BoundQuery(plan: .recursive(node), names: anchor.names)
    }
}
