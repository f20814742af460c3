/// ALTER TABLE of the columns of a table whose rows Lode writes: other names, places and types, and columns that go.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFormats
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables

extension Session {
    /// Changes columns that are there; nil if the action is about something else, or the table is external.
    /// - Parameter write: of a table with a log, as it was found.
    func alterColumns(
        of table: GlueTable, by action: AlterTable.Action, _ write: (any TableTransaction)?
    ) throws(SQLError) -> StatementOutcome? {
        guard table.isWritten else { return nil }
        let schema = try table.schema()
        switch action {
        case .renameColumn(let column, let new): return try change(table, [.rename(try path(column, schema), to: new.text)], in: write)
        case .dropColumns(let columns, let ifExists, let isCascade):
            return try drop(columns, of: table, ifExists: ifExists, isCascade: isCascade, write)
        case .moveColumn(let column, let place): return try change(table, [.move(try path(column, schema), place.column)], in: write)
        case .setType(let column, let type, let value): return try setType(of: column, type, using: value, in: table, write)
        case .changeColumn(let column, let definition, let place): return try changeColumn(column, definition, place, of: table, write)
        case .clusterBy(let columns):
            guard table.writableFormat != nil else { return nil }
            let changes = [DefinitionChange.cluster(try clustering(columns, schema, partitions: table.partitionKeys.map(\.name)))]
            let notices = try requirements(of: table, after: changes, write)
            try catalog.commit(.alter(table.tableName, changes))
            return StatementOutcome(tag: "ALTER TABLE", notices: notices)
        default: return nil
        }
    }

    private func path(_ name: QualifiedName, _ schema: Schema) throws(SQLError) -> ColumnPath {
        do throws(SQLError) {
            return try schema.spelled(name.parts.map(\.text))
        } catch {
            throw error.at(name.span)
        }
    }

    /// Columns that a writer of Delta's looks at.
    private static let maxClusteringColumns = 4

    /// What CLUSTER BY names, as the table spells it.
    /// - Throws: `42703`, `42701`, `42P16` for columns by which rows can't be kept together.
    func clustering(_ columns: [QualifiedName], _ schema: Schema, partitions: [String]) throws(SQLError) -> [ColumnPath] {
        var paths: [ColumnPath] = []
        for column in columns {
            let path = try path(column, schema), type = try schema.type(at: path)
            if paths.contains(path) {
                throw SQLError(.duplicateColumn, "column \"\(column.text)\" appears twice in CLUSTER BY", at: column.span)
            }
            if type.isNested || type == .boolean || type == .varbinary {
                throw SQLError(.invalidTableDefinition, "rows cannot be clustered by \(type)", at: column.span)
            }
            paths.append(path)
        }
        if let column = columns.first, !partitions.isEmpty {
            throw SQLError(.invalidTableDefinition, "a table is either partitioned or clustered", at: column.span)
        }
        if columns.count > Self.maxClusteringColumns {
            throw SQLError(
                .programLimitExceeded, "CLUSTER BY takes at most \(Self.maxClusteringColumns) columns", at: columns.last?.span)
        }
        return paths
    }

    /// Hive's CHANGE: name, type, comment and place at once.
    private func changeColumn(
        _ column: QualifiedName, _ definition: ColumnDefinition, _ place: AlterTable.Place?, of table: GlueTable,
        _ write: (any TableTransaction)?
    ) throws(SQLError) -> StatementOutcome {
        if !definition.constraints.isEmpty { throw .unsupported("CHANGE COLUMN with constraints", at: definition.span) }
        let schema = try table.schema(), old = try path(column, schema)
        var changes: [ColumnChange] = [], path = old, others: [DefinitionChange] = []
        if let written = definition.type {
            let (type, length) = try TypeBinder.columnType(written)
            if length != nil { throw .unsupported("CHANGE COLUMN to varchar(n)", at: definition.span) }
            if try type != schema.type(at: old) { changes.append(.retype(old, type)) }
        }
        if definition.name.text != old.last {
            changes.append(.rename(old, to: definition.name.text))
            path = old.dropLast() + [definition.name.text]
        }
        if let place { changes.append(.move(path, place.column)) }
        if let text = definition.comment, old.count == 1 { others.append(.setComment(text, column: old[0])) }
        return try change(table, changes, others, in: write)
    }

