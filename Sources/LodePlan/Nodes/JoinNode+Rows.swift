/// What a join does to the rows of its sides.

import LodeCore

extension JoinNode {
    /// All that a pair of rows must satisfy, as conjuncts.
    package var conditions: [BoundExpression] {
        keys.map { .comparison($0.matchesNull ? .isNotDistinct : .equal, $0.left, $0.right, nil) } + (residual?.conjuncts ?? [])
    }

    package var maxRows: Int? {
        if kind.givesLeftRowsOnce { return left.maxRows }
        guard let left = left.maxRows, let right = right.maxRows else { return nil }
        let (pairs, overflow) = max(left, 1).multipliedReportingOverflow(by: max(right, 1))
        if overflow { return nil }
        // Where nothing matches, a full join gives both sides one after the other.
        return kind == .full ? max(pairs, left.addingReportingOverflow(right).partialValue) : pairs
    }

    package var isEmptyForEmptyInput: Bool { true }

    package func simplified(forEmpty empty: [Bool]) -> LogicalPlan? {
        // No pair matches.
        switch kind {
        case .inner, .semi: return .empty(columns)
        case .left, .single: return empty[0] ? .empty(columns) : filled(left)
        case .right: return empty[1] ? .empty(columns) : filled(right)
        case .full: return empty[0] && empty[1] ? .empty(columns) : filled(empty[0] ? right : left)
        case .anti: return left
        case .mark(let column, _):
            if empty[0] { return .empty(columns) }
            return .project(ProjectNode(input: left, items: ProjectNode.Item.passing(left.columns) + [.init(column, .false)]))
        }
    }

    /// What is left of the join where its condition, unlike its inputs, lets no pair through.
    package var withoutMatches: LogicalPlan? {
        switch kind {
        case .full: nil
        // A condition that is never true may be NULL.
        case .mark(_, isNullAware: true): nil
        case .inner, .left, .right, .semi, .anti, .single, .mark:
            // That is what a side without rows would do, on the side that makes no rows by itself.
            simplified(forEmpty: kind == .right ? [true, false] : [false, true])
        }
    }

    /// `plan` with NULLs for the columns that it doesn't have.
    private func filled(_ plan: LogicalPlan) -> LogicalPlan {
        let present = plan.columnIDs
        return .project(
            ProjectNode(input: plan, items: columns.map { .init($0, present.contains($0.id) ? $0.reference : .constant(.null, $0.type)) }))
    }

    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate {
        let left = inputs[0], right = inputs[1], conditions = conditions
        let rows: Double
        switch kind {
        case .inner: rows = JoinEstimate.rows(left, right, conditions)
        case .right: rows = right.rows * JoinEstimate.factor(.left, right, left, conditions)
        case .full: rows = max(JoinEstimate.rows(left, right, conditions), left.rows + right.rows)
        case .left, .semi, .anti, .single, .mark: rows = left.rows * JoinEstimate.factor(kind, left, right, conditions)
        }
        return kept(left, right, estimatedRows ?? rows)
    }

    private func kept(_ left: RelationEstimate, _ right: RelationEstimate, _ rows: Double) -> RelationEstimate {
        switch kind {
        case .semi, .anti: return left.scaled(to: rows)
        case .mark(let column, _):
            var result = left
            result.columns[column.id] = ColumnEstimate(distinct: 2, isBound: false, nullFraction: 0)
            return result
        case .inner, .right, .full: return JoinEstimate.combined(left, right, rows)
        case .left, .single:
            var result = JoinEstimate.combined(left, right, rows)
            // Rows without a match have NULL in the right columns.
            let missing = 1 - JoinEstimate.matching(left, right, conditions)
            for id in right.columns.keys {
                guard let known = result.columns[id]?.nullFraction else { continue }
                result.columns[id]?.nullFraction = max(known, missing)
            }
            return result
        }
    }

    package var ignoresOrder: Bool { true }

    /// The side that the column comes from, if the join only drops or repeats its rows; and the other side, by an equality
    /// with the column: what it loses could only have met rows that are dropped above.
    package func origins(of id: ColumnID) -> [ColumnOrigin] {
        let fromLeft = left.origin(of: id, asInput: 0)
        let isLeft = !fromLeft.isEmpty
        switch kind {
        case .inner: break
        case .left, .semi, .anti, .single, .mark: if !isLeft { return [] }
        case .right: if isLeft { return [] }
        case .full: return []
        }
        var origins = isLeft ? fromLeft : right.origin(of: id, asInput: 1)
        // A NULL that the right side of a NULL-aware mark loses would make unknown marks false.
        if case .mark(_, isNullAware: true) = kind { return origins }
        for key in keys where !key.matchesNull {
            guard (isLeft ? key.left : key.right).isColumn(id) else { continue }
            origins.append(ColumnOrigin(isLeft ? 1 : 0, isLeft ? key.right : key.left))
        }
        return origins
    }

    /// Every left row gives at least one row, so the first ones suffice.
    package func needsOnlyFirstRows(of input: Int) -> Bool {
        switch kind {
        case .left, .single, .mark: input == 0
        case .inner, .right, .full, .semi, .anti: false
        }
    }

    /// The left side, where it probes. A right row that finds no partner comes at the end in right and full joins.
    package func streams(_ input: Int) -> Bool {
        switch kind {
        case .right, .full: false
        case .inner, .left, .semi, .anti, .mark, .single: input == 0 && !buildsLeft
        }
    }
}
