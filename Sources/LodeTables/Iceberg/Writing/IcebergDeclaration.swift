/// What an Iceberg table demands of its rows, read from its metadata; and metadata that demands it.

import LodeCore

enum IcebergDeclaration {
    /// Where a table's comment is kept.
    private static let comment = "comment"
    /// The order of rows in files, which the document says in its own way.
    static let sortedBy = "sorted_by"
    /// What begins the names of properties that are CHECK constraints. The format has none: other engines keep the properties, and do not
    /// look at them.
    private static let constraintPrefix = "lode.constraints."
    /// The version of the format, which the document says in its own way.
    static let version = "format-version"

    // MARK: Reading

    /// - Throws: `0A000` naming what a writer of this table must do and Lode does not.
    static func read(_ metadata: IcebergMetadata, _ schema: IcebergSchema) throws(SQLError) -> TableDeclaration {
        let terms = try IcebergPartitionDeclaration.terms(metadata, schema)
        for field in schema.fields {
            guard let what = notEnforced(field.type) else { continue }
            throw SQLError.unsupported("writing an Iceberg table with \(what)", hint: "Column \"\(field.name)\" has it.")
        }
        var properties = metadata.properties
        let comment = properties.removeValue(forKey: comment)
        properties[IcebergWriting.nameMapping] = nil
        properties[sortedBy] = IcebergSorting.text(metadata, schema)
        let checks = checks(in: properties)
        for check in checks { properties[constraintPrefix + check.name] = nil }
        // The second version is what tables are without saying so.
        properties[version] = metadata.formatVersion == 2 ? nil : String(metadata.formatVersion)
        var declaration = TableDeclaration(
            columns: schema.fields.map { field in
                TableDeclaration.Column(
                    Field(field.name, field.type.sqlType, nullable: !field.isRequired), comment: field.doc,
                    defaultValue: field.writeDefault.flatMap { IcebergDefault.sql($0, field.type) })
            }, checks: checks, properties: properties, comment: comment)
        declaration.partitionTerms = terms
        return declaration
    }

    /// By their names.
    static func checks(in properties: [String: String]) -> [TableDeclaration.Check] {
        properties.filter { $0.key.hasPrefix(constraintPrefix) }.sorted { $0.key < $1.key }
            .map { .init(String($0.key.dropFirst(constraintPrefix.utf8.count)), $0.value) }
    }

    /// What a type demands of values that Lode does not see to.
    private static func notEnforced(_ type: IcebergType) -> String? {
        if case .fixed(let size) = type { return "the type fixed[\(size)]" }
        if type == .variant { return "the type variant" }
        for part in type.parts {
            let isKey = if case .map(let key, _) = type { key.id == part.id } else { false }
            if part.isRequired, !isKey { return "NOT NULL inside of a nested column" }
            if let inner = notEnforced(part.type) { return inner }
        }
        return nil
    }

    // MARK: Writing

