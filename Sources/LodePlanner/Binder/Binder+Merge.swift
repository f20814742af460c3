/// MERGE: the rows of a table and of a source side by side, and what the first WHEN that holds makes of them.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// The rows that go, come or change:
    ///
    ///     source LEFT | RIGHT | FULL | INNER JOIN target ON …      as the kinds of WHEN need it
    ///       └─ number of the first WHEN that holds, rows without one left out
    ///            └─ new row, by that number
    ///
    /// - Throws: `42601` for a WHEN that is never reached; `42703`, `42P01` for columns of the side that a WHEN has no row of.
    package func bind(merge: Merge, into target: ChangeTarget) throws(SQLError) -> BoundChange {
        try check(merge.clauses)
        let outer = try scope(Scope.empty, with: merge.with)
        var binding = try MergeBinding(self, merge, target, outer)
        try binding.choose()
        let outcome = try binding.newRows()
        mergeAction = outcome.action
        defer { mergeAction = nil }
        var bound = try change(
            outcome.plan, row: outcome.row, of: binding.target, isWritten: outcome.isWritten,
            repetition: .refused, returning: merge.returning, from: outcome.from, outer, merge.with)
        bound.countedColumns = countedColumns
        bound.dependsOnAbsence = merge.clauses.contains { $0.match == .notMatched }
        return bound
    }

    /// The source under its names, with a column that is true in each of its rows.
    fileprivate func bindSource(_ merge: Merge, _ outer: Scope) throws(SQLError) -> (relation: BoundRelation, mark: PlanColumn) {
        var relation = try bindItem(merge.source, outer: outer, lateral: outer)
        let mark = PlanColumn(ids.fresh(), "in source", .boolean, nullable: false)
        relation.plan = .project(
            ProjectNode(input: relation.plan, items: ProjectNode.Item.passing(relation.plan.columns) + [.init(mark, .true)]))
        return (relation, mark)
    }

    private func check(_ clauses: [Merge.Clause]) throws(SQLError) {
        var closed: [Merge.Match] = []
        for clause in clauses {
            var inserts = false, doesNothing = false
            switch clause.action {
            case .insert, .insertAll: inserts = true
            case .doNothing: doesNothing = true
            case .update, .updateAll, .delete: break
            }
            if !doesNothing, inserts != (clause.match == .notMatched) {
                throw SQLError(
                    .syntaxError, inserts ? "WHEN MATCHED cannot INSERT" : "WHEN NOT MATCHED [BY TARGET] can only INSERT or DO NOTHING",
                    at: clause.span)
            }
            if closed.contains(clause.match) {
                throw SQLError(
                    .syntaxError, "unreachable WHEN clause specified after unconditional WHEN clause", at: clause.span)
            }
            if clause.condition == nil { closed.append(clause.match) }
        }
    }
}

/// A MERGE while it is bound.
private struct MergeBinding {
    let binder: Binder
    let merge: Merge
    let table: InsertTarget
    let target: BoundTarget
    let source: BoundRelation
    let sourceMark: PlanColumn
    let outer: Scope
    /// Both sides' names.
    let from: FromScope
    var plan: LogicalPlan
    /// The number of the WHEN that holds.
    let action: PlanColumn

    init(_ binder: Binder, _ merge: Merge, _ target: ChangeTarget, _ outer: Scope) throws(SQLError) {
        self.binder = binder
        self.merge = merge
        self.outer = outer
        table = target.table
        self.target = try binder.bindTarget(merge.target, target)
        (source, sourceMark) = try binder.bindSource(merge, outer)
        let keepsSource = merge.clauses.contains { $0.match == .notMatched }
        let keepsTarget = merge.clauses.contains { $0.match == .notMatchedBySource }
        let kind: Join.Kind = keepsSource ? (keepsTarget ? .full : .left) : keepsTarget ? .right : .inner
        let joined = try binder.joined(
            kind, source, self.target.relation, .on(merge.condition), outer: outer, at: merge.source.span)
        from = joined.from
        plan = joined.plan
        action = PlanColumn(binder.ids.fresh(), "when", .integer)
    }

    // MARK: Which WHEN holds

    /// Puts the number of the first WHEN that holds beside each row, and leaves out rows with which nothing is done.
    mutating func choose() throws(SQLError) {
        var conditions: [BoundExpression] = [], results: [BoundExpression] = []
        for (number, clause) in merge.clauses.enumerated() {
            var parts = match(clause.match)
            if let condition = clause.condition {
                parts.append(try binder.bindCondition(condition, scope(of: clause.match, .mergeWhen), of: "WHEN"))
            }
            conditions.append(.conjunction(parts))
            if case .doNothing = clause.action {
                results.append(.constant(.null, .integer))
            } else {
                results.append(.constant(.integer(Int64(number)), .integer))
            }
        }
        results.append(.constant(.null, .integer))
        let chosen = ProjectNode.Item(action, .conditional(conditions, results))
        plan = .project(ProjectNode(input: plan, items: ProjectNode.Item.passing(plan.columns) + [chosen]))
        plan = .filter(FilterNode(input: plan, predicate: .not(.isNull(action.reference))))
    }

