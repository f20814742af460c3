/// Joins.

import LodeCore

/// Joins two inputs. Hash joins build on the right side and probe with the left, unless `buildsLeft` says otherwise.
package struct JoinNode: PlanNode {
    package enum Kind: Sendable, Hashable {
        case inner, left, right, full
        /// Left rows with, or without, a match.
        case semi, anti
        /// Every left row once, with a boolean column that tells whether it has a match: true, false, or NULL where a key
        /// of `isNullAware` comparisons was NULL and nothing else matched (the truth value of IN).
        case mark(PlanColumn, isNullAware: Bool)
        /// As left, but a second match of a row is error 21000 (scalar subqueries).
        case single
    }

    /// One equality between the sides.
    package struct Key: Sendable, Hashable {
        package var left: BoundExpression
        package var right: BoundExpression
        /// IS NOT DISTINCT FROM: NULL matches NULL.
        package var matchesNull: Bool

        package init(_ left: BoundExpression, _ right: BoundExpression, matchesNull: Bool = false) {
            self.left = left
            self.right = right
            self.matchesNull = matchesNull
        }
    }

    package var kind: Kind
    package var left: LogicalPlan
    package var right: LogicalPlan
    /// A conjunction of equalities; none makes it a nested-loop join.
    package var keys: [Key]
    /// What else a pair of rows must satisfy to match, over both sides' columns.
    package var residual: BoundExpression?
    /// Filters that the build side makes for scans below the left side: number and position in `keys`.
    package var dynamicFilters: [DynamicFilterSource]
    /// For semi, anti and mark joins whose left side is much the smaller one: the table is built from the left rows, the
    /// right side probes and only marks what it hits, and the marked (or unmarked) left rows come out at the end.
    package var buildsLeft = false
    /// Estimates, set by join ordering.
    package var estimatedRows: Double?

    package init(
        kind: Kind, left: LogicalPlan, right: LogicalPlan, keys: [Key] = [], residual: BoundExpression? = nil,
        dynamicFilters: [DynamicFilterSource] = [], estimatedRows: Double? = nil
    ) {
        self.kind = kind
        self.left = left
        self.right = right
        self.keys = keys
        self.residual = residual
        self.dynamicFilters = dynamicFilters
        self.estimatedRows = estimatedRows
    }

    package var children: [LogicalPlan] { [left, right] }
    package var columns: [PlanColumn] { kind.columns(left.columns, right.columns) }
    package var expressions: [BoundExpression] { keys.flatMap { [$0.left, $0.right] } + (residual.map { [$0] } ?? []) }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        var copy = self
        copy.left = children[0]
        copy.right = children[1]
        return .join(copy)
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        var copy = self
        for index in keys.indices {
            copy.keys[index].left = expressions[2 * index]
            copy.keys[index].right = expressions[2 * index + 1]
        }
        if residual != nil { copy.residual = expressions[2 * keys.count] }
        return .join(copy)
    }
    package var title: String { "\(keys.isEmpty ? "Nested Loop" : "Hash") \(kind.name) Join" }
    package var details: [String] {
        let both = left.columns + right.columns
        let on = keys.map {
            "\($0.left.text(naming: both)) \($0.matchesNull ? "is not distinct from" : "=") \($0.right.text(naming: both))"
        }
        var lines = on.isEmpty ? [] : [on.joined(separator: " and ")]
        if buildsLeft { lines.append("build: left") }
        if let residual { lines.append("also: " + residual.text(naming: both)) }
        return lines
    }

    package func columnIDs(from inputs: [[ColumnID]]) -> [ColumnID] { kind.columnIDs(inputs[0], inputs[1]) }
    package func fault(of inputs: [[ColumnID]]) -> String? {
        if let key = keys.first(where: { $0.left.type != $0.right.type }) { return "compares \(key.left.type) with \(key.right.type)" }
        if keys.isEmpty { return nil }
        let left = Set(inputs[0]), right = Set(inputs[1])
        let isExchanged = keys.contains { !$0.left.columns.isDisjoint(with: right) || !$0.right.columns.isDisjoint(with: left) }
        return isExchanged ? "has a key with its sides exchanged" : nil
    }
}

/// A join's side of a filter for the scan.
package struct DynamicFilterSource: Sendable, Hashable {
    package var filter: Int
    package var key: Int
    /// Whether little is expected of it but that files and row groups lie outside of its bounds.
    package var isBounds: Bool

    package init(filter: Int, key: Int, isBounds: Bool = false) {
        self.filter = filter
        self.key = key
        self.isBounds = isBounds
    }
}

extension JoinNode.Kind {
    /// The columns of a join of this kind.
    package func columns(_ left: [PlanColumn], _ right: [PlanColumn]) -> [PlanColumn] {
        func optional(_ columns: [PlanColumn]) -> [PlanColumn] {
            columns.map { PlanColumn($0.id, $0.name, $0.type, nullable: true) }
        }
        return switch self {
        case .inner: left + right
        case .left, .single: left + optional(right)
        case .right: optional(left) + right
        case .full: optional(left) + optional(right)
        case .semi, .anti: left
        case .mark(let column, _): left + [column]
        }
    }

    package func columnIDs(_ left: [ColumnID], _ right: [ColumnID]) -> [ColumnID] {
        switch self {
        case .inner, .left, .right, .full, .single: left + right
        case .semi, .anti: left
        case .mark(let column, _): left + [column.id]
        }
    }

    /// Whether no left row comes out more than once, and nothing else.
    package var givesLeftRowsOnce: Bool {
        switch self {
        case .semi, .anti, .mark, .single: true
        case .inner, .left, .right, .full: false
        }
    }

    package var name: String {
        switch self {
        case .inner: "Inner"
        case .left: "Left"
        case .right: "Right"
        case .full: "Full"
        case .semi: "Semi"
        case .anti: "Anti"
        case .mark: "Mark"
        case .single: "Single"
        }
    }
}

/// A join whose right side reads columns of the left: LATERAL, or a correlated subquery. Gone after decorrelation.
package struct DependentJoinNode: PlanNode {
    package var kind: JoinNode.Kind
    package var left: LogicalPlan
    package var right: LogicalPlan
    /// The join condition; true for LATERAL without ON.
    package var predicate: BoundExpression

    package init(kind: JoinNode.Kind, left: LogicalPlan, right: LogicalPlan, predicate: BoundExpression) {
        self.kind = kind
        self.left = left
        self.right = right
        self.predicate = predicate
    }

    package var children: [LogicalPlan] { [left, right] }
    package var columns: [PlanColumn] { kind.columns(left.columns, right.columns) }
    package var expressions: [BoundExpression] { [predicate] }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        .dependentJoin(DependentJoinNode(kind: kind, left: children[0], right: children[1], predicate: predicate))
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        .dependentJoin(DependentJoinNode(kind: kind, left: left, right: right, predicate: expressions[0]))
    }
    package var title: String { "Dependent \(kind.name) Join" }
    package var details: [String] { predicate == .true ? [] : [predicate.text(naming: left.columns + right.columns)] }

    package func columnIDs(from inputs: [[ColumnID]]) -> [ColumnID] { kind.columnIDs(inputs[0], inputs[1]) }
    package var lateralInput: Int? { 1 }
    package func requiredColumns(for wanted: Set<ColumnID>) -> Set<ColumnID> {
        wanted.union(predicate.columns).union(right.freeColumns)
    }
    package var maxRows: Int? { kind.givesLeftRowsOnce ? left.maxRows : nil }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate {
        var result = inputs[0]
        result.addUnknown(columns.filter { result.columns[$0.id] == nil })
        return result
    }
}
