/// What tables are like in a catalog that Hive, Athena and Spark share.

import LodeCore
import LodeFormats
import LodeTables

extension GlueTable {
    /// The table as Athena's DDL would have made it: options of readers are told to the SerDe, in its own words.
    /// - Throws: `0A000` for types and options that Hive has not.
    func asHiveTable() throws(SQLError) -> GlueTable {
        var table = self
        let isParquet = fileFormat?.name == FileFormats.parquet.name
        for column in storageDescriptor.columns { try Self.requireHiveType(column, tableName, holdsZones: isParquet) }
        for column in partitionKeys { try Self.requireHiveType(column, tableName, holdsZones: false) }
        guard let format = table.fileFormat else { return table }
        // What Athena and Spark look for.
        table.parameters["EXTERNAL"] = "TRUE"
        table.parameters["classification"] = format.name
        if format.isText { try table.tellSerDe(format) }
        return table
    }

    /// - Parameter holdsZones: whether files say of times that they are of UTC.
    static func requireHiveType(_ column: GlueColumn, _ table: TableName, holdsZones: Bool) throws(SQLError) {
        func isKnown(_ type: SQLType) -> Bool {
            switch type {
            case .boolean, .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal: true
            case .varchar, .char, .varbinary, .date, .timestamp: true
            case .list(let element): isKnown(element)
            case .structure(let fields): fields.allSatisfy { isKnown($0.type) }
            case .map(let key, let value): isKnown(key) && isKnown(value)
            default: false
            }
        }
        let type = try HiveTypeText.read(column.type)
        if isKnown(type) || (type == .timestamptz && holdsZones) { return }
        throw SQLError.unsupported(
            "a column of type \(type) in Glue: \"\(column.name)\" of \"\(table)\"", hint: "Hive and Athena have no such type.")
    }

    /// By SerDe, what it calls an option.
    private static let words: [String: [String: String]] = [
        HadoopClasses.openCSV: ["delim": "separatorChar", "quote": "quoteChar", "escape": "escapeChar"],
        HadoopClasses.lazySimple: ["delim": "field.delim", "escape": "escape.delim", "nullstr": "serialization.null.format"],
    ]

    private mutating func tellSerDe(_ format: any FileFormat) throws(SQLError) {
        let library = storageDescriptor.serdeInfo?.serializationLibrary ?? ""
        var told = storageDescriptor.serdeInfo?.parameters ?? [:]
        let words = Self.words.first { $0.key.lowercased() == library.lowercased() }?.value ?? [:]
        // What was said in the SerDe's own words belongs to it, too.
        for name in format.hadoop.options.keys { if let value = parameters.removeValue(forKey: name) { told[name] = value } }
        let header = parameters.removeValue(forKey: "header"), skipped = parameters.removeValue(forKey: "skip")
        let lines = (header.map { ["true", "1", "on"].contains($0.lowercased()) } ?? false ? 1 : 0) + (skipped.flatMap { Int($0) } ?? 0)
        if lines > 0 { parameters["skip.header.line.count"] = String(lines) }
        for option in format.readOptions {
            guard let value = parameters.removeValue(forKey: option) else { continue }
            guard let word = words[["delimiter": "delim", "sep": "delim", "null": "nullstr"][option] ?? option] else {
                throw SQLError.unsupported(
                    "the option \"\(option)\" of a \(format.name) table in Glue", hint: "The SerDe \(library) has nothing like it.")
            }
            told[word] = Self.unescape(value)
        }
        if words["delim"] == "field.delim", let delimiter = told["field.delim"] { told["serialization.format"] = delimiter }
        storageDescriptor.serdeInfo?.parameters = told
    }

    private var isLazySimple: Bool {
        storageDescriptor.serdeInfo?.serializationLibrary?.lowercased() == HadoopClasses.lazySimple.lowercased()
    }

    /// - Throws: `0A000` for a table whose fields have escapes outside of quotes.
    func refuseEscapes() throws(SQLError) {
        guard isLazySimple, let escape = serdeProperties["escape"], !escape.isEmpty else { return }
        throw SQLError.unsupported(
            "ESCAPED BY (escape.delim) in table \"\(tableName)\"", hint: "Escapes are read within quotes, as those of OpenCSVSerde.")
    }

    /// - Throws: `0A000` for a table that rows can't be added to so that Hive and Athena read them as they were.
    func requireWritable() throws(SQLError) {
        guard let format = fileFormat, format.isText else { return }
        let properties = serdeProperties
        if properties["skip"].flatMap({ Int($0) }) ?? 0 > 0 {
            throw SQLError.unsupported("writing to \"\(tableName)\", whose files begin with more than one line of titles,")
        }
        guard format.name == FileFormats.csv.name else { return }
        let keys = Set(partitionKeys.map(\.name))
        for field in try schema().fields where !keys.contains(field.name) {
            let isTime = field.type == .date || field.type.isTimestamp
            guard field.type.isNested || (isTime && !isLazySimple) || field.type == .varbinary else { continue }
            throw SQLError.unsupported(
                "writing \(field.type) to \"\(tableName)\", a table of CSV files in Glue: column \"\(field.name)\"",
                hint: isTime ? "OpenCSVSerde takes numbers for dates; use ROW FORMAT DELIMITED, or Parquet." : "Use Parquet or JSON.")
        }
    }
}
