/// ALTER TABLE of columns and constraints.

import LodeCatalog
import LodeCore
import LodeExecution
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables
import LodeVectors

extension Session {
    /// Changes what is declared of columns and rows; nil if the action is about something else.
    /// - Parameter write: of a table with a log, as it was found.
    func alterDeclarations(
        of table: GlueTable, by action: AlterTable.Action, _ write: (any TableTransaction)?
    ) throws(SQLError) -> StatementOutcome? {
        switch action {
        case .addColumns(let columns, let ifNotExists): return try addColumns(columns, ifNotExists: ifNotExists, to: table, write)
        case .setDefault(let column, let value): return try setDefault(value, of: column, in: table, write)
        case .setNotNull(let column, let isNotNull): return try setNotNull(isNotNull, of: column, in: table, write)
        case .setComment(let column, let text):
            guard column.parts.count == 1 else { throw .unsupported("COMMENT of a field of a struct", at: column.span) }
            try catalog.commit(.alter(table.tableName, [.setComment(text, column: column.last.text)]))
        case .addConstraint(let constraint): return try addConstraint(constraint, to: table, write)
        case .dropConstraint(let name, let ifExists):
            try catalog.commit(.alter(table.tableName, [.dropConstraint(name.text, ifExists: ifExists)]))
        default: return nil
        }
        return StatementOutcome(tag: "ALTER TABLE")
    }

    /// Adds columns, and fields of structs. Rows that are there get what new rows would: they are written again if that is anything but
    /// NULL.
    private func addColumns(
        _ added: [AlterTable.AddedColumn], ifNotExists: Bool, to table: GlueTable, _ write: (any TableTransaction)?
    ) throws(SQLError) -> StatementOutcome {
        var elements = try TableElements(of: table)
        let known = elements.columns.count, knownConstraints = elements.constraints.count
        var changes: [DefinitionChange] = [], places: [DefinitionChange] = []
        for column in added {
            let name = column.definition.name.text
            if !column.owner.isEmpty {
                guard let change = try fieldChange(column, ifNotExists: ifNotExists, elements.schema) else { continue }
                changes.append(change)
            } else if !(ifNotExists && elements.schema.index(of: name) != nil) {
                try elements.add(column.definition)
            } else {
                continue
            }
            if let place = column.place { places.append(.column(.move(column.owner.map(\.text) + [name], place.column))) }
        }
        let context = statementContext(), binder = makeBinder(context)
        try elements.checkExpressions(binder)
        try elements.add([], binder) { (other) throws(SQLError) in try self.existingTable(other) }
        if let column = elements.columns[known...].first(where: { $0.identity != nil }) {
            throw .unsupported("adding an identity column to a table that is there", at: column.span)
        }
        let columns = elements.columns[known...], constraints = elements.constraints[knownConstraints...]
        if !columns.isEmpty || changes.isEmpty {
            changes.insert(.addColumns(columns.map(\.glueColumn), ifNotExists: ifNotExists), at: 0)
        }
        changes += constraints.map { .addConstraint($0) }
        if !places.isEmpty || changes.contains(where: \.isOfColumns) { try requireWritten(table, "ADD COLUMN … FIRST, AFTER or inside") }
        var outcome = StatementOutcome(tag: "ALTER TABLE", notices: elements.notices)
        let fills = constraints.contains(where: \.isEnforced)
            || columns.contains { $0.defaultValue != nil || $0.generated != nil || !$0.field.nullable }
        if fills, !table.isWritten { throw .unsupported("ADD COLUMN … NOT NULL, DEFAULT, GENERATED or CHECK of an external table") }
        let keepsFiles = try keepsFiles(of: write)
        if fills || !keepsFiles {
            // Rows are written with the new columns at the end; only then these get their places.
            outcome = try rewritten(table, by: changes + places, outcome, write)
        } else {
            outcome.notices += try requirements(of: table, after: changes + places, write)
            try catalog.commit(.alter(table.tableName, changes + places))
        }
        return outcome
    }

    /// Nil for a field that is there, if that is allowed.
    private func fieldChange(
        _ added: AlterTable.AddedColumn, ifNotExists: Bool, _ schema: Schema
    ) throws(SQLError) -> DefinitionChange? {
        var elements = TableElements(TableName("", ""))
        try elements.add(added.definition)
        guard let field = elements.columns.first, added.definition.constraints.isEmpty, field.comment == nil, field.maximumLength == nil
        else {
            throw .unsupported("a field of a struct with constraints, a comment or a length", at: added.definition.span)
        }
        let path = try schema.spelled(added.owner.map(\.text))
        if ifNotExists, case .structure(let fields) = try schema.type(at: path), Schema(fields).index(of: field.field.name) != nil {
            return nil
        }
        return .column(.add(field.field, in: path))
    }

    /// The outcome of writing every row of a table again, by its changed definition, which becomes the table's in the same commit.
    func rewritten(
        _ table: GlueTable, by changes: [DefinitionChange], using: [String: Expression] = [:], _ outcome: StatementOutcome,
        _ write: (any TableTransaction)?
    ) throws(SQLError) -> StatementOutcome {
        let transaction = if let write { write } else { try catalog.beginWrite(table.tableName) }, context = statementContext()
        var changed = transaction.table
        for change in changes { try changed.apply(change) }
        let (rows, lineage) = try rows(of: transaction, becoming: changed, by: changes, using: using, context)
        var target = try changed.writeTarget(stores(of: changed))
        target.matching = try matching(of: changed, by: changes.columnChanges, over: transaction.snapshot)
        if let lineage { target = target.keeping(lineage) }
        let written = try self.write(rows, to: target, context)
        transaction.replaceAll(with: written.files)
        transaction.dependsOnSnapshot()
        var outcome = outcome
        outcome.notices += try requirements(of: table, after: changes, transaction)
        _ = try commitWritten(written, to: target, [transaction.change, .alter(changed.tableName, changes + [.rewritten])], context)
        outcome.receipt = written.receipt
        return outcome
    }

