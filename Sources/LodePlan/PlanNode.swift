/// What every operator of a plan says of itself, so that rules, verifying, printing and estimates are written once.

import LodeCore

/// An operator. A new one answers what differs from the defaults below, which are always safe: they promise nothing and let
/// nothing pass.
package protocol PlanNode: Sendable {
    // MARK: Shape

    var children: [LogicalPlan] { get }
    /// What it produces, in order.
    var columns: [PlanColumn] { get }
    /// Columns that only the node itself sees; mostly none.
    var innerColumns: [PlanColumn] { get }
    /// Those that it evaluates, in a fixed order, which `replacing(expressions:)` takes back.
    var expressions: [BoundExpression] { get }
    func replacing(children: [LogicalPlan]) -> LogicalPlan
    func replacing(expressions: [BoundExpression]) -> LogicalPlan
    /// For EXPLAIN: "Hash Join", and what it does in short lines.
    var title: String { get }
    var details: [String] { get }

    // MARK: Columns

    /// The ids of `columns`, from those of the inputs: `columns` would ask the whole tree below.
    func columnIDs(from inputs: [[ColumnID]]) -> [ColumnID]
    /// The input whose expressions may read columns of the inputs before it (LATERAL).
    var lateralInput: Int? { get }
    /// Whether columns of the inputs have meaning by their position.
    var matchesByPosition: Bool { get }
    /// What is wrong with the node, given its inputs' columns; nil if nothing is.
    func fault(of inputs: [[ColumnID]]) -> String?
    /// The columns that it needs from its inputs where `wanted` of its own are.
    func requiredColumns(for wanted: Set<ColumnID>) -> Set<ColumnID>
    /// The same operator without what it computes for columns that are not `wanted`; nil where its input alone does.
    func pruned(to wanted: Set<ColumnID>) -> LogicalPlan?

    // MARK: Rows

    /// At most this many rows come out, for certain; nil if nobody knows.
    var maxRows: Int? { get }
    /// Whether a row comes out even if every table is empty.
    var alwaysHasRow: Bool { get }
    /// Whether no row comes out where no input gives any.
    var isEmptyForEmptyInput: Bool { get }
    /// Whether a row of its input may have no part in what comes out.
    var dropsRows: Bool { get }
    /// What does the same where the inputs marked in `empty` (some are) give no rows; nil for nothing simpler.
    func simplified(forEmpty empty: [Bool]) -> LogicalPlan?
    /// A guess of what comes out, from those of the inputs.
    func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate

    // MARK: Order

    /// Whether rows come out in the order of the only input, and each for itself: another order would change nothing else.
    var keepsOrder: Bool { get }
    /// Whether the order of the inputs' rows changes nothing.
    var ignoresOrder: Bool { get }

    // MARK: What passes through

    /// Where rows may be dropped by the value of column `id` before the node sees them: those that come out then lack only rows
    /// that would be dropped above.
    func origins(of id: ColumnID) -> [ColumnOrigin]
    /// Whether its first n rows can be made of the first n rows of input `input`, for every n.
    func needsOnlyFirstRows(of input: Int) -> Bool
    /// Whether rows come out while input `input` is still being read.
    func streams(_ input: Int) -> Bool
    /// The node computed apart for each combination of values of `keys`, which its only input passes on; nil if it can't be.
    func computed(forEach keys: [PlanColumn]) -> LogicalPlan?
}

/// A place below a node where the values of one of its columns are known.
package struct ColumnOrigin {
    package var input: Int
    /// Over that input's columns.
    package var value: BoundExpression

    package init(_ input: Int, _ value: BoundExpression) {
        self.input = input
        self.value = value
    }

    /// The column, if it is one by itself.
    package var column: ColumnID? { if case .column(let id, _) = value { id } else { nil } }
}

extension PlanNode {
    package var innerColumns: [PlanColumn] { [] }
    package func columnIDs(from inputs: [[ColumnID]]) -> [ColumnID] { columns.map(\.id) }
    package var lateralInput: Int? { nil }
    package var matchesByPosition: Bool { false }
    package func fault(of inputs: [[ColumnID]]) -> String? { nil }
    package func requiredColumns(for wanted: Set<ColumnID>) -> Set<ColumnID> { wanted.union(columnsRead) }
    package func pruned(to wanted: Set<ColumnID>) -> LogicalPlan? { replacing(children: children) }

    package var maxRows: Int? { nil }
    package var alwaysHasRow: Bool { false }
    package var isEmptyForEmptyInput: Bool { false }
    package var dropsRows: Bool { true }
    package func simplified(forEmpty empty: [Bool]) -> LogicalPlan? {
        isEmptyForEmptyInput && empty.allSatisfy(\.self) ? .empty(columns) : nil
    }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate {
        .unknown(columns, rows: inputs.first?.rows ?? 1000)
    }

    package var keepsOrder: Bool { false }
    package var ignoresOrder: Bool { false }

    package func origins(of id: ColumnID) -> [ColumnOrigin] { [] }
    package func needsOnlyFirstRows(of input: Int) -> Bool { false }
    package func streams(_ input: Int) -> Bool { false }
    package func computed(forEach keys: [PlanColumn]) -> LogicalPlan? { nil }

    /// The columns that its expressions read.
    package var columnsRead: Set<ColumnID> { expressions.reduce(into: Set()) { $0.formUnion($1.columns) } }
}

extension LogicalPlan {
    /// No rows of `columns`.
    package static func empty(_ columns: [PlanColumn]) -> LogicalPlan { .values(ValuesNode(columns: columns, rows: [])) }

    /// Whether it is known to have no rows.
    package var isEmpty: Bool { if case .values(let node) = self { node.rows.isEmpty } else { false } }

    package var maxRows: Int? { node.maxRows }

    /// The column `id` as an expression, if the plan has it: where rows may go by its value.
    func origin(of id: ColumnID, asInput input: Int) -> [ColumnOrigin] {
        columns.first { $0.id == id }.map { [ColumnOrigin(input, $0.reference)] } ?? []
    }

    /// The columns of `other`, all of which it has, in their order.
    package func withColumns(like other: LogicalPlan) -> LogicalPlan {
        let wanted = other.columns
        if columns.map(\.id) == wanted.map(\.id) { return self }
        return .project(ProjectNode(input: self, items: ProjectNode.Item.passing(wanted)))
    }
}
