/// What fields of structs have in files that lack them.

import LodeCore
import LodeFunctions
import LodeTables
import LodeVectors

/// Values to put into structs, at any depth of a type, in place of the NULLs that a cast by names puts there.
/// - Source: Iceberg spec, "Default values".
indirect enum FieldDefaults: Hashable {
    case value(Value)
    /// Aligned with the fields of a struct, the element of a list, the key and value of a map.
    case parts([FieldDefaults?])

    /// Nil if there is nothing to put in.
    /// - Parameter column: as the file has it.
    init?(_ column: MappedColumn, _ type: SQLType) {
        let parts: [FieldDefaults?]
        switch type {
        case .structure(let fields):
            parts = fields.map { field in
                guard let part = column.parts.first(where: { $0.name == field.name }) else { return nil }
                if part.fileName == MappedColumn.absent { return part.missing.isNull ? nil : .value(part.missing) }
                return FieldDefaults(part, field.type)
            }
        case .list(let element): parts = [column.parts.first.flatMap { FieldDefaults($0, element) }]
        case .map(let key, let value):
            guard column.parts.count == 2 else { return nil }
            parts = [FieldDefaults(column.parts[0], key), FieldDefaults(column.parts[1], value)]
        default: return nil
        }
        if parts.allSatisfy({ $0 == nil }) { return nil }
        self = .parts(parts)
    }

    /// - Parameter column: in the table's type, and flat.
    func apply(_ column: Column) throws(SQLError) -> Column {
        guard case .parts(let parts) = self, parts.count == column.children.count else { return column }
        let flat = try column.flattened()
        var children: [Column] = []
        for (child, part) in zip(flat.children, parts) {
            switch part {
            case nil: children.append(child)
            case .value(let value)?: children.append(try Self.filled(value, child.type, like: flat))
            case .parts?: children.append(try part?.apply(child) ?? child)
            }
        }
        return flat.retyped(flat.type, children: children)
    }

    /// The value in every row, but for those that have NULL in `outer`.
    private static func filled(_ value: Value, _ type: SQLType, like outer: Column) throws(SQLError) -> Column {
        let all = try Column.constant(value, type, count: outer.count).flattened()
        return outer.mayHaveNulls ? all.replacing(validity: try Validity.and(all.validityBuffer, outer.validityBuffer, outer.count)) : all
    }

    /// From a struct to a field that it lacks.
    static func within(_ value: Value, _ type: SQLType) -> ScalarKernel {
        { arguments, _, _ throws(SQLError) in try filled(value, type, like: try arguments[0].flattened()) }
    }
}
