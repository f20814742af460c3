/// Tables with a log of their own as Athena and Spark have them in Glue.

import LodeCloud
import LodeCore
import LodeObjectStore
import LodeTables

extension GlueTable {
    /// The table as it points to a document: what the document says, Glue repeats.
    /// - Source: Iceberg's Java library, `GlueTableOperations`, `IcebergToGlueConverter`.
    func pointing(to place: String, _ revision: IcebergRevision) throws(SQLError) -> GlueTable {
        guard let json = CloudJSON(revision.document) else { throw .internalFault("a metadata document that is no JSON") }
        let metadata = try IcebergMetadata(json)
        var table = self
        let before = parameters[IcebergFormat.pointer]
        // Properties are the document's own; what Lode alone knows of the table stays.
        if before == nil { table.parameters = parameters.filter { $0.key.hasPrefix(TableParameter.ownPrefix) } }
        table.parameters[TableParameter.columnOrder] = nil
        table.parameters[TableParameter.tableFormat] = "ICEBERG"
        table.parameters[IcebergFormat.pointer] = place
        table.parameters["previous_metadata_location"] = before
        table.description = metadata.properties[TableParameter.comment]
        table.parameters[TableParameter.comment] = table.description
        table.partitionKeys = []
        table.storageDescriptor = StorageDescriptor(
            columns: try metadata.schema.columns().map { (column) throws(SQLError) in try column.ofGlue() }, location: metadata.location)
        return table
    }

    /// The table as Athena and Spark look for it: its provider, and all of its columns.
    /// - Source: Amazon Athena User Guide, "Query Linux Foundation Delta Lake tables"; Delta Lake's `CatalogTable`.
    func told(of format: any WritableTableFormat) throws(SQLError) -> GlueTable {
        var table = self
        table.parameters["EXTERNAL"] = "TRUE"
        table.parameters[TableParameter.provider] = format.name
        table.parameters[TableParameter.tableFormat] = format.name.uppercased()
        table.parameters["classification"] = format.name
        table.parameters[TableParameter.columnOrder] = nil
        let all = try schema().fields.map(\.name), known = storageDescriptor.columns + partitionKeys
        table.storageDescriptor.columns = try all.compactMap { name in known.first { $0.name == name } }
            .map { (column) throws(SQLError) in try column.ofGlue() }
        table.partitionKeys = []
        guard loggedFormat != nil, storageDescriptor.serdeInfo?.parameters?["path"] == nil else { return table }
        table.storageDescriptor.inputFormat = "org.apache.hadoop.mapred.SequenceFileInputFormat"
        table.storageDescriptor.outputFormat = "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat"
        var serde = SerDeInfo(
            serializationLibrary: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", parameters: ["serialization.format": "1"])
        serde.parameters?["path"] = storageDescriptor.location
        table.storageDescriptor.serdeInfo = serde
        return table
    }
}

extension GlueColumn {
    /// With a type that Hive has: the nearest one is what Athena and Spark show, and the table's own log has the right one.
    fileprivate func ofGlue() throws(SQLError) -> GlueColumn {
        func known(_ type: SQLType) -> SQLType {
            switch type {
            case .time, .uuid, .json, .interval: .varchar
            case .timestamptz, .timestampNanos, .timestamptzNanos: .timestamp
            case .list(let element): .list(known(element))
            case .map(let key, let value): .map(key: known(key), value: known(value))
            case .structure(let fields): .structure(fields.map { Field($0.name, known($0.type)) })
            default: type
            }
        }
        var column = self
        if maximumLength == nil { column.type = HiveTypeText.write(known(try HiveTypeText.read(type))) }
        let shown = [IcebergSchema.Fact.id, IcebergSchema.Fact.isOptional, IcebergSchema.Fact.isCurrent]
        column.parameters = parameters?.filter { shown.contains($0.key) }
        if column.parameters?.isEmpty == true { column.parameters = nil }
        return column
    }
}
