/// The columns of an Iceberg table as scans know them.

import LodeCore

/// A schema in SQL's terms, and its fields by their numbers.
struct IcebergColumns: Sendable {
    /// NULL may occur in all columns: what other writers promise is not checked.
    let schema: Schema
    /// Aligned with the schema.
    let mapped: [MappedColumn]
    /// Fields that hold single values and lie in no list and no map.
    private(set) var leaves: [Int: Leaf] = [:]

    struct Leaf: Sendable {
        /// `FieldPath.name` of the names that lead to it.
        var name: String
        var type: IcebergType
        /// Whether it is a column itself.
        var isColumn: Bool
    }

    /// - Throws: `0A000` naming a type that Lode has not, `XX001` for a schema with a name or a number twice.
    init(_ schema: IcebergSchema, _ mapping: IcebergNameMapping?) throws(SQLError) {
        var names: Set<String> = [], ids: Set<Int> = []
        for field in schema.fields {
            do throws(SQLError) {
                try field.type.requireKnown()
            } catch {
                throw error.within("column \(field.name)")
            }
            guard names.insert(field.name).inserted, ids.insert(field.id).inserted else {
                throw SQLError(.dataCorrupted, "the schema of the Iceberg table has the column \"\(field.name)\" twice")
            }
        }
        self.schema = Schema(schema.fields.map { Field($0.name, $0.type.sqlType) })
        mapped = schema.fields.map { Self.mapped($0, mapping) }
        for field in schema.fields { note(field, []) }
    }

    static func mapped(_ field: IcebergField, _ mapping: IcebergNameMapping?) -> MappedColumn {
        MappedColumn(
            name: field.name, fileName: field.name, fieldID: field.id, unnumberedNames: mapping?.names(of: field.id),
            missing: field.initialDefault ?? .null, parts: field.type.parts.map { mapped($0, mapping) })
    }

    private mutating func note(_ field: IcebergField, _ path: [String]) {
        let path = path + [field.name]
        switch field.type {
        case .structure(let fields): for part in fields { note(part, path) }
        case .list, .map, .variant, .unknown, .other: break
        default: leaves[field.id] = Leaf(name: FieldPath.name(path), type: field.type, isColumn: path.count == 1)
        }
    }

    /// The numbers of the fields that a condition looks at.
    func ids(of names: Set<String>) -> Set<Int> { Set(leaves.lazy.filter { names.contains($0.value.name) }.map(\.key)) }
}