    private func setType(
        of column: QualifiedName, _ written: TypeName, using value: Expression?, in table: GlueTable, _ write: (any TableTransaction)?
    ) throws(SQLError) -> StatementOutcome {
        let schema = try table.schema(), path = try path(column, schema), old = try schema.type(at: path)
        let (type, length) = try TypeBinder.columnType(written)
        if length != nil { throw .unsupported("ALTER COLUMN … TYPE varchar(n)", at: column.span) }
        if let value {
            guard path.count == 1 else { throw .unsupported("USING for a field of a struct", at: value.span) }
            return try change(table, [.retype(path, type)], using: [path[0]: value], in: write)
        }
        if type == old { return StatementOutcome(tag: "ALTER TABLE") }
        return try change(table, [.retype(path, type)], in: write)
    }

    private func drop(
        _ columns: [QualifiedName], of table: GlueTable, ifExists: Bool, isCascade: Bool, _ write: (any TableTransaction)?
    ) throws(SQLError) -> StatementOutcome {
        let schema = try table.schema()
        var changes: [ColumnChange] = [], others: [DefinitionChange] = []
        for column in columns {
            if ifExists, (try? schema.spelled(column.parts.map(\.text))) == nil { continue }
            changes.append(.drop(try path(column, schema)))
        }
        if changes.isEmpty { return StatementOutcome(tag: "ALTER TABLE") }
        if isCascade {
            for change in changes {
                let dependents = try dependents(on: change.column, of: table)
                others += dependents.constraints.map { .dropConstraint($0, ifExists: true) }
                changes += dependents.generated.filter { name in !changes.contains(.drop([name])) }.map { .drop([$0]) }
            }
        }
        return try change(table, changes, others, isCascade: isCascade, in: write)
    }

    // MARK: Publishing

    /// Publishes changes of columns; rows are written again where files that are there don't stay right.
    private func change(
        _ table: GlueTable, _ changes: [ColumnChange], _ others: [DefinitionChange] = [], using: [String: Expression] = [:],
        isCascade: Bool = false, in write: (any TableTransaction)?
    ) throws(SQLError) -> StatementOutcome {
        if !isCascade { for change in changes { try requireIndependent(table, change) } }
        let all = others + changes.map { .column($0) }
        var changed = table, keepsFiles = using.isEmpty
        for change in all { try changed.apply(change) }
        if changed == table, using.isEmpty { return StatementOutcome(tag: "ALTER TABLE") }
        try checkExpressions(of: changed)
        for change in changes where try !self.keepsFiles(change, of: table, write) { keepsFiles = false }
        let outcome = StatementOutcome(tag: "ALTER TABLE")
        if !keepsFiles { return try rewritten(table, by: all, using: using, outcome, write) }
        let notices = try requirements(of: table, after: all, write)
        try catalog.commit(.alter(table.tableName, all))
        return StatementOutcome(tag: "ALTER TABLE", notices: notices)
    }

    private func keepsFiles(
        _ change: ColumnChange, of table: GlueTable, _ write: (any TableTransaction)?
    ) throws(SQLError) -> Bool {
        if let format = table.writableFormat, let write {
            guard let base = write.snapshot.inLog else { return try keepsFiles(of: write) }
            return try format.keepsFiles(change, of: base)
        }
        // By name: what is called otherwise in files is not found in them, and what is gone would come back under its name.
        switch change {
        case .move, .add: return true
        case .rename, .drop, .retype: return false
        }
    }

    /// Whether the files of a table with a log stay right when columns come. One that the transaction has made is made as it is at the end:
    /// its columns get the numbers by which files know them then.
    func keepsFiles(of write: (any TableTransaction)?) throws(SQLError) -> Bool {
        guard let write, write.snapshot.inLog == nil else { return true }
        return try write.snapshot.plan(nil).filesTotal == 0
    }

