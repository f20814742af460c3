/// Nodes of one input that keep, drop, compute or order rows.

import LodeCore

/// Keeps the rows for which `predicate` is true.
package struct FilterNode: PlanNode {
    package var input: LogicalPlan
    package var predicate: BoundExpression
    /// Whether the rows that it drops are hidden from what stands above it: no condition from there that can fail, or whose
    /// computation can be noticed otherwise, moves below in any form, and the filter merges with no other.
    package var isBarrier: Bool

    package init(input: LogicalPlan, predicate: BoundExpression, isBarrier: Bool = false) {
        self.input = input
        self.predicate = predicate
        self.isBarrier = isBarrier
    }

    package var children: [LogicalPlan] { [input] }
    package var columns: [PlanColumn] { input.columns }
    package var expressions: [BoundExpression] { [predicate] }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        .filter(FilterNode(input: children[0], predicate: predicate, isBarrier: isBarrier))
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        .filter(FilterNode(input: input, predicate: expressions[0], isBarrier: isBarrier))
    }
    package var title: String { isBarrier ? "Filter Barrier" : "Filter" }
    package var details: [String] { [predicate.text(naming: input.columns)] }

    package func columnIDs(from inputs: [[ColumnID]]) -> [ColumnID] { inputs[0] }
    package func fault(of inputs: [[ColumnID]]) -> String? {
        predicate.type == .boolean ? nil : "filters by a \(predicate.type)"
    }
    package var maxRows: Int? { input.maxRows }
    package var isEmptyForEmptyInput: Bool { true }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate { Selectivity(inputs[0]).applying(predicate.conjuncts) }
    package var keepsOrder: Bool { true }
    package func origins(of id: ColumnID) -> [ColumnOrigin] { input.origin(of: id, asInput: 0) }
    package func streams(_ input: Int) -> Bool { true }
    package func computed(forEach keys: [PlanColumn]) -> LogicalPlan? { .filter(self) }
}

/// Computes new columns; passes on what it names as plain references.
package struct ProjectNode: PlanNode {
    package struct Item: Sendable, Hashable {
        package var column: PlanColumn
        package var expression: BoundExpression

        package init(_ column: PlanColumn, _ expression: BoundExpression) {
            self.column = column
            self.expression = expression
        }

        /// Items that pass `columns` on as they are.
        package static func passing(_ columns: [PlanColumn]) -> [Item] { columns.map { Item($0, $0.reference) } }
    }

    package var input: LogicalPlan
    /// An item that only passes a column on may keep its id.
    package var items: [Item]

    package init(input: LogicalPlan, items: [Item]) {
        self.input = input
        self.items = items
    }

    package var children: [LogicalPlan] { [input] }
    package var columns: [PlanColumn] { items.map(\.column) }
    package var expressions: [BoundExpression] { items.map(\.expression) }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan { .project(ProjectNode(input: children[0], items: items)) }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        .project(ProjectNode(input: input, items: zip(items, expressions).map { Item($0.column, $1) }))
    }
    package var title: String { "Project" }
    package var details: [String] {
        [
            items.map { item in
                let text = item.expression.text(naming: input.columns)
                return text == item.column.name ? text : "\(text) as \(item.column.name)"
            }.joined(separator: ", ")
        ]
    }

    package func fault(of inputs: [[ColumnID]]) -> String? {
        guard let wrong = items.first(where: { $0.column.type != $0.expression.type }) else { return nil }
        return "calls a \(wrong.expression.type) a \(wrong.column.type): \(wrong.column.name)"
    }
    package func requiredColumns(for wanted: Set<ColumnID>) -> Set<ColumnID> { columnsRead }
    package func pruned(to wanted: Set<ColumnID>) -> LogicalPlan? {
        .project(ProjectNode(input: input, items: items.filter { wanted.contains($0.column.id) }))
    }
    package var maxRows: Int? { input.maxRows }
    package var alwaysHasRow: Bool { input.node.alwaysHasRow }
    package var isEmptyForEmptyInput: Bool { true }
    package var dropsRows: Bool { false }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate {
        var result = RelationEstimate(rows: inputs[0].rows, baseRows: inputs[0].baseRows)
        for item in items { result.columns[item.column.id] = inputs[0].column(item.expression) }
        return result
    }
    package var keepsOrder: Bool { true }
    package func origins(of id: ColumnID) -> [ColumnOrigin] {
        guard let item = items.first(where: { $0.column.id == id }), !item.expression.isVolatile, !item.expression.hasSubquery else {
            return []
        }
        return [ColumnOrigin(0, item.expression)]
    }
    package func needsOnlyFirstRows(of input: Int) -> Bool { true }
    package func streams(_ input: Int) -> Bool { true }
    package func computed(forEach keys: [PlanColumn]) -> LogicalPlan? {
        .project(ProjectNode(input: input, items: items + Item.passing(keys)))
    }
}

