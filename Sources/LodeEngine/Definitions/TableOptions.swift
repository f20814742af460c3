/// What CREATE TABLE says beside columns: format, location, partitioning and properties.

import LodeCatalog
import LodeCore
import LodeFormats
import LodeSyntax
import LodeTables

/// The clauses of CREATE TABLE in Hive's, Athena's, Spark's and Trino's manners. What is taken is obeyed; the rest is refused by name.
struct TableOptions {
    typealias PropertyReader = ([Property]) throws(SQLError) -> [String: String]

    var format: (any FileFormat)?
    /// How the table keeps its metadata, if that is not the catalog's business.
    var tableFormat: (any TableFormat)?
    /// The SerDe class that was named.
    var serde: String?
    var location: String?
    var partitionedBy: [String] = []
    var properties: [String: String] = [:]

    /// - Parameter isHive: whether the table will be in a catalog whose tables are Hive's.
    init(_ create: CreateTable, isHive: Bool, properties read: PropertyReader) throws(SQLError) {
        location = create.location
        properties = try read(create.tableProperties)
        try TableProperties.check(properties, isHive: isHive, of: try Self.named(create, read), at: create.tableProperties.first?.key.span)
        if let comment = create.comment { properties[TableParameter.comment] = comment }
        var candidates: [any FileFormat] = []
        if let logged = properties[TableParameter.tableFormat].flatMap({ TableFormats.logged($0) }) {
            candidates = [FileFormats.parquet]
            tableFormat = logged
        }
        if let using = create.using { candidates = [try format(using.text, at: using.span)] }
        if let stored = create.storedAs { candidates = try Self.formats(stored, at: create.name.span) }
        format = candidates.first
        switch create.rowFormat {
        case .serde(let library, let settings)?: try take(library, settings, candidates, at: create.name.span, read)
        case .delimited(let parts)?:
            try take(parts, candidates, at: create.name.span)
            if isHive { serde = HadoopClasses.lazySimple }
        case nil: break
        }
        try take(create.withProperties, read)
        try take(create.options, read)
    }

    /// The format of tables that is named anywhere, if it keeps a log.
    private static func named(_ create: CreateTable, _ read: PropertyReader) throws(SQLError) -> (any TableFormat)? {
        if let using = create.using { return TableFormats.logged(using.text) }
        for property in create.tableProperties + create.withProperties {
            guard [TableParameter.tableFormat, "format"].contains(property.key.text.lowercased()) else { continue }
            if let text = try read([property])[property.key.text], let format = TableFormats.logged(text) { return format }
        }
        return nil
    }

    // MARK: STORED AS and ROW FORMAT

    /// The formats that are meant, the likeliest first: lines of text may be CSV or JSON.
    private static func formats(_ stored: StoredAs, at span: SourceSpan) throws(SQLError) -> [any FileFormat] {
        switch stored {
        case .format(let name):
            guard let format = FileFormats.storedAs(name.text) else { throw lacking(name.text, at: name.span) }
            let isText = format.hadoop.words.contains(name.text.lowercased())
            guard isText, let input = format.hadoop.inputFormats.first else { return [format] }
            return [format] + FileFormats.inputFormat(input).filter { $0.name != format.name }
        case .classes(let input, let output):
            let formats = FileFormats.inputFormat(input)
            if formats.isEmpty { throw .unsupported("the input format \(input)", at: span, hint: known) }
            let written = Set(FileFormats.outputFormat(output).map(\.name))
            guard formats.contains(where: { written.contains($0.name) }) else {
                throw .unsupported("the output format \(output)", at: span, hint: known)
            }
            return formats
        }
    }

    private mutating func take(
        _ library: String, _ settings: [Property], _ candidates: [any FileFormat], at span: SourceSpan, _ read: PropertyReader
    ) throws(SQLError) {
        guard let found = FileFormats.serde(library) else { throw .unsupported("the SerDe \(library)", at: span, hint: Self.known) }
        guard candidates.isEmpty || candidates.contains(where: { $0.name == found.name }) else {
            throw .unsupported("the SerDe \(library) for \(candidates[0].name) files", at: span)
        }
        format = found
        serde = library
        for (key, value) in try read(settings).sorted(by: { $0.key < $1.key }) {
            if found.hadoop.givens[key]?.contains(value) == true { continue }
            guard found.hadoop.options[key] != nil || found.readOptions.contains(key.lowercased()) else {
                throw .unsupported("the SerDe property \"\(key)\"", at: settings.first { $0.key.text == key }?.key.span)
            }
            properties[key] = value
        }
    }

