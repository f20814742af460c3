/// What a subquery gives over no rows at all.

import LodeCore
import LodePlan

enum EmptyGroups {
    /// `join` with `right` (grouped by its keys) joined from the left; where no group matches, the columns take the values
    /// that the ungrouped subquery has over an empty input.
    static func leftJoin(
        _ join: DependentJoinNode, _ right: LogicalPlan, _ condition: BoundExpression, _ context: RuleContext
    ) -> LogicalPlan? {
        guard let defaults = values(of: join.right, context) else { return nil }
        let wanted = join.right.columns
        let replaced = wanted.filter { !(defaults[$0.id]?.isNull ?? true) }
        if replaced.isEmpty { return UnnestDependentJoins.plainJoin(.left, join.left, right, condition) }

        // The columns with such values are renamed below the join and put right above it, where a marker tells matches.
        var below: [ProjectNode.Item] = [], renamed: [ColumnID: PlanColumn] = [:]
        for column in right.columns {
            if replaced.contains(where: { $0.id == column.id }) {
                let copy = context.copy(column)
                renamed[column.id] = copy
                below.append(.init(copy, column.reference))
            } else {
                below.append(.init(column, column.reference))
            }
        }
        let marker = PlanColumn(context.columnIDs.fresh(), "found", .boolean)
        below.append(.init(marker, .true))
        let joined = UnnestDependentJoins.plainJoin(
            .left, join.left, .project(ProjectNode(input: right, items: below)), condition)
        let items = LogicalPlan.dependentJoin(join).columns.map { column -> ProjectNode.Item in
            guard let copy = renamed[column.id], let value = defaults[column.id] else { return .init(column, column.reference) }
            let result = BoundExpression.conditional(
                [.init(condition: .isNull(marker.reference), result: .constant(value, column.type))],
                otherwise: copy.reference, column.type)
            return .init(column, result)
        }
        return .project(ProjectNode(input: joined, items: items))
    }

    /// An aggregate over no rows.
    static func value(of call: AggregateCall) -> Value {
        let isCount = ["count", "count_if", "approx_count_distinct", "regr_count"].contains(call.name)
        return !isCount ? .null : call.column.type == .double ? .double(0) : .integer(0)
    }

    /// The one row of an ungrouped aggregate (under projections) over no rows, by column; nil if it can't be told.
    private static func values(of plan: LogicalPlan, _ context: RuleContext) -> [ColumnID: Value]? {
        switch plan {
        case .aggregate(let node):
            var result: [ColumnID: Value] = [:]
            for call in node.aggregates { result[call.column.id] = value(of: call) }
            return result
        case .project(let node):
            guard let inner = values(of: node.input, context) else { return nil }
            let types = Dictionary(node.input.columns.map { ($0.id, $0.type) }, uniquingKeysWith: { a, _ in a })
            var constants: [ColumnID: BoundExpression] = [:]
            for (id, value) in inner { constants[id] = .constant(value, types[id] ?? .null) }
            var result: [ColumnID: Value] = [:]
            for item in node.items {
                let expression = item.expression.substituting(constants)
                guard expression.columns.isEmpty, let value = try? context.evaluateConstant(expression) else { return nil }
                result[item.column.id] = value
            }
            return result
        case .sort(let node): return values(of: node.input, context)
        default: return nil
        }
    }
}
