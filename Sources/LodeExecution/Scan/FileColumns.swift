/// Where one file has the columns of a table.

import LodeCore
import LodeFormats
import LodeFunctions
import LodeTables
import LodeVectors

/// How rows of a file come to the value of a column, or of a field in one.
enum FileOrigin {
    /// A position in the file, what brings it to the table's type, and what the file calls it.
    case place(position: Int, cast: FileCast?, name: String)
    /// The same in all rows.
    case value(Value)
}

/// A file's columns, found as its table's `ColumnMatching` says.
struct FileColumns {
    let scan: any FileScan
    let path: String
    private let matching: ColumnMatching
    private let isNumbered: Bool

    init(_ scan: any FileScan, path: String, _ matching: ColumnMatching) {
        self.scan = scan
        self.path = path
        self.matching = matching
        isNumbered =
            switch matching {
            case .name: false
            case .fieldID, .mapped: scan.fieldIDs.contains { $0 != nil }
            }
    }

    /// - Throws: `XX001` for a file without numbers in a table that finds columns by them alone: all would seem to be missing.
    /// - Source: Delta PROTOCOL.md, "Reader Requirements for Column Mapping"; Iceberg spec, "Column Projection".
    func checkNumbers() throws(SQLError) {
        guard case .mapped(let columns) = matching, !isNumbered,
            columns.contains(where: { $0.fieldID != nil && $0.unnumberedNames == nil })
        else { return }
        throw SQLError(.dataCorrupted, "the columns of the file have no field ids, by which the table finds its columns", in: path)
    }

    /// Where the file has a column, by position in its schema; nil if it lacks it.
    func position(of column: String) -> Int? {
        switch matching {
        case .name: return scan.schema.index(of: column)
        case .fieldID(let ids):
            guard isNumbered else { return scan.schema.index(of: column) }
            return ids[column].flatMap { id in scan.fieldIDs.firstIndex { $0 == id } }
        case .mapped: return mapped(column).flatMap { position(of: $0) }
        }
    }

    /// How files have a column, if that is not as the table has it.
    func mapped(_ column: String) -> MappedColumn? {
        guard case .mapped(let columns) = matching else { return nil }
        return columns.first { $0.name == column }
    }

    func position(of column: MappedColumn) -> Int? {
        guard let id = column.fieldID else { return scan.schema.index(of: column.fileName) }
        if isNumbered { return scan.fieldIDs.firstIndex { $0 == id } }
        return column.unnumberedNames?.lazy.compactMap { scan.schema.index(of: $0) }.first
    }

    /// How a column of the table, or the field that `path` leads to from it, comes out of the file as a `type`.
    func origin(of column: String, _ path: [String], as type: SQLType, _ functions: FunctionContext) throws(SQLError) -> FileOrigin {
        if let mapped = mapped(column) { return try origin(of: mapped, path, as: type, functions) }
        guard let index = position(of: column) else { return .value(.null) }
        return try origin(at: index, nil, path, as: type, functions)
    }

    /// The same for a column that the table may no longer have.
    func origin(of column: MappedColumn, _ path: [String], as type: SQLType, _ functions: FunctionContext) throws(SQLError) -> FileOrigin {
        guard let index = position(of: column) else { return .value(Self.missing(column, path[...])) }
        let field = scan.schema.fields[index]
        let mapped = column.parts.isEmpty ? column.inFile(field.name) : column.inFile(scan.field(index), field.type, isNumbered)
        return try origin(at: index, mapped, path, as: type, functions)
    }

    /// What a field has in files without the column or field that leads to it.
    private static func missing(_ column: MappedColumn, _ path: ArraySlice<String>) -> Value {
        var value = column.missing, parts = column.parts
        for name in path {
            guard case .structure(let values) = value, let place = parts.firstIndex(where: { $0.name == name }), place < values.count
            else { return .null }
            value = values[place]
            parts = parts[place].parts
        }
        return value
    }

    /// - Parameter mapped: the column as this file has it.
    private func origin(
        at index: Int, _ mapped: MappedColumn?, _ path: [String], as wanted: SQLType, _ functions: FunctionContext
    ) throws(SQLError) -> FileOrigin {
        var names = [scan.schema.fields[index].name], type = scan.schema.fields[index].type, mapped = mapped
        for (depth, name) in path.enumerated() {
            guard case .structure(let fields) = type else { throw mismatch(names, type, "a struct") }
            let part = mapped?.parts.first { $0.name == name }
            guard let field = Schema(fields).index(of: part?.fileName ?? name).map({ fields[$0] }) else {
                let value = part.map { Self.missing($0, path[(depth + 1)...]) } ?? .null
                if value.isNull { return .value(.null) }
                // Where the struct is NULL so is its field.
                let fill = FileCast(functions: functions, keepsValues: false, kernel: FieldDefaults.within(value, wanted))
                return .place(position: try place(index, names), cast: fill, name: FieldPath.name(names))
            }
            mapped = part
            names.append(field.name)
            type = field.type
        }
        let position = try place(index, names)
        return .place(position: position, cast: try cast(names, type, wanted, mapped, functions), name: FieldPath.name(names))
    }