    /// - Throws: `0A000` for properties that ask for what Lode does not do.
    static func check(_ properties: [String: String], over earlier: [String: String]) throws(SQLError) {
        let obeyed = [
            "write.format.default": "parquet", "write.metadata.compression-codec": "none",
            "write.object-storage.enabled": "false", "write.data.path": "",
            "write.metadata.path": "",
        ]
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) where earlier[name] != value {
            try IcebergMetrics.check(name, value)
            try IcebergDocumentLog.check(name, value)
            if name == version { _ = try formatVersion(properties) }
            if modes.values.contains(name.lowercased()), ![copyOnWrite, mergeOnRead].contains(value.lowercased()) {
                throw SQLError(
                    .invalidParameterValue, "the Iceberg property \"\(name)\" is \(copyOnWrite) or \(mergeOnRead), and not '\(value)'")
            }
            guard let only = obeyed[name.lowercased()], value.lowercased() != only else { continue }
            throw SQLError.unsupported("the Iceberg property \"\(name)\" = '\(value)'")
        }
    }

    // MARK: How rows change

    private static let copyOnWrite = "copy-on-write", mergeOnRead = "merge-on-read"
    /// The properties that say it, by the verbs of statements.
    private static let modes = ["DELETE": "write.delete.mode", "UPDATE": "write.update.mode", "MERGE": "write.merge.mode"]

    static func rowWriting(_ metadata: IcebergMetadata) -> RowWriting {
        let copying = modes.filter { metadata.properties[$0.value]?.lowercased() ?? copyOnWrite != mergeOnRead }
        var writing = RowWriting()
        writing.marksRows = copying.count < modes.count && metadata.formatVersion >= 2
        writing.copyingVerbs = Set(copying.keys)
        // A deletion vector is the only one of its file; of positions there may be several files.
        writing.marksBesideFiles = metadata.formatVersion < 3
        return writing
    }

    /// The properties of a table that is so declared.
    static func properties(_ declaration: TableDeclaration) -> [String: String] {
        var properties = declaration.properties
        if let text = declaration.comment { properties[comment] = text }
        for check in declaration.checks { properties[constraintPrefix + check.name] = check.condition }
        // Said by the document itself.
        properties[version] = nil
        properties[sortedBy] = nil
        return properties
    }

    /// The version of the format that is asked for; the second one unless said otherwise.
    /// - Throws: `0A000` for one that is not written.
    static func formatVersion(_ properties: [String: String]) throws(SQLError) -> Int {
        guard let text = properties[version] else { return 2 }
        guard let number = Int(text), (2...3).contains(number) else {
            throw SQLError.unsupported("writing version \(text) of the Iceberg format", hint: "There are 2 and 3.")
        }
        return number
    }

    /// A schema in which every field has a number that it never had.
    /// - Parameters:
    ///   - last: the greatest number that was given.
    ///   - version: of the format.
    /// - Throws: `0A000` naming what the format has not.
    static func schema(
        _ columns: [TableDeclaration.Column], after last: inout Int, version: Int
    ) throws(SQLError) -> [IcebergField] {
        var fields: [IcebergField] = []
        // Columns first, and then what is in them.
        let first = last &+ 1
        last &+= columns.count
        for (place, column) in columns.enumerated() {
            try check(column, version)
            let type = try self.type(column.field.type, column.field.name, &last)
            var field = IcebergField(
                id: first &+ place, name: column.field.name, type: type, isRequired: !column.field.nullable, doc: column.comment)
            field.writeDefault = try column.defaultValue.map { (sql) throws(SQLError) in
                try IcebergDefault.value(sql, type, of: column.field.name)
            }
            fields.append(field)
        }
        return fields
    }

    static func check(_ column: TableDeclaration.Column, _ version: Int) throws(SQLError) {
        func refuse(_ what: String) -> SQLError { .unsupported("\(what) of an Iceberg table: column \"\(column.field.name)\"") }
        if let length = column.maximumLength { throw refuse("the type varchar(\(length))") }
        if column.defaultValue != nil, version < 3 {
            throw SQLError.unsupported(
                "a default of an Iceberg table of version \(version): column \"\(column.field.name)\"",
                hint: "Tables with TBLPROPERTIES ('format-version' = '3') have defaults.")
        }
        if column.generated != nil { throw refuse("a generated column") }
        if column.identity != nil { throw refuse("an identity column") }
    }

    private static func type(_ type: SQLType, _ name: String, _ last: inout Int) throws(SQLError) -> IcebergType {
        func part(_ name: String, _ type: SQLType, isRequired: Bool = false) throws(SQLError) -> IcebergField {
            last &+= 1
            let id = last
            return IcebergField(id: id, name: name, type: try self.type(type, name, &last), isRequired: isRequired)
        }
        switch type {
        case .boolean: return .boolean
        case .integer: return .int
        case .bigint: return .long
        case .real: return .float
        case .double: return .double
        case .decimal(let precision, let scale): return .decimal(precision: precision, scale: scale)
        case .varchar: return .string
        case .varbinary: return .binary
        case .date: return .date
        case .time: return .time
        case .timestamp: return .timestamp
        case .timestamptz: return .timestamptz
        case .uuid: return .uuid
        case .list(let element): return .list(try part("element", element))
        case .map(let key, let value): return .map(key: try part("key", key, isRequired: true), value: try part("value", value))
        case .structure(let fields):
            var parts: [IcebergField] = []
            for field in fields { parts.append(try part(field.name, field.type)) }
            return .structure(parts)
        default: throw SQLError.unsupported("the type \(type) in an Iceberg table: column \"\(name)\"")
        }
    }
}
