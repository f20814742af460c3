/// A table, view or key of a table as PostgreSQL's catalogs number and describe it.

import LodeCore

/// A schema with its number.
package struct SchemaObject: Sendable {
    package let number: Int64
    package let name: String
    package let comment: String?
    package let isShipped: Bool
    package let database: GlueDatabase
    /// The attached catalog that it is of; nil for the warehouse's own.
    package let catalog: String?
}

/// A table or view with its number, and what is computed of its definition when it is asked for.
package struct RelationObject: Sendable {
    package let number: Int64
    package let schema: SchemaObject
    package let table: GlueTable

    package init(_ table: GlueTable, in schema: SchemaObject) {
        number = ObjectNumbers.table(table)
        self.schema = schema
        self.table = table
    }

    package var name: String { table.name }

    /// `relkind`: r a table, v a view, f an external ("foreign") table.
    package var kind: String {
        switch table.kind {
        case .managed: "r"
        case .view: "v"
        case .external: table.isWritten ? "r" : "f"
        case .system: table.parameters["relkind"] ?? "v"
        }
    }

    package var isTable: Bool { kind == "r" }
    package var rowType: Int64 { ObjectNumbers.rowType(table) }

    package func attributes() -> [AttributeObject] {
        // Hidden ones are the last.
        table.shownColumns().enumerated().compactMap { index, shown in
            shown.column.isHidden ? nil : AttributeObject(attribute: index + 1, field: shown.field, column: shown.column)
        }
    }

    package func constraints() throws(SQLError) -> [ConstraintObject] {
        let declared = try table.constraints()
        if declared.isEmpty { return [] }
        let names = try table.schema().fields.map { $0.name.lowercased() }
        return declared.enumerated().map { index, constraint in
            let places = constraint.columns.compactMap { column in names.firstIndex(of: column.lowercased()).map { $0 + 1 } }
            return ConstraintObject(
                number: ObjectNumbers.constraint(index, of: table), declared: constraint, attributes: places)
        }
    }

    /// Its primary and unique keys: PostgreSQL has an index for each, and its clients look for keys there.
    package func keys() throws(SQLError) -> [ConstraintObject] { try constraints().filter(\.isKey) }
}

/// A column.
package struct AttributeObject: Sendable {
    /// From 1.
    package let attribute: Int
    package let field: Field
    package let column: GlueColumn

    package var name: String { field.name }
    package var type: WireType { column.wireType(field.type) }
    package var isDefined: Bool { column.defaultValue != nil || column.generated != nil }
    package var isNotNull: Bool { !field.nullable }

    /// `attndims`.
    package var dimensions: Int {
        var type = field.type, count = 0
        while case .list(let element) = type {
            type = element
            count += 1
        }
        return count
    }
}

extension GlueColumn {
    /// What clients are told of its type; `type` is what `self.type` stands for.
    package func wireType(_ type: SQLType) -> WireType {
        if type == .varchar, self.type.lowercased() == "varchar" { return WireType(id: ObjectID.varchar, size: -1) }
        return WireType(type, maximumLength: maximumLength)
    }
}

extension GlueTable {
    /// What results say of columns that they show.
    package func origins() throws(SQLError) -> [CatalogColumn] {
        let number = UInt32(truncatingIfNeeded: ObjectNumbers.table(self)), declared = try columns()
        return try schema().fields.enumerated().map { index, field in
            CatalogColumn(
                table: number, attribute: Int16(clamping: index + 1), type: declared[index].wireType(field.type),
                maximumLength: declared[index].maximumLength)
        }
    }
}

/// A constraint with its number and the numbers of its columns.
package struct ConstraintObject: Sendable {
    package let number: Int64
    package let declared: DeclaredConstraint
    package let attributes: [Int]

    package var isKey: Bool { declared.kind == .primaryKey || declared.kind == .unique }
}