    func requireWritten(_ table: GlueTable, _ what: String) throws(SQLError) {
        if !table.isWritten { throw .unsupported("\(what) of an external table") }
    }

    /// What clients of a table with a log of its own must know after a change, in words.
    func requirements(
        of table: GlueTable, after changes: [DefinitionChange], _ write: (any TableTransaction)?
    ) throws(SQLError) -> [String] {
        guard let format = table.writableFormat, changes.contains(where: \.isLogged),
            try catalog.attachedCatalog(of: table.databaseName) == nil
        else { return [] }
        let transaction = if let write { write } else { try catalog.beginWrite(table.tableName) }
        var changed = transaction.table
        for change in changes { try changed.apply(change) }
        let base = transaction.snapshot.inLog
        let after = try changed.declaration()
        let names = try format.requirements(of: after, by: changes.columnChanges, over: base)
        return Self.notices(table.name, names, format, after, before: try transaction.table.declaration().checks)
    }

    /// The same of a table that is going to be made, perhaps in the place of another one.
    func requirements(ofNew table: GlueTable, over replaced: (any TableSnapshot)?) throws(SQLError) -> [String] {
        guard let format = table.writableFormat else { return [] }
        let declaration = try table.declaration()
        let names = try format.requirements(of: declaration, by: [], over: replaced?.inLog)
        return Self.notices(table.name, names, format, declaration, before: [])
    }

    /// - Parameter checks: the constraints that the table had before.
    private static func notices(
        _ table: String, _ names: [String], _ format: any WritableTableFormat, _ declaration: TableDeclaration,
        before checks: [TableDeclaration.Check]
    ) -> [String] {
        var notices: [String] = []
        if !names.isEmpty {
            notices.append("table \"\(table)\" now needs clients that know \(names.joined(separator: ", ")) of the \(format.name) format")
        }
        if format.checksAreOwn, declaration.checks.contains(where: { !checks.contains($0) }) {
            notices.append("only Lode checks the CHECK constraints of table \"\(table)\": the \(format.name) format has none")
        }
        return notices
    }

    /// How files that are written for a table have its columns.
    func matching(
        of table: GlueTable, by changes: [ColumnChange] = [], over snapshot: (any TableSnapshot)?
    ) throws(SQLError) -> ColumnMatching {
        // What a transaction has made of a table has the columns that it had.
        if let overlay = snapshot as? OverlaySnapshot, changes.isEmpty { return overlay.columnMatching }
        guard let format = table.writableFormat else { return snapshot?.columnMatching ?? .name }
        return try format.columnMatching(of: try table.declaration(), by: changes, over: snapshot?.inLog)
    }

