/// Reads fields of structs instead of whole structs.

import LodeCore
import LodePlan

/// Gives a scan the fields that are asked of its struct columns as columns of their own, where nobody asks for a whole struct.
///
///     Project  s.a                      Project  "s.a"
///     └─ Scan  t  (s)          ──▶      └─ Scan  t  (s.a)
///
/// - Sound because: a field of a struct that is NULL is NULL, which is what a file gives for the field by itself.
/// - Order: after `PruneColumns`, which leaves no struct in a scan that nobody reads; before filters reach the scans and joins
///   choose their keys, since both look for bare columns.
struct ReadFields: OptimizerRule {
    static let name = "read_fields"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        var structs: [ColumnID: SQLType] = [:]
        plan.visit { node in
            guard case .scan(let scan) = node, scan.relation.readsFields, FieldPath.isUsable(scan.relation.schema) else { return }
            for output in scan.outputs { if case .structure = output.column.type { structs[output.column.id] = output.column.type } }
        }
        if structs.isEmpty { return plan }
        var uses = FieldUses(structs: Set(structs.keys))
        uses.whole.formUnion(plan.columnIDs)
        plan.visit { uses.add($0) }
        var replacements: [ColumnID: [[String]: PlanColumn]] = [:]
        for (id, paths) in uses.paths where !uses.whole.contains(id) {
            guard let type = structs[id] else { continue }
            for path in Self.outermost(paths) {
                guard let field = type.field(at: path) else { continue }
                replacements[id, default: [:]][path] = PlanColumn(context.columnIDs.fresh(), path.joined(separator: "."), field)
            }
        }
        if replacements.isEmpty { return plan }
        return plan.mapped { node in Self.rewrite(node, replacements) }
    }

    /// Paths without those that lead into what another one reads whole.
    private static func outermost(_ paths: Set<[String]>) -> [[String]] {
        paths.filter { path in !path.indices.dropFirst().contains { paths.contains(Array(path[..<$0])) } }
            .sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func rewrite(_ node: LogicalPlan, _ replacements: [ColumnID: [[String]: PlanColumn]]) -> LogicalPlan {
        var node = node
        if case .scan(var scan) = node {
            scan.outputs = scan.outputs.flatMap { output in
                guard let fields = replacements[output.column.id] else { return [output] }
                return fields.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { path, column in
                    var named = column
                    named.name = "\(output.column.name).\(column.name)"
                    return ScanOutput(named, index: output.index, path: path)
                }
            }
            node = .scan(scan)
        }
        let expressions = node.expressions
        return expressions.isEmpty ? node : node.replacing(expressions: expressions.map { replace($0, replacements) })
    }

    private static func replace(_ expression: BoundExpression, _ replacements: [ColumnID: [[String]: PlanColumn]]) -> BoundExpression {
        expression.mapped { part in
            guard let (id, path) = part.fieldPath, let column = replacements[id]?[path] else { return part }
            return column.reference
        }
    }
}

/// How expressions use struct columns.
private struct FieldUses {
    let structs: Set<ColumnID>
    /// Columns that something needs whole.
    var whole: Set<ColumnID> = []
    var paths: [ColumnID: Set<[String]>] = [:]

    init(structs: Set<ColumnID>) { self.structs = structs }

    mutating func add(_ node: LogicalPlan) {
        for expression in node.expressions { add(expression) }
        if node.node.matchesByPosition { for child in node.children { whole.formUnion(child.columnIDs) } }
    }

    private mutating func add(_ expression: BoundExpression) {
        if let (id, path) = expression.fieldPath, structs.contains(id) {
            paths[id, default: []].insert(path)
            return
        }
        switch expression {
        case .column(let id, _): whole.insert(id)
        case .subquery: whole.formUnion(expression.columns)
        default: for child in expression.children { add(child) }
        }
    }
}