    private func place(_ index: Int, _ names: [String]) throws(SQLError) -> Int {
        if names.count == 1 { return index }
        guard let position = scan.position(ofField: names) else { throw .internalFault("\(path) does not read fields by themselves") }
        return position
    }

    private func cast(
        _ names: [String], _ type: SQLType, _ wanted: SQLType, _ mapped: MappedColumn?, _ functions: FunctionContext
    ) throws(SQLError) -> FileCast? {
        let labeled = mapped?.relabeled(type, like: wanted) ?? type
        let defaults = mapped.flatMap { FieldDefaults($0, wanted) }
        if type == wanted, labeled == wanted, defaults == nil { return nil }
        var cast = FileCast(functions: functions, keepsValues: PredicateBounds.keepsValues(labeled, wanted))
        if labeled != type { cast.label = labeled }
        let read = VariantParts.read(labeled, like: wanted)
        if read != labeled { cast.variants = read }
        if read != wanted {
            let isBareUUID = mapped != nil && read == .varbinary && wanted == .uuid
            let kernel = isBareUUID ? Self.uuids : Casts.kernelByName(from: read, to: wanted)
            guard let kernel else { throw mismatch(names, type, "\(wanted)") }
            cast.kernel = kernel
        }
        cast.defaults = defaults
        return cast
    }

    /// Sixteen bytes that a table knows to be UUIDs, where the file does not say so.
    /// - Source: Iceberg spec, Appendix A "Parquet": `uuid` is `fixed_len_byte_array[16]`.
    private static let uuids: ScalarKernel = { arguments, count, _ throws(SQLError) in
        let bytes = try arguments[0].flattened()
        var values: [Value] = []
        for row in 0..<count {
            guard case .bytes(let own) = bytes.value(at: row) else {
                values.append(.null)
                continue
            }
            guard own.count == 16 else { throw SQLError(.dataCorrupted, "a value of \(own.count) bytes is no uuid") }
            values.append(.uuid(own.reduce(0) { $0 << 8 | UInt128($1) }))
        }
        return try Column.make(.uuid, values)
    }

    private func mismatch(_ names: [String], _ type: SQLType, _ wanted: String) -> SQLError {
        SQLError(
            .datatypeMismatch, "column \"\(names.joined(separator: "."))\" is \(type) in a file, and \(wanted) in the table", in: path)
    }
}

extension MappedColumn {
    /// What no field of a file is called.
    static let absent = "\u{1f}"

    fileprivate func inFile(_ name: String) -> MappedColumn {
        var own = self
        own.fileName = name
        return own
    }

    /// The same with the names that one file has, at any depth; `absent` for what it lacks.
    fileprivate func inFile(_ field: FileField, _ type: SQLType, _ isNumbered: Bool) -> MappedColumn {
        var own = inFile(field.name)
        switch type {
        case .structure(let fields):
            // Writers that number columns may leave fields alone.
            let byNumber = isNumbered && field.parts.contains { $0.id != nil }
            own.parts = parts.map { part in
                guard let place = part.place(among: field.parts, byNumber: byNumber) else { return part.inFile(Self.absent) }
                return part.inFile(field.parts[place], fields[place].type, isNumbered)
            }
        case .list(let element): own.parts = inFile(field.parts, [element], isNumbered)
        case .map(let key, let value): own.parts = inFile(field.parts, [key, value], isNumbered)
        default: break
        }
        return own
    }

    private func inFile(_ fields: [FileField], _ types: [SQLType], _ isNumbered: Bool) -> [MappedColumn] {
        zip(parts, zip(fields, types)).map { $0.inFile($1.0, $1.1, isNumbered) }
    }

    private func place(among fields: [FileField], byNumber: Bool) -> Int? {
        if let fieldID, byNumber { return fields.firstIndex { $0.id == fieldID } }
        let names = fieldID == nil ? [fileName] : unnumberedNames ?? [fileName]
        for name in names {
            if let found = fields.firstIndex(where: { $0.name == name }) { return found }
        }
        return fields.firstIndex { field in names.contains { $0.lowercased() == field.name.lowercased() } }
    }
}