    private func match(_ match: Merge.Match) -> [BoundExpression] {
        let hasTarget = BoundExpression.not(.isNull(target.file.reference)), hasSource = BoundExpression.not(.isNull(sourceMark.reference))
        return switch match {
        case .matched: [hasTarget, hasSource]
        case .notMatched: [.isNull(target.file.reference)]
        case .notMatchedBySource: [.isNull(sourceMark.reference)]
        }
    }

    /// What a WHEN sees: the sides that it has a row of.
    private func scope(of match: Merge.Match, _ clause: Clause) -> Scope {
        let names =
            switch match {
            case .matched: from
            case .notMatched: source.from
            case .notMatchedBySource: target.relation.from
            }
        return Scope(parent: outer, from: names, clause: clause)
    }

    // MARK: New rows

    struct Outcome {
        var plan: LogicalPlan
        /// The new row; empty if rows only go.
        var row: [PlanColumn] = []
        /// Nil where every row has a new one.
        var isWritten: PlanColumn?
        /// What RETURNING sees.
        var from: FromScope
        /// 'INSERT', 'UPDATE' or 'DELETE'.
        var action: BoundExpression
    }

    func newRows() throws(SQLError) -> Outcome {
        let writing = merge.clauses.indices.filter { writes(merge.clauses[$0].action) }
        var outcome = Outcome(plan: plan, from: from, action: actionName())
        if writing.isEmpty { return outcome }
        var isWritten: BoundExpression?
        if merge.clauses.contains(where: { if case .delete = $0.action { true } else { false } }) {
            let mark = PlanColumn(binder.ids.fresh(), "is written", .boolean, nullable: false)
            let numbers = writing.map { BoundExpression.constant(.integer(Int64($0)), .integer) }
            let flag = BoundExpression.isIn(action.reference, numbers)
            outcome.plan = .project(
                ProjectNode(input: outcome.plan, items: ProjectNode.Item.passing(outcome.plan.columns) + [.init(mark, flag)]))
            outcome.isWritten = mark
            isWritten = mark.reference
        }
        let values = try values(of: writing, &outcome.plan)
        (outcome.plan, outcome.row) = try binder.newRow(values, over: outcome.plan, table, isWritten: isWritten)
        try showRows(&outcome, isWritten)
        return outcome
    }

    private func writes(_ action: Merge.Action) -> Bool {
        switch action {
        case .update, .updateAll, .insert, .insertAll: true
        case .delete, .doNothing: false
        }
    }

    /// Each column's new value by the number of the WHEN.
    private func values(of writing: [Int], _ plan: inout LogicalPlan) throws(SQLError) -> [Int: BoundExpression] {
        var byClause: [(number: Int, values: [Int: BoundExpression])] = [], next: [Int: BoundExpression] = [:]
        (plan, next) = try binder.counting(countedColumns(writing), table, over: plan)
        for number in writing {
            var assigned = try self.values(of: merge.clauses[number], next)
            if !assigned.rows.isEmpty {
                // A query that gives several columns their values is only to be computed where its WHEN holds.
                let condition = chosen(number)
                for index in assigned.rows.indices {
                    let row = assigned.rows[index].expression
                    assigned.rows[index].expression = .conditional([condition], [row, .constant(.null, row.type)])
                }
                plan = .project(ProjectNode(input: plan, items: ProjectNode.Item.passing(plan.columns) + assigned.rows))
            }
            byClause.append((number, assigned.values))
        }
        var values: [Int: BoundExpression] = [:]
        // Of rows that stay, only those have no new one that go: where none does, the last WHEN is what is left.
        let isComplete = merge.clauses.allSatisfy { if case .delete = $0.action { false } else { true } }
        let conditions = (isComplete ? byClause.dropLast() : byClause[...]).map { chosen($0.number) }
        for (position, field) in table.schema.fields.enumerated() where table.generated[position] == nil {
            var results = byClause.map { $0.values[position] ?? .constant(.null, field.type) }
            if !isComplete { results.append(.constant(.null, field.type)) }
            values[position] = results.count == 1 ? results[0] : .conditional(conditions, results)
        }
        return values
    }

    private func chosen(_ number: Int) -> BoundExpression {
        .comparison(.equal, action.reference, .constant(.integer(Int64(number)), .integer), nil)
    }

    /// Identity columns that new rows of some WHEN bring no value of.
    private func countedColumns(_ writing: [Int]) -> Set<Int> {
        var counted: Set<Int> = []
        for number in writing {
            switch merge.clauses[number].action {
            case .insert(let columns, let values):
                let given = columns.isEmpty
                    ? Array(0..<values.count) : columns.compactMap { table.schema.index(of: $0.text) }
                let defaults = zip(given, values).filter { if case .defaultValue = $1.kind { true } else { false } }.map(\.0)
                counted.formUnion(binder.counted(table, given: Set(given).subtracting(defaults)))
            case .insertAll: counted.formUnion(table.identities.keys.filter { table.isComputed($0) })
            case .update, .updateAll, .delete, .doNothing: break
            }
        }
        return counted
    }

