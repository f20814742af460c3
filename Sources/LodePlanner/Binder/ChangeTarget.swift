/// The table whose rows a statement changes, and what binding the statement gives.

import LodeCore
import LodePlan
import LodeSyntax

/// A table with the identity of its rows.
package struct ChangeTarget {
    /// What its columns take.
    package var table: InsertTarget
    /// The rows as they are now. Its hidden fields are the path of each row's file and the row's number there, and behind them, where rows
    /// keep numbers, the row's and that of its last change.
    package var relation: any Relation
    /// The full name ("lode", "main", "orders"), by which columns may be qualified.
    package var path: [String]
    /// Whether it is asked what the rows that go were.
    package var wantsOldRows: Bool

    package init(table: InsertTarget, relation: any Relation, path: [String], wantsOldRows: Bool = false) {
        self.table = table
        self.wantsOldRows = wantsOldRows
        self.relation = relation
        self.path = path
    }
}

/// A bound UPDATE, DELETE, MERGE or INSERT.
package struct BoundChange {
    /// The query whose rows say what changes.
    package var rows: BoundQuery
    package var changes: RowChanges
    /// The columns that RETURNING gives; none without it.
    package var returned: [Field]
    /// Whether rows come because the table has none like them: nobody may have added some meanwhile.
    package var dependsOnAbsence = false

    /// Positions of identity columns that rows get new values of.
    package var countedColumns: Set<Int> = []

    /// Rows that go and that no statement names.
    package init(removing rows: BoundQuery, _ changes: RowChanges) {
        self.init(rows: rows, changes: changes, returned: [])
    }

    /// Its plan reads the changed table elsewhere than where the rows come from that change.
    package func readsAgain(_ target: ChangeTarget) -> Bool {
        guard let table = target.relation.tableVersion?.table else { return false }
        return rows.plan.scans.contains { !$0.relation.stands(for: target.relation) && $0.relation.tableVersion?.table == table }
    }
}

/// The changed table in the query that finds its rows.
struct BoundTarget {
    var relation: BoundRelation
    /// In the order of the table.
    var columns: [PlanColumn]
    /// The path of the row's file, and the row's number there.
    var file: PlanColumn
    var number: PlanColumn
    /// The number that the row keeps; nil where rows have none.
    var rowID: PlanColumn?
    /// Whether it is asked what the rows that go were.
    var wantsOldRows: Bool

    var oldRow: [PlanColumn] { wantsOldRows ? columns : [] }
}

/// Rows of the changed table, each with those of other tables that are matched with it.
struct ChangeMatches {
    var table: BoundTarget
    var from: FromScope
    /// In which expressions over the rows are bound.
    var scope: Scope
    var plan: LogicalPlan
}

extension TableReference {
    /// The name of a table whose rows are to change.
    /// - Throws: `42601` for what can't be changed, such as a join.
    package func changedTable(by statement: String) throws(SQLError) -> QualifiedName {
        if case .file(let path) = kind, sample == nil {
            return QualifiedName(folder: path, span: span)
        }
        guard case .table(let name, let time) = kind else {
            throw SQLError(.syntaxError, "\(statement) needs the name of a table", at: span)
        }
        if let time { throw .unsupported("\(statement) of an earlier version", at: time.span) }
        if let sample { throw .unsupported("TABLESAMPLE in \(statement)", at: sample.span) }
        return name
    }
}
