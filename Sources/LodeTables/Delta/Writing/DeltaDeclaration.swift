/// What a Delta table demands of its rows, read from its metadata; and metadata that demands it.

import LodeCore

/// - Source: Delta PROTOCOL.md, "Column Invariants", "CHECK Constraints", "Generated Columns", "Default Columns", "Identity Columns".
enum DeltaDeclaration {
    private static let constraintPrefix = "delta.constraints."

    // MARK: Reading

    /// - Throws: `0A000` naming what Lode can't enforce.
    static func read(_ snapshot: DeltaSnapshot) throws(SQLError) -> TableDeclaration {
        let metadata = snapshot.metadata, tree = try JSONTree(metadata.schemaText)
        var columns: [TableDeclaration.Column] = []
        for (field, text) in zip(snapshot.schema.fields, tree["fields"]?.items ?? []) { columns.append(try column(field, text)) }
        var checks: [TableDeclaration.Check] = [], properties: [String: String] = [:]
        for (key, value) in metadata.configuration.sorted(by: { $0.key < $1.key }) {
            if key.lowercased().hasPrefix(constraintPrefix) {
                checks.append(.init(String(key.dropFirst(constraintPrefix.utf8.count)), condition(value)))
            } else {
                properties[key] = value
            }
        }
        return TableDeclaration(
            columns: columns, partitionColumns: snapshot.partitionColumns.map(\.name), checks: checks, properties: properties,
            comment: metadata.description, clustering: try DeltaClustering.read(snapshot))
    }

    private static func column(_ field: Field, _ text: JSONTree) throws(SQLError) -> TableDeclaration.Column {
        var field = field
        field.nullable = text["nullable"] != .boolean(false)
        let metadata = text["metadata"] ?? .object([])
        func refuse(_ what: String) -> SQLError {
            SQLError.unsupported("writing a Delta table with \(what)", hint: "Column \"\(field.name)\" has it.")
        }
        if hasVariants(field.type) { throw refuse("the type variant") }
        if metadata[DeltaSchemaText.Key.invariants] != nil { throw refuse("a column invariant") }
        if let type = text["type"], hasInnerNotNull(type) { throw refuse("NOT NULL inside of a nested column") }
        var column = TableDeclaration.Column(field, comment: metadata[DeltaSchemaText.Key.comment]?.text)
        if let length = metadata[DeltaSchemaText.Key.lengthType]?.text {
            guard length.hasPrefix("varchar("), let count = Int(length.dropFirst(8).dropLast()) else { throw refuse("the type \(length)") }
            column.maximumLength = count
        }
        column.defaultValue = metadata[DeltaSchemaText.Key.defaultValue]?.text.map { SparkQuoting.toSQL($0) }
        column.generated = metadata[DeltaSchemaText.Key.generated]?.text.map { SparkQuoting.toSQL($0) }
        column.identity = try IdentityColumn.read(metadata, of: field)
        return column
    }

    /// Whether values are variants, or have some within: they are read as JSON.
    private static func hasVariants(_ type: SQLType) -> Bool {
        switch type {
        case .json: true
        case .list(let element): hasVariants(element)
        case .map(let key, let value): hasVariants(key) || hasVariants(value)
        case .structure(let fields): fields.contains { hasVariants($0.type) }
        default: false
        }
    }

    /// Whether a part of a nested type must not be NULL.
    private static func hasInnerNotNull(_ type: JSONTree) -> Bool {
        if type["containsNull"] == .boolean(false) || type["valueContainsNull"] == .boolean(false) { return true }
        let inner = (type["fields"]?.items ?? [])
        if inner.contains(where: { $0["nullable"] == .boolean(false) || $0["type"].map(hasInnerNotNull) ?? false }) { return true }
        return ["elementType", "keyType", "valueType"].contains { type[$0].map(hasInnerNotNull) ?? false }
    }

    // MARK: Constraints

    /// Where SQL lets a condition pass that is NULL, Delta does not.
    private static let passesNull = ") IS NOT FALSE"

    /// The condition of a CHECK, which NULL passes, for a text that NULL does not pass.
    static func condition(_ text: String) -> String {
        let sql = SparkQuoting.toSQL(text)
        guard sql.hasPrefix("("), sql.hasSuffix(passesNull) else { return "(\(sql)) IS TRUE" }
        let inner = String(sql.dropFirst().dropLast(passesNull.utf8.count))
        return isClosed(inner) ? inner : "(\(sql)) IS TRUE"
    }

    static func text(_ condition: String) -> String { SparkQuoting.toSpark("(\(condition)\(passesNull)") }

