/// In which order OPTIMIZE puts the rows of a partition.

import LodeCore
import LodeExecution
import LodeFunctions
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables
import LodeVectors

/// The keys of an OPTIMIZE, by the positions of the table's columns.
struct FileOrder {
    private enum Keys {
        case none
        case sorted([OrderItem])
        case curve(SpaceFillingCurve.Kind, [Int])
    }

    private let keys: Keys
    private let relation: String
    /// Whether the statement names the order; else it is how the table is clustered.
    let isAsked: Bool

    /// Rows that tell how the values of a curve's columns are distributed.
    private static let sampledRows = 20_000

    /// - Throws: `42703` for a column that there is not, `0A000` for one that can't be part of a curve.
    init(_ order: Optimize.Order, _ change: RowChange) throws(SQLError) {
        relation = change.transaction.table.name
        if case .none = order { isAsked = false } else { isAsked = true }
        switch order {
        case .none:
            let schema = change.writeTarget.schema, columns = change.writeTarget.clustering.compactMap { schema.index(of: $0) }
            let isCurve = columns.count > 1 && columns.count <= SpaceFillingCurve.maxColumns
                && columns.allSatisfy { SpaceFillingCurve.ranks(schema.fields[$0].type) }
            // By one column the writer sorts.
            keys = isCurve ? .curve(.hilbert, columns) : .none
        case .sorted(let items): keys = .sorted(items)
        case .zorder(let columns): keys = .curve(.zorder, try Self.positions(columns, change))
        case .hilbert(let columns): keys = .curve(.hilbert, try Self.positions(columns, change))
        }
    }

    var isNone: Bool { if case .none = keys { true } else { false } }

    private static func positions(_ columns: [Identifier], _ change: RowChange) throws(SQLError) -> [Int] {
        let schema = change.writeTarget.schema, partitions = Set(change.writeTarget.partitionColumns.map(\.name))
        guard columns.count <= SpaceFillingCurve.maxColumns else {
            throw SQLError.unsupported("a curve of more than \(SpaceFillingCurve.maxColumns) columns", at: columns[0].span)
        }
        return try columns.map { (column) throws(SQLError) in
            guard let position = schema.index(of: column.text) else {
                throw SQLError(
                    .undefinedColumn, "column \"\(column.text)\" of relation \"\(change.transaction.table.name)\" does not exist",
                    at: column.span,
                    hint: NearestName.find(column.text, among: schema.fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
            }
            let field = schema.fields[position]
            if partitions.contains(field.name) {
                throw SQLError(
                    .invalidParameterValue, "column \"\(field.name)\" has one value in all rows of a partition", at: column.span,
                    hint: "Name columns by which the table is not partitioned.")
            }
            guard SpaceFillingCurve.ranks(field.type) else {
                throw SQLError.unsupported("a curve through a column of type \(field.type)", at: column.span)
            }
            return position
        }
    }

    /// The rows of a bin in the order.
    func sorted(_ rows: BoundQuery, _ session: Session, _ context: StatementContext) throws(SQLError) -> BoundQuery {
        let columns = rows.plan.columns
        switch keys {
        case .none: return rows
        case .sorted(let items):
            let binder = session.makeBinder(context)
            let bound = try items.map { (item) throws(SQLError) in
                SortKey(
                    try binder.bindScalar(item.expression, over: columns, of: relation), descending: item.isDescending,
                    nullsFirst: item.nullsFirst ?? item.isDescending)
            }
            return BoundQuery(plan: .sort(SortNode(input: rows.plan, keys: bound)), names: rows.names)
        case .curve(let kind, let positions):
            let chosen = positions.map { columns[$0] }
            let sample = try session.sample(rows, chosen, Self.sampledRows, context)
            let curve = try SpaceFillingCurve(kind, chosen.map(\.type), sample: sample)
            let place = ScalarCall(
                name: "curve", function: curve.function, volatility: .immutable, isStrict: false,
                arguments: chosen.map(\.reference), span: nil)
            return BoundQuery(plan: .sort(SortNode(input: rows.plan, keys: [SortKey(.call(place))])), names: rows.names)
        }
    }
}

extension Session {
    /// Some rows of a query, each as likely as another, with some of its columns.
    fileprivate func sample(
        _ rows: BoundQuery, _ columns: [PlanColumn], _ count: Int, _ context: StatementContext
    ) throws(SQLError) -> [Chunk] {
        let chance = try makeBinder(context).bindScalar(.call("random", [], at: SourceSpan(0, 0)))
        // The same scan is run again afterwards, under other columns.
        let narrow = LogicalPlan.project(ProjectNode(input: rows.plan, items: ProjectNode.Item.passing(columns)))
        let first = LogicalPlan.sort(SortNode(input: narrow, keys: [SortKey(chance)], limit: count))
        let query = try optimized(BoundQuery(plan: first, names: columns.map(\.name)), context)
        let execution = try QueryExecution(plan: query.plan, context: context.execution), collected = CollectedRows()
        try watching(execution) { () throws(SQLError) in try execution.run(into: collected) }
        return collected.chunks
    }
}
