/// One schema for files whose schemas differ.

import LodeCore
import LodeFunctions

enum SchemaUnion {
    /// Columns by name, in the order of first appearance; a column of two types gets the type that both convert to.
    static func merge(_ left: [Field], _ right: [Field]) -> [Field] {
        var fields = left
        var places: [String: Int] = [:]
        for (index, field) in fields.enumerated() { places[field.name.lowercased()] = index }
        for field in right {
            if let index = places[field.name.lowercased()] {
                fields[index].type = common(fields[index].type, field.type)
                fields[index].nullable = fields[index].nullable || field.nullable
            } else {
                places[field.name.lowercased()] = fields.count
                // What earlier files lack is NULL in their rows.
                fields.append(left.isEmpty ? field : Field(field.name, field.type, nullable: true))
            }
        }
        if !left.isEmpty {
            let present = Set(right.map { $0.name.lowercased() })
            for index in fields.indices where !present.contains(fields[index].name.lowercased()) { fields[index].nullable = true }
        }
        return fields
    }

    /// Whether every value of a sniffed type can be read as a value of another.
    static func holds(_ sniffed: SQLType, _ wanted: SQLType) -> Bool { common(wanted, sniffed) == wanted }

    private static func common(_ left: SQLType, _ right: SQLType) -> SQLType {
        if left == right { return left }
        if Casts.implicitCost(from: right, to: left) != nil { return left }
        if Casts.implicitCost(from: left, to: right) != nil { return right }
        return .varchar
    }
}
