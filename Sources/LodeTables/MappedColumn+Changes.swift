/// How files have the columns of a table after these were changed.

import LodeCore

extension ColumnMatching {
    /// Every column and part by itself, as files have it that were written for `schema`.
    package func columns(of schema: Schema) -> [MappedColumn] {
        switch self {
        case .mapped(let columns): columns
        case .name: schema.fields.map { MappedColumn(named: $0) }
        case .fieldID(let ids):
            schema.fields.map { field in
                var column = MappedColumn(named: field)
                column.fieldID = ids[field.name]
                column.unnumberedNames = [field.name]
                return column
            }
        }
    }
}

extension MappedColumn {
    /// A field that files call as the table does.
    init(named field: Field) {
        self.init(name: field.name, fileName: field.name, parts: Self.parts(of: field.type))
    }

    private static func parts(of type: SQLType) -> [MappedColumn] {
        switch type {
        case .structure(let fields): fields.map { MappedColumn(named: $0) }
        case .list(let element): [MappedColumn(named: Field("element", element))]
        case .map(let key, let value): [MappedColumn(named: Field("key", key)), MappedColumn(named: Field("value", value))]
        default: []
        }
    }

    /// What no file calls a field.
    private static let absent = "\u{1f}"

    /// Columns after a change, in files that are from before it.
    package static func changed(_ columns: [MappedColumn], by change: ColumnChange) -> [MappedColumn] {
        changed(columns, by: change, change.path[...])
    }

    private static func changed(_ columns: [MappedColumn], by change: ColumnChange, _ path: ArraySlice<String>) -> [MappedColumn] {
        guard let name = path.first else {
            if case .add(let field, _) = change { return columns + [MappedColumn(name: field.name, fileName: absent + field.name)] }
            return columns
        }
        guard let place = columns.firstIndex(where: { PartitionPruning.sameName($0.name, name) }) else { return columns }
        var columns = columns
        let rest = path.dropFirst()
        switch change {
        case .add, _ where !rest.isEmpty: columns[place].parts = changed(columns[place].parts, by: change, rest)
        case .rename(_, let new): columns[place].name = new
        case .drop: columns.remove(at: place)
        case .move, .retype, .add: break
        }
        return columns
    }
}
