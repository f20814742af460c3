/// CHECK, PRIMARY KEY, UNIQUE and FOREIGN KEY, from what was written to what the catalog keeps.

import LodeCatalog
import LodeCore
import LodePlan
import LodePlanner
import LodeSyntax

extension TableElements {
    /// Reads the constraints of the columns, then those of the table.
    /// - Parameter referenced: a table that a foreign key names.
    mutating func add(
        _ written: [LodeSyntax.TableConstraint], _ binder: Binder, referenced: (QualifiedName) throws(SQLError) -> GlueTable
    ) throws(SQLError) {
        for constraint in pending + written {
            let read = try self.read(constraint, binder, referenced)
            constraints.append(read)
            if !read.isEnforced, constraint.isEnforced == nil {
                notices.append("\(read.kind.rawValue) \"\(read.name)\" is kept for information and is not enforced")
            }
        }
    }

    private mutating func read(
        _ constraint: LodeSyntax.TableConstraint, _ binder: Binder, _ referenced: (QualifiedName) throws(SQLError) -> GlueTable
    ) throws(SQLError) -> DeclaredConstraint {
        let span = constraint.span
        switch constraint.kind {
        case .check(let condition):
            if constraint.isEnforced == false { throw .unsupported("a CHECK that is NOT ENFORCED", at: span) }
            let used = try columnsRead(by: condition, binder)
            let suffix = used.count == 1 ? "\(used[0])_check" : "check"
            return DeclaredConstraint(
                name: try name(constraint, "\(table.name)_\(suffix)"), kind: .check, columns: used, condition: Printer.sql(condition))
        case .primaryKey(let names):
            try refuseEnforced(constraint, .primaryKey)
            if constraints.contains(where: { $0.kind == .primaryKey }) {
                throw SQLError(.invalidTableDefinition, "multiple primary keys for table \"\(table.name)\" are not allowed", at: span)
            }
            let key = try positions(names)
            for position in key { columns[position].field.nullable = false }
            return DeclaredConstraint(name: try name(constraint, "\(table.name)_pkey"), kind: .primaryKey, columns: columnNames(key))
        case .unique(let names):
            try refuseEnforced(constraint, .unique)
            let key = columnNames(try positions(names))
            return DeclaredConstraint(
                name: try name(constraint, "\(table.name)_\(key.joined(separator: "_"))_key"), kind: .unique, columns: key)
        case .foreignKey(let names, let other, let others):
            try refuseEnforced(constraint, .foreignKey)
            let key = columnNames(try positions(names))
            return DeclaredConstraint(
                name: try name(constraint, "\(table.name)_\(key.joined(separator: "_"))_fkey"), kind: .foreignKey, columns: key,
                reference: try reference(other, others, count: key.count, at: span, referenced))
        }
    }

    private func refuseEnforced(_ constraint: LodeSyntax.TableConstraint, _ kind: DeclaredConstraint.Kind) throws(SQLError) {
        if constraint.isEnforced == true {
            throw .unsupported(
                "\(kind.rawValue) that is ENFORCED", at: constraint.span, hint: "Write NOT ENFORCED, and let a query look for duplicates.")
        }
    }

    private func columnsRead(by condition: Expression, _ binder: Binder) throws(SQLError) -> [String] {
        let columns = schema.fields.enumerated().map { PlanColumn(ColumnID($0), $1.name, $1.type) }
        let bound = try binder.bindCheck(condition, over: columns, of: target())
        return columns.filter { bound.columns.contains($0.id) }.map(\.name)
    }

    private func positions(_ names: [Identifier]) throws(SQLError) -> [Int] {
        var positions: [Int] = []
        for name in names {
            guard let position = schema.index(of: name.text) else {
                throw SQLError(
                    .undefinedColumn, "column \"\(name.text)\" named in key does not exist", at: name.span,
                    hint: NearestName.find(name.text, among: schema.fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
            }
            if positions.contains(position) {
                throw SQLError(.duplicateColumn, "column \"\(name.text)\" appears twice in a key", at: name.span)
            }
            positions.append(position)
        }
        return positions
    }

    private func columnNames(_ positions: [Int]) -> [String] { positions.map { columns[$0].field.name } }

    private func reference(
        _ other: QualifiedName, _ names: [Identifier], count: Int, at span: SourceSpan,
        _ referenced: (QualifiedName) throws(SQLError) -> GlueTable
    ) throws(SQLError) -> DeclaredConstraint.Reference {
        let isSelf = other.last.text.lowercased() == table.name.lowercased()
            && (other.parts.count == 1 || other.parts[other.parts.count - 2].text.lowercased() == table.database.lowercased())
        let target: (name: TableName, schema: Schema, keys: [DeclaredConstraint])
        if isSelf {
            target = (table, schema, constraints)
        } else {
            let found = try referenced(other)
            target = (found.tableName, try found.schema(), try found.constraints())
        }
        var columns: [String] = []
        for name in names {
            guard let position = target.schema.index(of: name.text) else {
                throw SQLError(
                    .undefinedColumn, "column \"\(name.text)\" referenced in foreign key constraint does not exist", at: name.span,
                    hint: NearestName.find(name.text, among: target.schema.fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
            }
            columns.append(target.schema.fields[position].name)
        }
        if columns.isEmpty {
            guard let key = target.keys.first(where: { $0.kind == .primaryKey }) else {
                throw SQLError(
                    .undefinedObject, "there is no primary key for referenced table \"\(target.name.name)\"", at: span,
                    hint: "Name its columns: REFERENCES \(target.name.name) (…).")
            }
            columns = key.columns
        }
        guard columns.count == count else {
            throw SQLError(.invalidForeignKey, "number of referencing and referenced columns for foreign key disagree", at: span)
        }
        return .init(schema: target.name.database, table: target.name.name, columns: columns)
    }

    /// The name that was given, or `chosen` with a number behind it if that is taken.
    private func name(_ constraint: LodeSyntax.TableConstraint, _ chosen: String) throws(SQLError) -> String {
        let taken = Set(constraints.map { $0.name.lowercased() })
        if let given = constraint.name {
            if taken.contains(given.text.lowercased()) {
                throw SQLError(
                    .duplicateObject, "constraint \"\(given.text)\" for relation \"\(table.name)\" already exists", at: given.span)
            }
            return given.text
        }
        var name = chosen, number = 0
        while taken.contains(name.lowercased()) {
            number += 1
            name = chosen + String(number)
        }
        return name
    }
}