    /// ROW FORMAT DELIMITED
    private mutating func take(
        _ delimiters: [(key: String, value: String)], _ candidates: [any FileFormat], at span: SourceSpan
    ) throws(SQLError) {
        guard candidates.isEmpty || candidates.contains(where: { $0.name == FileFormats.csv.name }) else {
            throw .unsupported("ROW FORMAT DELIMITED for \(candidates[0].name) files", at: span)
        }
        format = FileFormats.csv
        for (key, value) in delimiters {
            switch key {
            case "fields": properties["delim"] = value
            case "escaped": properties["escape"] = value
            case "null": properties["nullstr"] = value
            case "lines" where ["\n", "\\n"].contains(value): break
            default: throw .unsupported("\(key.uppercased()) TERMINATED BY", at: span)
            }
        }
    }

    // MARK: WITH and OPTIONS

    private mutating func take(_ list: [Property], _ read: PropertyReader) throws(SQLError) {
        for property in list {
            let key = property.key.text.lowercased(), span = property.key.span
            switch key {
            case "partitioned_by", "partitioning": partitionedBy = try Self.names(property)
            case "format", "table_type":
                let text = try read([property])[property.key.text] ?? ""
                if text.lowercased() != "hive" { format = try format(text, at: span) }
            case "sorted_by": properties[key] = try Self.names(property).joined(separator: ", ")
            case "parquet_bloom_filter_columns", "bloom_filter_columns": properties[key] = try Self.names(property).joined(separator: ", ")
            case "location", "external_location", "path": location = try read([property])[property.key.text]
            case "field_delimiter": properties["delim"] = try read([property])[property.key.text]
            case "comment": properties[TableParameter.comment] = try read([property])[property.key.text]
            case "bucketed_by", "bucket_count", "orc_compression", "is_external", "extra_properties":
                throw .unsupported("the table property \(key)", at: span)
            default:
                guard ParquetProperties.knows(key) || FileFormats.all.contains(where: { $0.readOptions.contains(key) }) else {
                    throw Self.unknown(property, at: span)
                }
                properties.merge(try read([property])) { _, new in new }
            }
        }
    }

    private static func unknown(_ property: Property, at span: SourceSpan) -> SQLError {
        let names = FileFormats.all.flatMap { $0.readOptions + $0.writeOptions } + ["format", "location", "partitioned_by", "sorted_by"]
        let near = NearestName.find(property.key.text.lowercased(), among: names)
        return SQLError(
            .invalidParameterValue, "unrecognized table property \"\(property.key.text)\"", at: span,
            hint: near.map { "Did you mean \"\($0)\"?" } ?? "TBLPROPERTIES takes properties of your own.")
    }

    // MARK: Names

    private static var known: String {
        "Readable formats: \(FileFormats.all.map(\.name).joined(separator: ", "))."
    }

    /// A format of files or of tables.
    private mutating func format(_ text: String, at span: SourceSpan) throws(SQLError) -> any FileFormat {
        if let format = FileFormats.storedAs(text) { return format }
        guard let logged = TableFormats.logged(text) else { throw Self.lacking(text, at: span) }
        tableFormat = logged
        return FileFormats.parquet
    }

    private static func lacking(_ text: String, at span: SourceSpan) -> SQLError {
        let folded = text.lowercased()
        if ["delta", "iceberg", "hudi", "orc", "avro", "sequencefile", "rcfile", "ion"].contains(folded) {
            return .unsupported("the table format \(folded)", at: span, hint: known)
        }
        return SQLError(
            .undefinedObject, "unknown table format \"\(text)\"", at: span,
            hint: NearestName.find(folded, among: FileFormats.all.map(\.name)).map { "Did you mean \"\($0)\"?" })
    }

    private static func names(_ property: Property) throws(SQLError) -> [String] {
        guard case .array(let items)? = property.value?.kind else {
            throw SQLError(
                .invalidParameterValue, "\(property.key.text) must be a list of columns", at: property.key.span,
                hint: "Write ARRAY['a', 'b'].")
        }
        var names: [String] = []
        for item in items {
            guard case .literal(.string(let name)) = item.kind else {
                throw SQLError(.invalidParameterValue, "a partition column must be given as text", at: item.span)
            }
            names.append(name)
        }
        return names
    }
}
