/// The columns of a table after changes: fields keep the numbers by which files know them.

import LodeCore

/// - Source: Iceberg spec, "Schema Evolution".
struct IcebergSchemaChange {
    /// The greatest number that a field of the table ever had.
    private(set) var last: Int
    private let version: Int
    /// Fields by which rows are or were divided, and that keep their numbers only with what manifests say of them.
    var sources: Set<Int> = []

    init(after last: Int, version: Int) {
        self.last = last
        self.version = version
    }

    /// The fields of a table that becomes what is declared.
    ///
    /// What `changes` do not say is told by names: a column that is not declared any more goes, one that was not there comes. One whose
    /// values become others, for which no file that is there stays right, gets a number of its own.
    /// - Parameter changes: of columns that are there, in their order.
    /// - Throws: `0A000` naming what the format has not.
    mutating func fields(
        _ schema: IcebergSchema, becoming declaration: TableDeclaration, by changes: [ColumnChange]
    ) throws(SQLError) -> [IcebergField] {
        var before = schema.fields
        for change in changes { before = try applied(change, to: before, change.path[...]) }
        let fresh = declaration.columns.filter { column in !before.contains { $0.name == column.field.name } }
        let added = try IcebergDeclaration.schema(fresh, after: &last, version: version)
        var fields: [IcebergField] = []
        for column in declaration.columns {
            guard var field = before.first(where: { $0.name == column.field.name }) else {
                fields += added.filter { $0.name == column.field.name }.map { Self.filling($0) }
                continue
            }
            try IcebergDeclaration.check(column, version)
            if column.field.type != field.type.sqlType { field = try retyped(field, column.field.type) }
            field.isRequired = !column.field.nullable
            field.doc = column.comment
            if column.defaultValue != field.writeDefault.flatMap({ IcebergDefault.sql($0, field.type) }) {
                let type = field.type
                field.writeDefault = try column.defaultValue.map { (sql) throws(SQLError) in
                    try IcebergDefault.value(sql, type, of: column.field.name)
                }
            }
            fields.append(field)
        }
        return fields
    }

    /// A new column, which rows that are there have as new ones get it.
    private static func filling(_ field: IcebergField) -> IcebergField {
        var field = field
        field.initialDefault = field.writeDefault
        return field
    }

    /// Whether values of a type are values of another.
    static func widened(_ type: IcebergType, to new: SQLType, version: Int) -> IcebergType? {
        switch (type, new) {
        case (.int, .bigint): .long
        case (.float, .double): .double
        case (.decimal(let own, let scale), .decimal(let precision, let wanted)) where wanted == scale && precision >= own:
            .decimal(precision: precision, scale: scale)
        case (.date, .timestamp) where version >= 3: .timestamp
        default: nil
        }
    }

    /// Whether what manifests say of a column's partitions is right for a wider type of it.
    static func keepsPartitions(_ type: IcebergType, _ wider: IcebergType) -> Bool {
        if case (.int, .long) = (type, wider) { true } else { type == wider }
    }

    /// Whether the values that files have of a column or a field are values of another type.
    static func widened(_ schema: IcebergSchema, at path: ColumnPath, to type: SQLType, version: Int) -> Bool {
        var fields = schema.fields, found: IcebergField?
        for name in path {
            let folded = name.lowercased()
            found = fields.first { $0.name == name } ?? fields.first { $0.name.lowercased() == folded }
            fields = found?.type.parts ?? []
        }
        guard let found else { return false }
        return found.type.sqlType == type || widened(found.type, to: type, version: version) != nil
    }

    private mutating func retyped(_ field: IcebergField, _ type: SQLType) throws(SQLError) -> IcebergField {
        var field = field
        if field.type.sqlType == type { return field }
        if let wider = Self.widened(field.type, to: type, version: version),
            !sources.contains(field.id) || Self.keepsPartitions(field.type, wider)
        {
            field.type = wider
            return field
        }
        if let inner = try inside(field.type, type) {
            field.type = inner
            return field
        }
        let column = TableDeclaration.Column(Field(field.name, type, nullable: !field.isRequired), comment: field.doc)
        guard let made = try IcebergDeclaration.schema([column], after: &last, version: version).first else {
            throw .internalFault("a column without a field")
        }
        return made
    }

    /// A nested type whose parts become others; nil if one of them cannot.
    private mutating func inside(_ type: IcebergType, _ new: SQLType) throws(SQLError) -> IcebergType? {
        switch (type, new) {
        case (.structure(let fields), .structure(let wanted)):
            var parts: [IcebergField] = []
            for field in wanted {
                guard let known = fields.first(where: { $0.name == field.name }) else {
                    parts += try IcebergDeclaration.schema([.init(Field(field.name, field.type))], after: &last, version: version)
                    continue
                }
                parts.append(try retyped(known, field.type))
            }
            return .structure(parts)
        case (.list(let element), .list(let wanted)): return .list(try retyped(element, wanted))
        case (.map(let key, let value), .map(let wantedKey, let wanted)):
            // Rows with other keys would be other rows.
            guard key.type.sqlType == wantedKey else { return nil }
            return .map(key: key, value: try retyped(value, wanted))
        default: return nil
        }
    }

    // MARK: Changes by paths

    private mutating func applied(
        _ change: ColumnChange, to fields: [IcebergField], _ path: ArraySlice<String>
    ) throws(SQLError) -> [IcebergField] {
        guard let name = path.first else {
            guard case .add(let field, _) = change else { throw .internalFault("a change of no column") }
            return fields + (try IcebergDeclaration.schema([.init(Field(field.name, field.type))], after: &last, version: version))
        }
        let folded = name.lowercased()
        let exact = fields.firstIndex { $0.name == name }
        guard let place = exact ?? fields.firstIndex(where: { $0.name.lowercased() == folded }) else {
            throw SQLError(.undefinedColumn, "column \"\(name)\" does not exist")
        }
        var fields = fields
        let rest = path.dropFirst()
        var isInside = !rest.isEmpty
        if case .add = change { isInside = true }
        if isInside {
            fields[place].type = try applied(change, to: fields[place].type, rest)
            return fields
        }
        switch change {
        case .rename(_, let new): fields[place].name = new
        case .drop: fields.remove(at: place)
        case .retype(_, let type): fields[place] = try retyped(fields[place], type)
        case .move(_, let to):
            let field = fields.remove(at: place)
            switch to {
            case .first: fields.insert(field, at: 0)
            case .after(let other):
                let at = fields.firstIndex { $0.name.lowercased() == other.lowercased() }
                fields.insert(field, at: at.map { $0 + 1 } ?? fields.count)
            }
        case .add: break
        }
        return fields
    }

    /// What is in a struct, a list or a map.
    private mutating func applied(
        _ change: ColumnChange, to type: IcebergType, _ path: ArraySlice<String>
    ) throws(SQLError) -> IcebergType {
        switch type {
        case .structure(let fields): return .structure(try applied(change, to: fields, path))
        case .list(let element): return .list(try single(applied(change, to: [element], path)))
        case .map(let key, let value):
            if path.first?.lowercased() == "key" { throw SQLError.unsupported("changing the keys of a map of an Iceberg table") }
            return .map(key: key, value: try single(applied(change, to: [value], path)))
        default: throw SQLError(.wrongObjectType, "\(type.sqlType) has no fields")
        }
    }

    private func single(_ fields: [IcebergField]) throws(SQLError) -> IcebergField {
        guard fields.count == 1, let field = fields.first else { throw SQLError(.wrongObjectType, "a list or map has no such field") }
        return field
    }
}
