/// Databases, tables and partitions of the embedded catalog as AWS Glue's clients read them.

import LodeCloud
import LodeCore
import LodeTables

/// Whose catalog it is, where AWS has the number of an account.
private let servedCatalogID: CloudJSON = "000000000000"

extension GlueDatabase {
    /// - Source: AWS Glue Web API Reference, "Database".
    package var served: CloudJSON {
        var json = input
        json[member: "Name"] = .string(name)
        json[member: "CatalogId"] = servedCatalogID
        json[member: "CreateTime"] = CloudJSON.seconds(createTime)
        return json
    }
}

extension GlueTable {
    /// Says of a table that only Lode reads it: a version of it is a set of files, and its folder has those of all versions.
    private static let ownFormat = "LODE"

    /// - Parameter document: the current metadata document of an Iceberg table.
    /// - Source: AWS Glue Web API Reference, "Table"; Apache Iceberg, `GlueCatalog`; Delta Lake in Spark's Hive metastore.
    package func served(document: String?) -> CloudJSON {
        var table = self
        table.parameters[TableParameter.ownFolder] = nil
        if kind == .managed {
            table.parameters[TableParameter.tableFormat] = Self.ownFormat
            table.storageDescriptor.location = nil
            table.storageDescriptor.inputFormat = nil
            table.storageDescriptor.outputFormat = nil
            table.storageDescriptor.serdeInfo = nil
        } else if kind == .external {
            table.parameters["EXTERNAL"] = "TRUE"
            if let document { table.parameters[IcebergFormat.pointer] = document }
            if loggedFormat?.name == "delta" { table.parameters[TableParameter.provider] = "delta" }
        }
        var json = table.input
        json[member: "Name"] = .string(name)
        json[member: "DatabaseName"] = .string(databaseName)
        json[member: "CatalogId"] = servedCatalogID
        if kind == .managed { json[member: "TableType"] = .string(tableType) }
        if let viewExpandedText { json[member: "ViewExpandedText"] = .string(viewExpandedText) }
        json[member: "Owner"] = .string(ownerName)
        json[member: "CreateTime"] = CloudJSON.seconds(createTime)
        json[member: "UpdateTime"] = CloudJSON.seconds(updateTime)
        json[member: "VersionId"] = .string(servedVersion)
        json[member: "IsRegisteredWithLakeFormation"] = false
        return json
    }

    /// A number that grows with every change of the definition.
    package var servedVersion: String { versionId?.split(separator: ".").last.map(String.init) ?? "1" }
}

extension GluePartition {
    /// - Source: AWS Glue Web API Reference, "Partition".
    package func served(of table: GlueTable, hasColumns: Bool) -> CloudJSON {
        var storage = table.storageDescriptor
        storage.location = location ?? storage.location
        if !hasColumns { storage.columns = [] }
        return [
            "Values": .array(values.map { .string($0) }), "DatabaseName": .string(table.databaseName), "TableName": .string(table.name),
            "StorageDescriptor": storage.json, "Parameters": CloudJSON(parameters ?? [:]),
        ]
    }
}

extension CloudJSON {
    /// A time as Glue has it: seconds since 1970-01-01 UTC.
    fileprivate static func seconds(_ micros: Int64?) -> CloudJSON? {
        micros.map { .number("\($0 / 1_000_000).\(String(1000 + $0 / 1000 % 1000).dropFirst())") }
    }
}