    private func setDefault(
        _ value: Expression?, of column: Identifier, in table: GlueTable, _ write: (any TableTransaction)?
    ) throws(SQLError) -> StatementOutcome {
        var elements = try TableElements(of: table)
        let position = try position(of: column, elements)
        if elements.columns[position].generated != nil {
            throw SQLError(
                .syntaxError, "column \"\(column.text)\" of relation \"\(table.name)\" is a generated column", at: column.span)
        }
        elements.columns[position].defaultValue = value
        if value != nil { try elements.checkExpressions(makeBinder(statementContext())) }
        if value != nil, !table.isWritten { throw .unsupported("DEFAULT in an external table") }
        return try commit([.setDefault(value.map { Printer.sql($0) }, column: column.text)], to: table, checkingRows: false, write)
    }

    private func setNotNull(
        _ isNotNull: Bool, of column: Identifier, in table: GlueTable, _ write: (any TableTransaction)?
    ) throws(SQLError) -> StatementOutcome {
        let elements = try TableElements(of: table)
        let name = elements.columns[try position(of: column, elements)].field.name
        if !isNotNull, elements.constraints.contains(where: { $0.kind == .primaryKey && $0.columns.contains(name) }) {
            throw SQLError(.invalidTableDefinition, "column \"\(name)\" is in a primary key", at: column.span)
        }
        return try commit([.setNullable(!isNotNull, column: name)], to: table, checkingRows: isNotNull, write)
    }

    private func addConstraint(
        _ constraint: LodeSyntax.TableConstraint, to table: GlueTable, _ write: (any TableTransaction)?
    ) throws(SQLError) -> StatementOutcome {
        var elements = try TableElements(of: table)
        let before = elements.columns
        try elements.add([constraint], makeBinder(statementContext())) { (other) throws(SQLError) in try self.existingTable(other) }
        var changes: [DefinitionChange] = elements.constraints.suffix(1).map { .addConstraint($0) }
        // The columns of a primary key become NOT NULL.
        let notNull = zip(before, elements.columns).filter { $0.field.nullable && !$1.field.nullable }.map(\.1.field.name)
        changes += notNull.map { .setNullable(false, column: $0) }
        var outcome = try commit(
            changes, to: table, checkingRows: elements.constraints.last?.isEnforced == true || !notNull.isEmpty, write)
        outcome.notices = elements.notices + outcome.notices
        return outcome
    }

    private func position(of column: Identifier, _ elements: TableElements) throws(SQLError) -> Int {
        if let position = elements.schema.index(of: column.text) { return position }
        throw SQLError(
            .undefinedColumn, "column \"\(column.text)\" of relation \"\(elements.table.name)\" does not exist", at: column.span,
            hint: NearestName.find(column.text, among: elements.schema.fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
    }

    /// - Parameter checkingRows: whether the rows that are there must satisfy the changed definition.
    private func commit(
        _ changes: [DefinitionChange], to table: GlueTable, checkingRows: Bool, _ write: (any TableTransaction)?
    ) throws(SQLError) -> StatementOutcome {
        var all = changes
        let notices = try requirements(of: table, after: changes, write)
        if checkingRows {
            guard table.isWritten else { throw .unsupported("a constraint on the rows of an external table") }
            all.append(.requires(try checkRows(of: table, changes, write)))
        }
        try catalog.commit(.alter(table.tableName, all))
        return StatementOutcome(tag: "ALTER TABLE", notices: notices)
    }

    /// - Returns: the state of the table whose rows were looked at.
    /// - Throws: `23502` or `23514` if a row that is there breaks a constraint of the changed definition.
    private func checkRows(
        of table: GlueTable, _ changes: [DefinitionChange], _ write: (any TableTransaction)?
    ) throws(SQLError) -> TableVersion {
        let transaction = if let write { write } else { try catalog.beginWrite(table.tableName) }
        guard let version = transaction.snapshot.identity else { throw .internalFault("a managed table without an identity") }
        var changed = transaction.table
        for change in changes { try changed.apply(change) }
        let context = statementContext()
        let query = try optimized(try makeBinder(context).bind(copy: .table(Self.name(of: table), [])), context)
        let execution = try QueryExecution(plan: query.plan, context: context.execution)
        let checked = CheckedRows(try constraints(of: try changed.writeTarget(stores(of: changed)), context, on: .stored))
        try watching(execution) { () throws(SQLError) in try execution.run(into: checked) }
        return version
    }

    static func name(of table: GlueTable) -> QualifiedName {
        QualifiedName([table.databaseName, table.name].map { Identifier($0, isQuoted: true, span: SourceSpan(0, 0)) })
    }
}

/// Takes rows, checks them and keeps none.
private final class CheckedRows: ResultConsumer {
    private let constraints: RowConstraints

    init(_ constraints: RowConstraints) { self.constraints = constraints }

    func receive(_ chunk: Chunk) throws(SQLError) -> Demand {
        try constraints.check(chunk)
        return .more
    }
}
