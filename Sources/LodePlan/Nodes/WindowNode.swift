/// Window functions.

import LodeCore
import LodeFunctions

/// Adds a column for every call; all calls of one node share partition keys and order.
package struct WindowNode: PlanNode {
    package var input: LogicalPlan
    package var partition: [BoundExpression]
    package var order: [SortKey]
    package var calls: [WindowCall]
    /// Whether rows that do not come first in their partition, or among those equal to the first, may be left out.
    package var wantsFirstRows = false

    package init(input: LogicalPlan, partition: [BoundExpression], order: [SortKey], calls: [WindowCall]) {
        self.input = input
        self.partition = partition
        self.order = order
        self.calls = calls
    }

    package var children: [LogicalPlan] { [input] }
    package var columns: [PlanColumn] { input.columns + calls.map(\.column) }
    package var expressions: [BoundExpression] { partition + order.map(\.expression) + calls.flatMap(\.expressions) }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        var copy = self
        copy.input = children[0]
        return .window(copy)
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        var copy = self
        var rest = expressions[...]
        for index in partition.indices { copy.partition[index] = rest.removeFirst() }
        for index in order.indices { copy.order[index].expression = rest.removeFirst() }
        for index in calls.indices { copy.calls[index].take(&rest) }
        return .window(copy)
    }
    package var title: String { "Window" }
    package var details: [String] {
        var lines = [calls.map(\.name).joined(separator: ", ")]
        if !partition.isEmpty { lines.append("partition by: " + partition.map { $0.text(naming: input.columns) }.joined(separator: ", ")) }
        if !order.isEmpty { lines.append("order by: " + order.map { $0.text(naming: input.columns) }.joined(separator: ", ")) }
        if wantsFirstRows { lines.append("first rows only") }
        return lines
    }

    /// Whether rows that no key orders are numbered or divided, so that their order is the input's. An ORDER BY that leaves rows equal
    /// says that it does not matter which of them comes first.
    package var dependsOnOrder: Bool {
        order.allSatisfy { partition.contains($0.expression) } && calls.contains(where: \.dependsOnOrder)
    }

    package func columnIDs(from inputs: [[ColumnID]]) -> [ColumnID] { inputs[0] + calls.map(\.column.id) }
    package func pruned(to wanted: Set<ColumnID>) -> LogicalPlan? {
        var copy = self
        copy.calls = calls.filter { wanted.contains($0.column.id) }
        return copy.calls.isEmpty ? nil : .window(copy)
    }
    package var maxRows: Int? { input.maxRows }
    package var isEmptyForEmptyInput: Bool { true }
    package var dropsRows: Bool { false }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate {
        var result = inputs[0]
        result.addUnknown(calls.map(\.column))
        return result
    }
    /// Whole partitions go, so that no window of a row that stays misses one.
    package func origins(of id: ColumnID) -> [ColumnOrigin] {
        partition.first { $0.isColumn(id) }.map { [ColumnOrigin(0, $0)] } ?? []
    }
    package func computed(forEach keys: [PlanColumn]) -> LogicalPlan? {
        var copy = self
        copy.partition += keys.map(\.reference)
        return .window(copy)
    }
}

/// One window function or windowed aggregate.
package struct WindowCall: Sendable {
    package enum Function: Sendable {
        case window(WindowFunctionKind)
        case aggregate(BoundAggregate)
    }

    package var column: PlanColumn
    package var name: String
    package var function: Function
    /// For lag and lead: value, offset, default. For nth_value: value, n.
    package var arguments: [BoundExpression]
    package var frame: WindowFrame
    package var ignoresNulls: Bool
    package var isDistinct: Bool
    package var filter: BoundExpression?
    package var span: SourceSpan?

    package init(
        column: PlanColumn, name: String, function: Function, arguments: [BoundExpression], frame: WindowFrame,
        ignoresNulls: Bool = false, isDistinct: Bool = false, filter: BoundExpression? = nil, span: SourceSpan? = nil
    ) {
        self.column = column
        self.name = name
        self.function = function
        self.arguments = arguments
        self.frame = frame
        self.ignoresNulls = ignoresNulls
        self.isDistinct = isDistinct
        self.filter = filter
        self.span = span
    }

    package var expressions: [BoundExpression] { arguments + (filter.map { [$0] } ?? []) + frame.expressions }

    /// Whether the result depends on which of the rows that the window's keys leave equal comes first.
    var dependsOnOrder: Bool {
        switch function {
        case .window(let kind): kind.tellsPeersApart
        case .aggregate(let aggregate): aggregate.takesBatch || frame.dividesPeers
        }
    }

    package mutating func take(_ rest: inout ArraySlice<BoundExpression>) {
        for index in arguments.indices { arguments[index] = rest.removeFirst() }
        if filter != nil { filter = rest.removeFirst() }
        if frame.start.offset != nil { frame.start = frame.start.replacing(offset: rest.removeFirst()) }
        if frame.end.offset != nil { frame.end = frame.end.replacing(offset: rest.removeFirst()) }
    }
}

/// Which rows around the current one an aggregate or `first_value` sees.
package struct WindowFrame: Sendable {
    package enum Mode: Sendable { case rows, range, groups }

    package enum Bound: Sendable {
        case unboundedPreceding
        case preceding(BoundExpression)
        case currentRow
        case following(BoundExpression)
        case unboundedFollowing

        package var offset: BoundExpression? {
            switch self {
            case .preceding(let offset), .following(let offset): offset
            default: nil
            }
        }

        package func replacing(offset: BoundExpression) -> Bound {
            switch self {
            case .preceding: .preceding(offset)
            case .following: .following(offset)
            default: self
            }
        }
    }

    package enum Exclusion: Sendable { case none, currentRow, group, ties }

    package var mode: Mode
    package var start: Bound
    package var end: Bound
    package var exclusion: Exclusion

    package init(mode: Mode, start: Bound, end: Bound, exclusion: Exclusion = .none) {
        self.mode = mode
        self.start = start
        self.end = end
        self.exclusion = exclusion
    }

    /// RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW.
    package static let standard = WindowFrame(mode: .range, start: .unboundedPreceding, end: .currentRow)

    package var expressions: [BoundExpression] { [start.offset, end.offset].compactMap { $0 } }

    /// Whether it may hold some of the rows that the window's keys leave equal, and not the others.
    var dividesPeers: Bool {
        if exclusion != .none { return true }
        guard mode == .rows else { return false }
        if case (.unboundedPreceding, .unboundedFollowing) = (start, end) { return false }
        return true
    }
}