    /// The rows of a table in the columns that it is going to have. Of files that are there fields are found as they were called, and come
    /// out as they are called from now on; columns are cast by assignment. Rows that have numbers are the same ones afterwards: they bring
    /// them along behind the columns, as `lineage` says.
    func rows(
        of transaction: any TableTransaction, becoming changed: GlueTable, by changes: [DefinitionChange], using: [String: Expression],
        _ context: StatementContext
    ) throws(SQLError) -> (rows: BoundQuery, lineage: RowLineage?) {
        let snapshot = transaction.snapshot
        var schema = snapshot.schema, keys = Schema(snapshot.partitionColumns)
        var columns = snapshot.columnMatching.columns(of: schema)
        for change in changes.columnChanges {
            if case .retype(let path, _) = change, path.count == 1 { continue }
            if change.isOfOrder { continue }
            schema = try schema.changed(by: change)
            columns = MappedColumn.changed(columns, by: change)
            if keys.index(of: change.column) != nil { keys = try keys.changed(by: change) }
        }
        // In the order of the changed schema.
        columns = schema.fields.compactMap { field in columns.first { $0.name == field.name } }
        let target = try changed.insertTarget()
        let lineage = snapshot.rowMetadata?.lineage?.beside(Schema(schema.fields + target.schema.fields))
        let source = try CatalogRelation.reshaped(
            transaction, schema, columns, partitionedBy: keys.fields, lineage, try stores(of: transaction.table))
        let outputs = (schema.fields + source.hiddenFields).map { PlanColumn(context.columnIDs.fresh(), $0.name, $0.type) }
        let scan = ScanNode(
            context.execution.relations.add(source), outputs: outputs.enumerated().map { ScanOutput($1, index: $0) })
        var plan = LogicalPlan.scan(scan), kept = Array(outputs[schema.count...])
        if lineage != nil, changes.columnChanges.contains(where: \.isOfType) {
            // Values become other ones, with this commit.
            kept[1] = PlanColumn(context.columnIDs.fresh(), "changed with", .bigint)
            let items = ProjectNode.Item.passing(outputs.dropLast()) + [.init(kept[1], .constant(.null, .bigint))]
            plan = .project(ProjectNode(input: plan, items: items))
        }
        let rows = BoundQuery(plan: plan, names: plan.columns.map(\.name))
        return (try makeBinder(context).assign(byName: rows, using: using, keeping: kept, to: target), lineage)
    }

    // MARK: What else is about a column

    /// Constraints and generated columns that read a column.
    private func dependents(
        on column: String, of table: GlueTable
    ) throws(SQLError) -> (constraints: [String], generated: [String]) {
        let binder = makeBinder(statementContext()), target = try table.insertTarget(), fields = target.schema.fields
        let columns = fields.enumerated().map { PlanColumn(ColumnID($0), $1.name, $1.type) }
        guard let own = columns.first(where: { $0.name == column }) else { return ([], []) }
        var constraints: [String] = [], generated: [String] = []
        for check in try table.writeTarget(engine.stores).checks {
            if try binder.bindCheck(check.condition, over: columns, of: target).columns.contains(own.id) { constraints.append(check.name) }
        }
        for (position, expression) in target.generated.sorted(by: { $0.key < $1.key }) {
            let read = try binder.bindScalar(expression, over: columns, of: target.relation)
            if read.columns.contains(own.id) { generated.append(fields[position].name) }
        }
        return (constraints, generated)
    }

    /// - Throws: `2BP01` for a column whose name, values or being there something else of the table needs.
    private func requireIndependent(_ table: GlueTable, _ change: ColumnChange) throws(SQLError) {
        let what: String
        switch change {
        case .move, .add: return
        case .rename: what = "rename"
        case .drop: what = "drop"
        case .retype: what = "alter the type of"
        }
        let dependents = try dependents(on: change.column, of: table)
        func refuse(_ dependent: String, _ hint: String) -> SQLError {
            SQLError(
                .dependentObjectsStillExist, "cannot \(what) column \"\(change.column)\" of table \"\(table.name)\"",
                detail: "\(dependent) reads it.", hint: hint)
        }
        if let name = dependents.generated.first { throw refuse("The generated column \"\(name)\"", "Drop that column first.") }
        if case .retype = change { return }
        if let name = dependents.constraints.first {
            throw refuse("The constraint \"\(name)\"", "ALTER TABLE … DROP CONSTRAINT \(name) takes it away.")
        }
    }

    /// - Throws: what is wrong with defaults, generated columns and checks after a change.
    private func checkExpressions(of table: GlueTable) throws(SQLError) {
        let binder = makeBinder(statementContext()), target = try table.insertTarget()
        try TableElements(of: table).checkExpressions(binder)
        let columns = target.schema.fields.enumerated().map { PlanColumn(ColumnID($0), $1.name, $1.type) }
        for check in try table.writeTarget(engine.stores).checks {
            _ = try binder.bindCheck(check.condition, over: columns, of: target)
        }
    }
}

extension AlterTable.Place {
    var column: ColumnPlace {
        switch self {
        case .first: .first
        case .after(let other): .after(other.text)
        }
    }
}
