/// What CREATE TABLE says beside columns: format, location, partitioning and properties.

import LodeCatalog
import LodeCore
import LodeSyntax

/// What CREATE TABLE says beside columns, in whichever of its manners.
struct TableOptions {
    var format: StorageFormat?
    var location: String?
    var partitionedBy: [String] = []
    var properties: [String: String] = [:]

    init(_ create: CreateTable, properties read: ([Property]) throws(SQLError) -> [String: String]) throws(SQLError) {
        location = create.location
        properties = try read(create.tableProperties)
        properties.merge(try read(create.options)) { _, new in new }
        if let comment = create.comment { properties[TableParameter.comment] = comment }
        if let using = create.using { format = try Self.format(using.text, at: using.span) }
        switch create.storedAs {
        case .format(let name)?: format = try Self.format(name.text == "textfile" ? "csv" : name.text, at: name.span)
        case .classes(let input, _)?:
            format = input.lowercased().contains("parquet") ? .parquet : .csv
        case nil: break
        }
        try take(create.rowFormat, read)
        for property in create.withProperties {
            switch property.key.text.lowercased() {
            case "partitioned_by", "partitioning": partitionedBy = try Self.names(property)
            case "format", "table_type":
                let text = try read([property])[property.key.text] ?? ""
                if text.lowercased() != "hive" { format = try Self.format(text, at: property.key.span) }
            case "sorted_by": properties["sorted_by"] = try Self.names(property).joined(separator: ", ")
            case "parquet_bloom_filter_columns", "bloom_filter_columns":
                properties[property.key.text.lowercased()] = try Self.names(property).joined(separator: ", ")
            case "location", "external_location": location = try read([property])[property.key.text]
            default: properties.merge(try read([property])) { _, new in new }
            }
        }
    }

    private mutating func take(_ rowFormat: RowFormat?, _ read: ([Property]) throws(SQLError) -> [String: String]) throws(SQLError) {
        switch rowFormat {
        case .serde(let library, let settings)?:
            let folded = library.lowercased()
            if folded.contains("json") { format = format == .parquet ? .parquet : .json }
            if folded.contains("csv") || folded.contains("lazysimple") { format = .csv }
            if folded.contains("parquet") { format = .parquet }
            for (key, value) in try read(settings) { properties[Self.optionNames[key] ?? key] = value }
        case .delimited(let parts)?:
            if format == nil { format = .csv }
            for part in parts {
                switch part.key {
                case "fields": properties["delim"] = part.value
                case "escaped": properties["escape"] = part.value
                case "null": properties["nullstr"] = part.value
                default: break
                }
            }
        case nil: break
        }
    }

    private static let optionNames = [
        "field.delim": "delim", "separatorChar": "delim", "quoteChar": "quote", "escapeChar": "escape", "serialization.null.format": "nullstr",
    ]

    private static func format(_ text: String, at span: SourceSpan) throws(SQLError) -> StorageFormat {
        let folded = text.lowercased()
        if let format = StorageFormat(rawValue: folded == "jsonl" || folded == "ndjson" ? "json" : folded) { return format }
        if ["delta", "iceberg", "orc", "avro", "sequencefile", "rcfile"].contains(folded) {
            throw SQLError.unsupported("the table format \(folded)", at: span, hint: "Known formats: \(StorageFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        throw SQLError(
            .undefinedObject, "unknown table format \"\(text)\"", at: span,
            hint: NearestName.find(folded, among: StorageFormat.allCases.map(\.rawValue)).map { "Did you mean \"\($0)\"?" })
    }

    private static func names(_ property: Property) throws(SQLError) -> [String] {
        guard case .array(let items)? = property.value?.kind else {
            throw SQLError(.invalidParameterValue, "\(property.key.text) must be a list of columns", at: property.key.span, hint: "Write ARRAY['a', 'b'].")
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
