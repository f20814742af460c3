/// Constraints of a table as the catalog keeps them.

import LodeCore

/// A constraint that spans columns or computes something. NOT NULL, DEFAULT and GENERATED are with the columns.
///
/// Only CHECK is enforced. Keys are what their author says of the data: shown, never relied on.
package struct DeclaredConstraint: Codable, Hashable, Sendable {
    package enum Kind: String, Codable, Sendable {
        case check = "CHECK"
        case primaryKey = "PRIMARY KEY"
        case unique = "UNIQUE"
        case foreignKey = "FOREIGN KEY"
    }

    /// The key that a foreign key points to.
    package struct Reference: Codable, Hashable, Sendable {
        package var schema: String
        package var table: String
        /// Empty for its primary key.
        package var columns: [String]

        package init(schema: String, table: String, columns: [String]) {
            self.schema = schema
            self.table = table
            self.columns = columns
        }
    }

    /// Unique in the table, without regard to case.
    package var name: String
    package var kind: Kind
    /// Of the key, in its order; for a CHECK those that it reads.
    package var columns: [String]
    /// The condition of a CHECK, as SQL.
    package var condition: String?
    package var reference: Reference?

    package init(name: String, kind: Kind, columns: [String], condition: String? = nil, reference: Reference? = nil) {
        self.name = name
        self.kind = kind
        self.columns = columns
        self.condition = condition
        self.reference = reference
    }

    package var isEnforced: Bool { kind == .check }
}

extension GlueTable {
    /// - Throws: `XX001` if the catalog's text is no list of constraints.
    package func constraints() throws(SQLError) -> [DeclaredConstraint] {
        guard let text = parameters[TableParameter.constraints] else { return [] }
        return try JSONText.read([DeclaredConstraint].self, text, "the constraints of table \"\(tableName)\"")
    }

    package mutating func setConstraints(_ constraints: [DeclaredConstraint]) {
        parameters[TableParameter.constraints] = constraints.isEmpty ? nil : JSONText.write(constraints)
    }

    /// All columns by name, in the order of `schema()`.
    package func columns() throws(SQLError) -> [GlueColumn] {
        let all = storageDescriptor.columns + partitionKeys
        return try schema().fields.compactMap { field in all.first { $0.name == field.name } }
    }

    /// Changes the column of that name, wherever it is kept.
    package mutating func changeColumn(_ name: String, _ change: (inout GlueColumn) -> Void) {
        if let index = storageDescriptor.columns.firstIndex(where: { $0.name == name }) {
            change(&storageDescriptor.columns[index])
        } else if let index = partitionKeys.firstIndex(where: { $0.name == name }) {
            change(&partitionKeys[index])
        }
    }
}