    /// - Parameter next: values of identity columns for a new row.
    private func values(of clause: Merge.Clause, _ next: [Int: BoundExpression]) throws(SQLError) -> Binder.Assignments {
        switch clause.action {
        case .update(let assignments):
            var set = try binder.assignments(assignments, target, table, scope(of: clause.match, .update))
            set.values = binder.kept(target, table).merging(set.values) { $1 }
            return set
        case .updateAll: return try sameNamed(clause, binder.kept(target, table))
        case .insert(let columns, let values): return try inserted(columns, values, clause, next)
        case .insertAll: return try sameNamed(clause, next)
        case .delete, .doNothing: return Binder.Assignments()
        }
    }

    /// `UPDATE SET *`, `INSERT *`: the source's columns of the same names.
    /// - Parameter counted: what columns have that take no values.
    private func sameNamed(_ clause: Merge.Clause, _ counted: [Int: BoundExpression]) throws(SQLError) -> Binder.Assignments {
        var result = Binder.Assignments()
        guard clause.match != .notMatchedBySource else {
            throw SQLError(.syntaxError, "* needs a source row, which WHEN NOT MATCHED BY SOURCE has not", at: clause.span)
        }
        for (position, field) in table.schema.fields.enumerated() where table.generated[position] == nil {
            if table.isComputed(position) {
                result.values[position] = counted[position]
                continue
            }
            // A table that grows may have more than its sources.
            if merge.evolvesSchema, source.from.find(field.name).isEmpty {
                if let kept = counted[position] {
                    result.values[position] = kept
                } else {
                    result.values[position] = try binder.defaultValue(position, table, at: clause.span)
                }
                continue
            }
            let column = try source.from.visible(named: Identifier(field.name, isQuoted: true, span: clause.span)).column
            result.values[position] = try binder.assigned(column.reference, position, table, at: clause.span)
        }
        return result
    }

    private func inserted(
        _ columns: [Identifier], _ values: [Expression], _ clause: Merge.Clause, _ next: [Int: BoundExpression]
    ) throws(SQLError) -> Binder.Assignments {
        var positions: [Int] = []
        for name in columns {
            let position = try binder.position(ofTarget: QualifiedName([name]), target, table)
            if positions.contains(position) {
                throw SQLError(.duplicateColumn, "column \"\(name.text)\" specified more than once", at: name.span)
            }
            positions.append(position)
        }
        if columns.isEmpty { positions = Array(table.schema.fields.indices.prefix(max(values.count, 0))) }
        if values.count > positions.count {
            throw SQLError(.syntaxError, "INSERT has more expressions than target columns", at: values[positions.count].span)
        }
        if values.count < positions.count {
            throw SQLError(.syntaxError, "INSERT has more target columns than expressions", at: columns[values.count].span)
        }
        var result = Binder.Assignments()
        let scope = scope(of: clause.match, .mergeInsert)
        for (value, position) in zip(values, positions) {
            if case .defaultValue = value.kind { continue }
            result.values[position] = try binder.assigned(try binder.bindLoose(value, scope), position, table, at: value.span)
        }
        for position in table.schema.fields.indices where result.values[position] == nil && table.generated[position] == nil {
            if let value = next[position] {
                result.values[position] = value
            } else {
                result.values[position] = try binder.defaultValue(position, table, at: clause.span)
            }
        }
        return result
    }

    // MARK: RETURNING

    /// RETURNING sees the new row, or the old one of a row that only goes.
    private func showRows(_ outcome: inout Outcome, _ isWritten: BoundExpression?) throws(SQLError) {
        var shown = outcome.row
        if let isWritten, !merge.returning.isEmpty {
            var items: [ProjectNode.Item] = []
            for (position, old) in target.columns.enumerated() {
                let new = outcome.row[position]
                shown[position] = PlanColumn(binder.ids.fresh(), new.name, new.type)
                items.append(.init(shown[position], .conditional([isWritten], [new.reference, old.reference])))
            }
            outcome.plan = .project(
                ProjectNode(input: outcome.plan, items: ProjectNode.Item.passing(outcome.plan.columns) + items))
        }
        let replaced = Dictionary(zip(target.columns.map(\.id), shown), uniquingKeysWith: { first, _ in first })
        outcome.from = from.replacing(replaced)
    }

    private func actionName() -> BoundExpression {
        var conditions: [BoundExpression] = [], results: [BoundExpression] = []
        for (number, clause) in merge.clauses.enumerated() {
            let name: String
            switch clause.action {
            case .update, .updateAll: name = "UPDATE"
            case .insert, .insertAll: name = "INSERT"
            case .delete: name = "DELETE"
            case .doNothing: continue
            }
            conditions.append(chosen(number))
            results.append(.constant(.text(SQLText(name)), .varchar))
        }
        return .conditional(conditions, results + [.constant(.null, .varchar)])
    }
}