    /// Whether no parenthesis closes that was not opened within.
    private static func isClosed(_ text: String) -> Bool {
        var depth = 0, quote: UInt8?
        for byte in text.utf8 {
            if let open = quote {
                if byte == open { quote = nil }
                continue
            }
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = byte
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            default: break
            }
            if depth < 0 { return false }
        }
        return depth == 0 && quote == nil
    }

    // MARK: Writing

    /// Metadata of a table that is so declared.
    /// - Parameters:
    ///   - earlier: what it was, if the table is there: what SQL does not declare stays, and so does the table's id.
    ///   - changes: how its columns became those of the declaration.
    ///   - isRewritten: whether all files are written again.
    /// - Throws: `0A000` naming a type or property that is not there.
    static func metadata(
        _ declaration: TableDeclaration, over earlier: DeltaMetadata?, by changes: [ColumnChange] = [], isRewritten: Bool = false
    ) throws(SQLError) -> DeltaMetadata {
        try DeltaProperties.check(declaration.properties, over: earlier?.configuration)
        var metadata = earlier ?? DeltaMetadata(id: DeltaText.uuid(), createdTime: WallClock.micros() / 1000)
        metadata.partitionColumns = declaration.partitionColumns
        metadata.description = declaration.comment
        var configuration = DeltaProperties.kept(declaration.properties)
        for check in declaration.checks {
            let key = constraintPrefix + check.name.lowercased()
            // A text of another writer stays as it is.
            let known = earlier?.configuration.first { $0.key.lowercased() == key }
            if let known, condition(known.value) == check.condition {
                configuration[known.key] = known.value
            } else {
                configuration[key] = text(check.condition)
            }
        }
        // A mapping stays, whatever else a table becomes.
        configuration[DeltaColumnMapping.mode] =
            configuration[DeltaColumnMapping.mode] ?? earlier?.configuration[DeltaColumnMapping.mode]
        if changes.contains(where: \.needsMapping), !DeltaColumnMapping.isOn(configuration) {
            configuration[DeltaColumnMapping.mode] = "name"
        }
        metadata.configuration = try DeltaRowTracking.prepared(configuration, of: metadata.id, over: earlier?.configuration)
        try setSchema(of: &metadata, declaration.columns, over: earlier, changes, isRewritten: isRewritten)
        return metadata
    }

    private static func setSchema(
        of metadata: inout DeltaMetadata, _ columns: [TableDeclaration.Column], over earlier: DeltaMetadata?, _ changes: [ColumnChange],
        isRewritten: Bool
    ) throws(SQLError) {
        var schema = try earlier.map { (earlier) throws(SQLError) in try JSONTree(earlier.schemaText) }
        let isMapped = DeltaColumnMapping.isOn(metadata.configuration)
        var mapping = DeltaColumnMapping(schema, earlier?.configuration ?? [:])
        // Files that are there call columns as the table did until now.
        if isMapped, let own = schema { schema = mapping.assign(to: own, of: nil) }
        // New columns are in the declaration alone; it has all of them in their order.
        for change in changes where !change.isOfOrder {
            if let own = schema { schema = try DeltaSchemaChange(change: change, isRewritten: isRewritten).applied(to: own) }
        }
        var written = try DeltaSchemaText.write(columns, over: schema)
        if isMapped {
            // Of a new table the files and the table agree.
            written = mapping.assign(to: written, of: earlier.map(\.id))
            metadata.configuration[DeltaColumnMapping.maxColumnID] = String(mapping.last)
        }
        metadata.schemaText = written.json
    }
}

extension ColumnChange {
    /// Whether files call a column or field otherwise afterwards, or have one that the table has not.
    fileprivate var needsMapping: Bool {
        switch self {
        case .rename, .drop: true
        case .move, .retype, .add: false
        }
    }
}

/// Small texts of Delta logs.
enum DeltaText {
    static func uuid() -> String { PartitionText.uuid(randomUUID()) }

    /// One that follows from a table's id and the number of something in it.
    /// - Source: FNV-1a; RFC 9562, version 8.
    static func uuid(of number: Int64, in table: String) -> String {
        var bits: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        for byte in table.utf8 { bits = (bits ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b }
        bits = bits & ~(0xf << 76) | (8 << 76)
        bits = bits & ~(0b11 << 62) | (0b10 << 62)
        bits = bits & ~0xffff_ffff | UInt128(UInt64(bitPattern: number) & 0xffff_ffff)
        return PartitionText.uuid(bits)
    }

    /// - Source: RFC 9562, version 4.
    static func randomUUID() -> UInt128 {
        var bits = UInt128(UInt64.random(in: 0...UInt64.max)) << 64 | UInt128(UInt64.random(in: 0...UInt64.max))
        bits = bits & ~(0xf << 76) | (4 << 76)
        bits = bits & ~(0b11 << 62) | (0b10 << 62)
        return bits
    }
}
