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
    func alterDeclarations(of table: GlueTable, by action: AlterTable.Action) throws(SQLError) -> StatementOutcome? {
        switch action {
        case .addColumns(let columns, let ifNotExists): return try addColumns(columns, ifNotExists: ifNotExists, to: table)
        case .setDefault(let column, let value): try setDefault(value, of: column, in: table)
        case .setNotNull(let column, let isNotNull): try setNotNull(isNotNull, of: column, in: table)
        case .addConstraint(let constraint): return try addConstraint(constraint, to: table)
        case .dropConstraint(let name, let ifExists):
            try catalog.commit(.alter(table.tableName, [.dropConstraint(name.text, ifExists: ifExists)]))
        default: return nil
        }
        return StatementOutcome(tag: "ALTER TABLE")
    }

    /// Adds columns. Rows that are there get what new rows would: they are written again if that is anything but NULL.
    private func addColumns(
        _ definitions: [ColumnDefinition], ifNotExists: Bool, to table: GlueTable
    ) throws(SQLError) -> StatementOutcome {
        var elements = try TableElements(of: table)
        let known = elements.columns.count, knownConstraints = elements.constraints.count
        for definition in definitions where !(ifNotExists && elements.schema.index(of: definition.name.text) != nil) {
            try elements.add(definition)
        }
        let context = statementContext(), binder = makeBinder(context)
        try elements.checkExpressions(binder)
        try elements.add([], binder) { (other) throws(SQLError) in try self.existingTable(other) }
        let columns = elements.columns[known...], constraints = elements.constraints[knownConstraints...]
        var changes: [DefinitionChange] = [.addColumns(columns.map(\.glueColumn), ifNotExists: ifNotExists)]
        changes += constraints.map { .addConstraint($0) }
        var outcome = StatementOutcome(tag: "ALTER TABLE", notices: elements.notices)
        let fills = constraints.contains(where: \.isEnforced)
            || columns.contains { $0.defaultValue != nil || $0.generated != nil || !$0.field.nullable }
        if fills, !table.isWritten { throw .unsupported("ADD COLUMN … NOT NULL, DEFAULT, GENERATED or CHECK of an external table") }
        var changed = table
        for change in changes { try changed.apply(change) }
        if fills {
            outcome.receipt = try rewrite(changed, binder, context, changes)
        } else {
            try catalog.commit(.alter(table.tableName, changes))
        }
        return outcome
    }

    /// Writes every row of a table again, by its changed definition, which becomes the table's in the same commit.
    private func rewrite(
        _ changed: GlueTable, _ binder: Binder, _ context: StatementContext, _ changes: [DefinitionChange]
    ) throws(SQLError) -> Receipt {
        let transaction = try catalog.beginWrite(changed.tableName)
        let rows = try binder.bind(copy: .table(Self.name(of: changed), []))
        let target = try changed.writeTarget(stores(of: changed))
        let written = try write(try binder.assign(rows, to: try changed.insertTarget(), at: nil), to: target, context)
        transaction.replaceAll(with: written.files)
        transaction.dependsOnSnapshot()
        _ = try commitWritten(written, to: target, [transaction.change, .alter(changed.tableName, changes)], context)
        return written.receipt
    }

    private func setDefault(_ value: Expression?, of column: Identifier, in table: GlueTable) throws(SQLError) {
        var elements = try TableElements(of: table)
        let position = try position(of: column, elements)
        if elements.columns[position].generated != nil {
            throw SQLError(
                .syntaxError, "column \"\(column.text)\" of relation \"\(table.name)\" is a generated column", at: column.span)
        }
        elements.columns[position].defaultValue = value
        if value != nil { try elements.checkExpressions(makeBinder(statementContext())) }
        if value != nil, !table.isWritten { throw .unsupported("DEFAULT in an external table") }
        try catalog.commit(.alter(table.tableName, [.setDefault(value.map { Printer.sql($0) }, column: column.text)]))
    }

    private func setNotNull(_ isNotNull: Bool, of column: Identifier, in table: GlueTable) throws(SQLError) {
        let elements = try TableElements(of: table)
        let name = elements.columns[try position(of: column, elements)].field.name
        if !isNotNull, elements.constraints.contains(where: { $0.kind == .primaryKey && $0.columns.contains(name) }) {
            throw SQLError(.invalidTableDefinition, "column \"\(name)\" is in a primary key", at: column.span)
        }
        try commit([.setNullable(!isNotNull, column: name)], to: table, checkingRows: isNotNull)
    }

    private func addConstraint(_ constraint: LodeSyntax.TableConstraint, to table: GlueTable) throws(SQLError) -> StatementOutcome {
        var elements = try TableElements(of: table)
        let before = elements.columns
        try elements.add([constraint], makeBinder(statementContext())) { (other) throws(SQLError) in try self.existingTable(other) }
        var changes: [DefinitionChange] = elements.constraints.suffix(1).map { .addConstraint($0) }
        // The columns of a primary key become NOT NULL.
        let notNull = zip(before, elements.columns).filter { $0.field.nullable && !$1.field.nullable }.map(\.1.field.name)
        changes += notNull.map { .setNullable(false, column: $0) }
        try commit(changes, to: table, checkingRows: elements.constraints.last?.isEnforced == true || !notNull.isEmpty)
        return StatementOutcome(tag: "ALTER TABLE", notices: elements.notices)
    }

    private func position(of column: Identifier, _ elements: TableElements) throws(SQLError) -> Int {
        if let position = elements.schema.index(of: column.text) { return position }
        throw SQLError(
            .undefinedColumn, "column \"\(column.text)\" of relation \"\(elements.table.name)\" does not exist", at: column.span,
            hint: NearestName.find(column.text, among: elements.schema.fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
    }

    /// - Parameter checkingRows: whether the rows that are there must satisfy the changed definition.
    private func commit(_ changes: [DefinitionChange], to table: GlueTable, checkingRows: Bool) throws(SQLError) {
        var all = changes
        if checkingRows {
            guard table.isWritten else { throw .unsupported("a constraint on the rows of an external table") }
            all.append(.requires(try checkRows(of: table, changes)))
        }
        try catalog.commit(.alter(table.tableName, all))
    }

    /// - Returns: the state of the table whose rows were looked at.
    /// - Throws: `23502` or `23514` if a row that is there breaks a constraint of the changed definition.
    private func checkRows(of table: GlueTable, _ changes: [DefinitionChange]) throws(SQLError) -> TableVersion {
        let transaction = try catalog.beginWrite(table.tableName)
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

    private static func name(of table: GlueTable) -> QualifiedName {
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
