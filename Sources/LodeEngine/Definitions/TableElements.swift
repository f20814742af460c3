/// The columns that a statement declares for a table, with what each of them says.

import LodeCatalog
import LodeCore
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables

/// One column as it was declared.
struct DeclaredColumn {
    var field: Field
    /// The n of `varchar(n)`.
    var maximumLength: Int?
    var comment: String?
    var defaultValue: Expression?
    var generated: Expression?
    var identity: IdentityColumn?
    var span: SourceSpan?
}

/// What is written in the parentheses of CREATE TABLE, collected and then checked as a whole.
struct TableElements {
    let table: TableName
    var columns: [DeclaredColumn] = []
    var constraints: [DeclaredConstraint] = []
    /// Constraints of the columns, to be read when all columns are known.
    private(set) var pending: [LodeSyntax.TableConstraint] = []
    var notices: [String] = []

    init(_ table: TableName) { self.table = table }

    /// What a table has, so that more can be added to it.
    init(of existing: GlueTable) throws(SQLError) {
        table = existing.tableName
        let target = try existing.insertTarget()
        for (position, column) in try existing.columns().enumerated() {
            columns.append(
                DeclaredColumn(
                    field: target.schema.fields[position], maximumLength: column.maximumLength, comment: column.comment,
                    defaultValue: target.defaults[position], generated: target.generated[position], identity: column.identity))
        }
        constraints = try existing.constraints()
    }

    var schema: Schema { Schema(columns.map(\.field)) }

    mutating func add(_ definition: ColumnDefinition) throws(SQLError) {
        guard let type = definition.type else {
            throw SQLError(.syntaxError, "column \"\(definition.name.text)\" has no type", at: definition.span)
        }
        let (columnType, length) = try TypeBinder.columnType(type)
        columns.append(DeclaredColumn(field: Field(definition.name.text, columnType), maximumLength: length))
        try declare(columns.count - 1, by: definition)
    }

    /// The columns of a table: names, types and NOT NULL, as PostgreSQL's LIKE copies them.
    mutating func add(like table: GlueTable) throws(SQLError) {
        for (field, column) in zip(try table.schema().fields, try table.columns()) {
            columns.append(DeclaredColumn(field: field, maximumLength: column.maximumLength))
        }
    }

    /// The columns of a query; `definitions` rename the first of them and may give them types and constraints.
    mutating func add(_ query: BoundQuery, _ definitions: [ColumnDefinition]) throws(SQLError) {
        columns += query.schema.fields.map { field in
            let type = field.type == .null ? .varchar : field.type.stored
            return DeclaredColumn(field: Field(field.name, type), maximumLength: type == .varchar ? field.origin?.maximumLength : nil)
        }
        if definitions.count > columns.count {
            throw SQLError(.syntaxError, "too many column names were specified", at: definitions.last?.span)
        }
        for (index, definition) in definitions.enumerated() {
            columns[index].field.name = definition.name.text
            if let type = definition.type {
                (columns[index].field.type, columns[index].maximumLength) = try TypeBinder.columnType(type)
            }
            try declare(index, by: definition)
            if columns[index].generated != nil || columns[index].identity != nil {
                throw .unsupported(
                    "a generated or identity column in CREATE TABLE AS", at: definition.span, hint: "CREATE the table first, then INSERT.")
            }
        }
    }

    /// Lode does not write the files of external tables, so that it can't promise anything of their rows.
    func refuseWhatIsNotWritten() throws(SQLError) {
        for column in columns {
            if column.defaultValue != nil { throw .unsupported("DEFAULT in an external table", at: column.span) }
            if column.generated != nil || column.identity != nil { throw .unsupported("GENERATED in an external table", at: column.span) }
        }
        if constraints.contains(where: \.isEnforced) { throw .unsupported("CHECK in an external table") }
    }