/// Orders rows; with a limit it keeps only the first ones (top-N).
package struct SortNode: PlanNode {
    package var input: LogicalPlan
    package var keys: [SortKey]
    /// Rows that are needed from the front (limit plus offset), set by the top-N rule.
    package var limit: Int?
    /// The number of the filter on its first key that a top-N hands to a scan.
    package var topNFilter: Int?

    package init(input: LogicalPlan, keys: [SortKey], limit: Int? = nil) {
        self.input = input
        self.keys = keys
        self.limit = limit
    }

    package var children: [LogicalPlan] { [input] }
    package var columns: [PlanColumn] { input.columns }
    package var expressions: [BoundExpression] { keys.map(\.expression) }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        var copy = self
        copy.input = children[0]
        return .sort(copy)
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        var copy = self
        for index in keys.indices { copy.keys[index].expression = expressions[index] }
        return .sort(copy)
    }
    package var title: String { limit == nil ? "Sort" : "Top-N" }
    package var details: [String] {
        [keys.map { $0.text(naming: input.columns) }.joined(separator: ", ")] + (limit.map { ["limit: \($0)"] } ?? [])
    }

    package func columnIDs(from inputs: [[ColumnID]]) -> [ColumnID] { inputs[0] }
    package var maxRows: Int? { least(limit, input.maxRows) }
    package var alwaysHasRow: Bool { limit != 0 && input.node.alwaysHasRow }
    package var isEmptyForEmptyInput: Bool { true }
    package var dropsRows: Bool { limit != nil }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate { inputs[0].limited(to: limit) }
    package var ignoresOrder: Bool { true }
    package func origins(of id: ColumnID) -> [ColumnOrigin] { limit == nil ? input.origin(of: id, asInput: 0) : [] }
    package func computed(forEach keys: [PlanColumn]) -> LogicalPlan? { limit == nil ? .sort(self) : nil }
}

/// Skips `offset` rows and passes at most `count` on. Both are constants or parameters, of type bigint; NULL is no limit.
package struct LimitNode: PlanNode {
    package var input: LogicalPlan
    package var count: BoundExpression?
    package var offset: BoundExpression?
    /// FETCH FIRST … WITH TIES: rows equal to the last one by these keys (of the sort below) come too.
    package var ties: [SortKey]

    package init(input: LogicalPlan, count: BoundExpression?, offset: BoundExpression?, ties: [SortKey] = []) {
        self.input = input
        self.count = count
        self.offset = offset
        self.ties = ties
    }

    package var children: [LogicalPlan] { [input] }
    package var columns: [PlanColumn] { input.columns }
    package var expressions: [BoundExpression] { ([count, offset].compactMap { $0 }) + ties.map(\.expression) }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        var copy = self
        copy.input = children[0]
        return .limit(copy)
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        var copy = self
        var rest = expressions[...]
        if count != nil { copy.count = rest.removeFirst() }
        if offset != nil { copy.offset = rest.removeFirst() }
        for index in ties.indices { copy.ties[index].expression = rest.removeFirst() }
        return .limit(copy)
    }
    package var title: String { "Limit" }
    package var details: [String] {
        (count.map { ["\($0.text(naming: []))"] } ?? []) + (offset.map { ["offset: \($0.text(naming: []))"] } ?? [])
    }

    package func columnIDs(from inputs: [[ColumnID]]) -> [ColumnID] { inputs[0] }
    package var maxRows: Int? {
        guard case .constant(.integer(let number), _)? = count, number >= 0, ties.isEmpty else { return input.maxRows }
        return least(Int(clamping: number), input.maxRows)
    }
    package var isEmptyForEmptyInput: Bool { true }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate { inputs[0].limited(to: maxRows) }
}

