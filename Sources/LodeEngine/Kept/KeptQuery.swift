/// A query that is planned once and run often: its plan, and the rows that it looks at.

import LodeCore
import LodeExecution
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables
import LodeVectors

/// Holds for one generation of the catalog. What it reads is in memory, so that running it touches no file and waits for nobody.
struct KeptQuery {
    struct Table {
        let relation: ScannedRelation
        let key: HeldTables.Key
        /// What stands for the table, with the columns that are read only.
        let schema: Schema
    }

    let parsed: ParsedStatement
    let generation: Int64
    let columns: [Field]
    let parameterTypes: [SQLType]
    /// Optimized, with `$n` where values go.
    let plan: LogicalPlan
    let tables: [Table]
    /// Whether some value could make it fail.
    let canFail: Bool

    /// The rows of all its tables, to be scanned by one statement; nil if some are not held any more.
    func relations(_ held: HeldTables) -> [(ScannedRelation, ChunksRelation)]? {
        var found: [(ScannedRelation, ChunksRelation)] = []
        for table in tables {
            guard let chunks = held.rows(table.key) else { return nil }
            found.append((table.relation, ChunksRelation(displayName: table.relation.displayName, schema: table.schema, chunks: chunks)))
        }
        return found
    }
}

/// A kept query on its way: with values, and with the rows that it will look at.
struct KeptRun {
    let query: KeptQuery
    let values: [Value]
    let relations: [(ScannedRelation, ChunksRelation)]
}

/// Which plans are small enough to be kept with their rows.
enum KeptPlan {
    /// The plan with scans of columns that are held, and what they are of; nil for one that is not to be kept: it joins or recurses, has
    /// more rows than a moment's work, reads anything but versions of tables, or calls what gives something else each time.
    static func make(
        _ plan: LogicalPlan, _ relations: Relations
    ) -> (plan: LogicalPlan, tables: [(scan: ScanNode, table: KeptQuery.Table)])? {
        guard isPlain(plan) else { return nil }
        var tables: [(scan: ScanNode, table: KeptQuery.Table)] = []
        var isKept = true
        let rewritten = plan.mapped { (node) -> LogicalPlan in
            guard case .scan(var scan) = node else { return node }
            guard let table = Self.table(scan, relations) else {
                isKept = false
                return node
            }
            tables.append((scan, table))
            for index in scan.outputs.indices {
                scan.outputs[index].index = table.key.columns.firstIndex(of: scan.outputs[index].index) ?? 0
            }
            return .scan(scan)
        }
        return isKept && !tables.isEmpty ? (rewritten, tables) : nil
    }

    private static func table(_ scan: ScanNode, _ relations: Relations) -> KeptQuery.Table? {
        guard let files = relations[scan.relation] as? FilesRelation, let version = files.tableVersion,
            let rows = files.totals?.rowCount, rows <= HeldTables.rowsPerTable,
            (files.totals?.byteCount ?? .max) <= HeldTables.bytesPerTable,
            scan.outputs.allSatisfy({ $0.path.isEmpty && $0.index < files.schema.count })
        else { return nil }
        let columns = Array(Set(scan.outputs.map(\.index))).sorted()
        return KeptQuery.Table(
            relation: scan.relation, key: HeldTables.Key(version: version, columns: columns),
            schema: Schema(columns.map { files.schema.fields[$0] }))
    }

    /// Whether the plan has one row of its tables at a time in hand, and always gives the same for the same rows and values.
    static func isPlain(_ plan: LogicalPlan, depth: Int = 0) -> Bool {
        if depth > depthLimit { return false }
        switch plan {
        case .scan, .values, .filter, .project, .aggregate, .sort, .limit, .distinctOn, .window: break
        case .series, .cteScan, .unnest, .join, .dependentJoin, .setOperation, .with, .recursive: return false
        }
        return plan.expressions.allSatisfy { isStable($0, depth: 0) } && plan.children.allSatisfy { isPlain($0, depth: depth + 1) }
    }

    private static func isStable(_ expression: BoundExpression, depth: Int) -> Bool {
        if depth > depthLimit { return false }
        switch expression {
        case .call(let call) where call.volatility != .immutable: return false
        case .subquery: return false
        default: return expression.children.allSatisfy { isStable($0, depth: depth + 1) }
        }
    }

    /// Event loops have less of a stack than threads that run statements.
    private static let depthLimit = 64
}