    /// Gives the column at `position` what its definition says beside the type.
    mutating func declare(_ position: Int, by definition: ColumnDefinition) throws(SQLError) {
        var column = columns[position], isNull = false, isNotNull = false
        column.comment = definition.comment
        column.span = definition.span
        for constraint in definition.constraints {
            switch constraint.kind {
            case .null: isNull = true
            case .notNull:
                if constraint.isEnforced == false { throw .unsupported("NOT NULL that is NOT ENFORCED", at: constraint.span) }
                isNotNull = true
            case .defaultValue(let value):
                if column.defaultValue != nil { throw repeated("default values", column, at: constraint.span) }
                column.defaultValue = value
            case .generated(let value, let isStored):
                if !isStored {
                    throw .unsupported(
                        "a virtual generated column", at: constraint.span,
                        hint: "Write STORED: the value is computed when a row is written.")
                }
                if column.generated != nil { throw repeated("generation clauses", column, at: constraint.span) }
                column.generated = value
            case .identity(let options):
                if column.identity != nil { throw repeated("identity specifications", column, at: constraint.span) }
                column.identity = try identity(options, column.field, at: constraint.span)
                isNotNull = true
            case .primaryKey, .unique, .check, .references: pending.append(constraint.ofTable(definition.name))
            }
            if case .primaryKey = constraint.kind { isNotNull = true }
        }
        if isNull, isNotNull {
            throw SQLError(
                .syntaxError, "conflicting NULL/NOT NULL declarations for column \"\(column.field.name)\" of table \"\(table.name)\"",
                at: definition.span)
        }
        if column.identity != nil, column.defaultValue != nil || column.generated != nil {
            throw SQLError(
                .syntaxError,
                "both identity and \(column.generated == nil ? "default" : "generation expression") specified for column "
                    + "\"\(column.field.name)\" of table \"\(table.name)\"", at: definition.span)
        }
        if column.defaultValue != nil, column.generated != nil {
            throw SQLError(
                .syntaxError,
                "both default and generation expression specified for column \"\(column.field.name)\" of table \"\(table.name)\"",
                at: definition.span)
        }
        if isNotNull { column.field.nullable = false }
        columns[position] = column
    }

    private func identity(_ options: IdentityOptions, _ field: Field, at span: SourceSpan) throws(SQLError) -> IdentityColumn {
        guard field.type == .bigint else {
            throw .unsupported("an identity column of type \(field.type)", at: span, hint: "Make it bigint.")
        }
        let step = options.increment ?? 1
        if step == 0 { throw SQLError(.invalidParameterValue, "INCREMENT must not be zero", at: span) }
        return IdentityColumn(start: options.start ?? (step > 0 ? 1 : -1), step: step, takesValues: !options.isAlways)
    }

    /// Only tables that keep a log count values: in a place where every writer looks.
    func refuseIdentity() throws(SQLError) {
        if let column = columns.first(where: { $0.identity != nil }) {
            throw .unsupported("an identity column of this table", at: column.span, hint: "CREATE TABLE … USING delta has them.")
        }
    }

    private func repeated(_ what: String, _ column: DeclaredColumn, at span: SourceSpan) -> SQLError {
        SQLError(.syntaxError, "multiple \(what) specified for column \"\(column.field.name)\" of table \"\(table.name)\"", at: span)
    }

    /// The table as rows are bound for it, partition columns apart.
    func target() -> InsertTarget {
        var target = InsertTarget(name: "\(table)", schema: schema)
        for (position, column) in columns.enumerated() {
            target.defaults[position] = column.defaultValue
            target.generated[position] = column.generated
            target.identities[position] = column.identity
            target.maximumLengths[position] = column.maximumLength
        }
        return target
    }

    /// - Throws: what is wrong with a DEFAULT or GENERATED.
    func checkExpressions(_ binder: Binder) throws(SQLError) {
        let target = target()
        for (position, column) in columns.enumerated() {
            if let value = column.defaultValue { try binder.check(default: value, position: position, of: target) }
            if let value = column.generated { try binder.check(generated: value, position: position, of: target) }
        }
    }

    /// Puts into a table's definition what its schema alone doesn't say.
    func apply(to definition: inout GlueTable) {
        for column in columns {
            definition.changeColumn(column.field.name) { column.apply(to: &$0) }
        }
        definition.setConstraints(constraints)
    }
}

extension DeclaredColumn {
    var glueColumn: GlueColumn {
        var column = GlueColumn(name: field.name, type: HiveTypeText.write(field.type.stored))
        apply(to: &column)
        return column
    }

    func apply(to column: inout GlueColumn) {
        if let maximumLength { column.type = HiveTypeText.varchar(maximumLength) }
        column.nullable = field.nullable
        column.comment = comment
        column.defaultValue = defaultValue.map { Printer.sql($0) }
        column.generated = generated.map { Printer.sql($0) }
        column.identity = identity
    }
}

extension ColumnConstraint {
    /// The same as a constraint of the table; the kinds that are no constraints of their own don't come here.
    fileprivate func ofTable(_ column: Identifier) -> LodeSyntax.TableConstraint {
        let kind: LodeSyntax.TableConstraint.Kind =
            switch self.kind {
            case .check(let condition): .check(condition)
            case .references(let table, let columns): .foreignKey([column], table, columns)
            case .unique: .unique([column])
            default: .primaryKey([column])
            }
        return LodeSyntax.TableConstraint(kind: kind, name: name, isEnforced: isEnforced, span: span)
    }
}
