/// Joins: conditions are split into keys where each side is clear, USING and NATURAL merge columns.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    func bindJoin(_ join: Join, _ span: SourceSpan, outer: Scope, lateral: Scope) throws(SQLError) -> BoundRelation {
        if join.isAsOf {
            throw .unsupported("ASOF JOIN", at: span, hint: "Use a LATERAL subquery with ORDER BY … LIMIT 1, or a window function.")
        }
        if join.kind == .positional {
            throw .unsupported("POSITIONAL JOIN", at: span, hint: "Number the rows with row_number(), and join on it.")
        }
        let left = try bindItem(join.left, outer: outer, lateral: lateral)
        let beside = Scope(parent: lateral, from: left.from, clause: .from)
        let right = try bindItem(join.right, outer: outer, lateral: beside)
        return try joined(join.kind, left, right, join.constraint, outer: outer, at: join.right.span)
    }

    /// Two relations joined.
    func joined(
        _ kind: Join.Kind, _ left: BoundRelation, _ right: BoundRelation, _ constraint: Join.Constraint, outer: Scope, at span: SourceSpan
    ) throws(SQLError) -> BoundRelation {
        let both = try left.from.joined(with: right.from, at: span)
        let isDependent = readsFrom(left.plan, right.plan)
        if isDependent, kind == .right || kind == .full {
            throw SQLError(
                .invalidColumnReference, "the combining JOIN type must be INNER or LEFT for a LATERAL reference", at: span)
        }
        var condition = BoundJoinCondition()
        switch constraint {
        case .none:
            if kind != .cross {
                throw SQLError(
                    .syntaxError, "\(kind.rawValue) JOIN needs a condition", at: span, hint: "Write ON … or USING (…), or CROSS JOIN.")
            }
        case .on(let expression):
            let scope = Scope(parent: outer, from: both, clause: .joinOn)
            condition.conjuncts = try bindCondition(expression, scope, of: "JOIN/ON").conjuncts
        case .using(let names): try condition.use(try names.map { (n) throws(SQLError) in try pair(n, left, right) }, self)
        case .natural: try condition.use(try shared(left, right, at: span), self)
        }
        let plan =
            isDependent
            ? dependent(kind, left.plan, right.plan, condition) : independent(kind, left.plan, right.plan, condition)
        let result = BoundRelation(plan: plan, from: visible(kind, left.from, right.from, both))
        return condition.pairs.isEmpty || kind == .semi || kind == .anti ? result : try merging(condition.pairs, kind, result)
    }

    private func readsFrom(_ left: LogicalPlan, _ right: LogicalPlan) -> Bool {
        if case .scan = right { return false }
        return !right.freeColumns.isDisjoint(with: left.columnIDs)
    }

    private func visible(_ kind: Join.Kind, _ left: FromScope, _ right: FromScope, _ both: FromScope) -> FromScope {
        switch kind {
        case .semi, .anti: return left
        case .left: return (try? left.joined(with: right.nullable(), at: SourceSpan(0, 0))) ?? both
        case .right: return (try? left.nullable().joined(with: right, at: SourceSpan(0, 0))) ?? both
        case .full: return both.nullable()
        default: return both
        }
    }

    private func independent(_ kind: Join.Kind, _ left: LogicalPlan, _ right: LogicalPlan, _ condition: BoundJoinCondition) -> LogicalPlan {
        let isInner = kind == .inner || kind == .cross
        // A subquery in the condition of an inner join filters the joined rows, and guards what can fail behind it.
        var on: [BoundExpression] = [], above: [BoundExpression] = []
        for part in condition.conjuncts {
            if isInner, part.hasSubquery || (!above.isEmpty && part.canFail) { above.append(part) } else { on.append(part) }
        }
        let parts = JoinCondition(on, left.columnIDs, right.columnIDs, kind.planned)
        let join = LogicalPlan.join(JoinNode(kind: kind.planned, left: left, right: right, keys: parts.keys, residual: parts.residual))
        return above.isEmpty ? join : .filter(FilterNode(input: join, predicate: .conjunction(above)))
    }

    /// A join whose right side reads the left. Lists of the left row are unnested right where they are.
    private func dependent(_ kind: Join.Kind, _ left: LogicalPlan, _ right: LogicalPlan, _ condition: BoundJoinCondition) -> LogicalPlan {
        let isInner = kind == .inner || kind == .cross
        if case .unnest(var node) = right, case .values(let input) = node.input, input.columns.isEmpty,
            isInner || (kind == .left && condition.predicate == .true)
        {
            node.input = left
            node.keepsEmpty = kind == .left
            let plan = LogicalPlan.unnest(node)
            return condition.predicate == .true ? plan : .filter(FilterNode(input: plan, predicate: condition.predicate))
        }
        return .dependentJoin(DependentJoinNode(kind: kind.planned, left: left, right: right, predicate: condition.predicate))
    }

    // MARK: USING and NATURAL

    private func pair(_ name: Identifier, _ left: BoundRelation, _ right: BoundRelation) throws(SQLError) -> MergedPair {
        func side(_ relation: BoundRelation, _ word: String) throws(SQLError) -> FromScope.Visible {
            let found = relation.from.find(name.text)
            if found.count > 1 {
                throw SQLError(
                    .ambiguousColumn, "common column name \"\(name.text)\" appears more than once in \(word) table", at: name.span)
            }
            if let column = found.first { return column }
            throw SQLError(
                .undefinedColumn, "column \"\(name.text)\" specified in USING clause does not exist in \(word) table", at: name.span,
                detail: relation.from.columnList,
                hint: NearestName.find(name.text, among: relation.from.visible.map(\.name)).map { "Did you mean \"\($0)\"?" })
        }
        return MergedPair(name: name.text, left: try side(left, "left").column, right: try side(right, "right").column, span: name.span)
    }

    /// The columns of both names, for NATURAL.
    private func shared(_ left: BoundRelation, _ right: BoundRelation, at span: SourceSpan) throws(SQLError) -> [MergedPair] {
        var pairs: [MergedPair] = []
        for column in left.from.visible where !right.from.find(column.name).isEmpty {
            pairs.append(try pair(Identifier(column.name, isQuoted: true, span: span), left, right))
        }
        return pairs
    }

    /// Shows merged columns once: the side's that has no NULLs by the join, both sides' for FULL, at their common type.
    private func merging(_ pairs: [MergedPair], _ kind: Join.Kind, _ joined: BoundRelation) throws(SQLError) -> BoundRelation {
        var computed: [ProjectNode.Item] = []
        var merged: [FromScope.Visible] = []
        for pair in pairs {
            let type = Self.commonType(of: [pair.left.reference, pair.right.reference]) ?? pair.left.type
            let one = kind == .right ? pair.right : pair.left
            if kind != .full, one.type == type {
                merged.append(.init(name: pair.name, column: one, relation: nil))
                continue
            }
            let left = try convert(pair.left.reference, to: type, at: pair.span),
                right = try convert(pair.right.reference, to: type, at: pair.span)
            let value: BoundExpression = kind == .full ? .coalesce([left, right], type) : kind == .right ? right : left
            let column = PlanColumn(ids.fresh(), pair.name, type)
            computed.append(.init(column, value))
            merged.append(.init(name: pair.name, column: column, relation: nil))
        }
        var plan = joined.plan
        if !computed.isEmpty {
            plan = .project(ProjectNode(input: plan, items: plan.columns.map { .init($0, $0.reference) } + computed))
        }
        let hidden = Set(pairs.flatMap { [$0.left.id, $0.right.id] })
        return BoundRelation(plan: plan, from: joined.from.merging(merged, hiding: hidden))
    }
}

extension Join.Kind {
    fileprivate var planned: JoinNode.Kind {
        switch self {
        case .left: .left
        case .right: .right
        case .full: .full
        case .semi: .semi
        case .anti: .anti
        default: .inner
        }
    }
}