/// DISTINCT ON: the first row, by `order`, of every group of equal `keys`.
package struct DistinctOnNode: PlanNode {
    package var input: LogicalPlan
    package var keys: [BoundExpression]
    package var order: [SortKey]

    package init(input: LogicalPlan, keys: [BoundExpression], order: [SortKey]) {
        self.input = input
        self.keys = keys
        self.order = order
    }

    package var children: [LogicalPlan] { [input] }
    package var columns: [PlanColumn] { input.columns }
    package var expressions: [BoundExpression] { keys + order.map(\.expression) }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        .distinctOn(DistinctOnNode(input: children[0], keys: keys, order: order))
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        var copy = self
        copy.keys = Array(expressions.prefix(keys.count))
        for index in order.indices { copy.order[index].expression = expressions[keys.count + index] }
        return .distinctOn(copy)
    }
    package var title: String { "Distinct On" }
    package var details: [String] { [keys.map { $0.text(naming: input.columns) }.joined(separator: ", ")] }

    package func columnIDs(from inputs: [[ColumnID]]) -> [ColumnID] { inputs[0] }
    package var maxRows: Int? { input.maxRows }
    package var isEmptyForEmptyInput: Bool { true }
    package var dropsRows: Bool { false }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate { inputs[0].scaled(to: inputs[0].groups(keys)) }
    package func origins(of id: ColumnID) -> [ColumnOrigin] {
        keys.first { $0.isColumn(id) }.map { [ColumnOrigin(0, $0)] } ?? []
    }
    package func computed(forEach keys: [PlanColumn]) -> LogicalPlan? {
        var copy = self
        copy.keys += keys.map(\.reference)
        return .distinctOn(copy)
    }
}

/// One row for every element of lists (or entry of maps), side by side; shorter lists are filled up with NULL.
package struct UnnestNode: PlanNode {
    package var input: LogicalPlan
    package var lists: [BoundExpression]
    /// The element columns: one a list, two a map (key, value).
    package var elements: [PlanColumn]
    /// WITH ORDINALITY: the position from 1.
    package var ordinality: PlanColumn?
    /// Whether a row without elements is kept, with NULLs (LEFT JOIN … UNNEST).
    package var keepsEmpty: Bool

    package init(
        input: LogicalPlan, lists: [BoundExpression], elements: [PlanColumn], ordinality: PlanColumn? = nil, keepsEmpty: Bool = false
    ) {
        self.input = input
        self.lists = lists
        self.elements = elements
        self.ordinality = ordinality
        self.keepsEmpty = keepsEmpty
    }

    package var children: [LogicalPlan] { [input] }
    /// What it adds to its input.
    package var added: [PlanColumn] { elements + (ordinality.map { [$0] } ?? []) }
    package var columns: [PlanColumn] { input.columns + added }
    package var expressions: [BoundExpression] { lists }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        var copy = self
        copy.input = children[0]
        return .unnest(copy)
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        var copy = self
        copy.lists = expressions
        return .unnest(copy)
    }
    package var title: String { "Unnest" }
    package var details: [String] { [lists.map { $0.text(naming: input.columns) }.joined(separator: ", ")] }

    package func columnIDs(from inputs: [[ColumnID]]) -> [ColumnID] { inputs[0] + added.map(\.id) }
    package var isEmptyForEmptyInput: Bool { true }
    package var dropsRows: Bool { !keepsEmpty }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate {
        var result = inputs[0]
        // Lists have a few elements.
        result.rows *= 4
        result.addUnknown(added)
        return result
    }
    package func origins(of id: ColumnID) -> [ColumnOrigin] { input.origin(of: id, asInput: 0) }
    package var keepsOrder: Bool { true }
    package func needsOnlyFirstRows(of input: Int) -> Bool { keepsEmpty }
    package func streams(_ input: Int) -> Bool { true }
    package func computed(forEach keys: [PlanColumn]) -> LogicalPlan? { .unnest(self) }
}

/// The smaller of two bounds, where nil is none.
private func least(_ one: Int?, _ other: Int?) -> Int? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
}
