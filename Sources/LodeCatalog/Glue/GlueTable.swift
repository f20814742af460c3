/// A table as AWS Glue describes one: the shape of `catalog/*.json` and of every catalog here.

/// Definition of a table or view.
/// - Source: AWS Glue Web API Reference, "Table".
package struct GlueTable: Codable, Hashable, Sendable {
    package var name: String
    package var databaseName: String
    /// `MANAGED_TABLE`, `EXTERNAL_TABLE`, `VIRTUAL_VIEW` or, for what ships with Lode, `SYSTEM_TABLE`.
    package var tableType: String
    package var description: String?
    /// Table properties; see `TableParameter` for the ones that Lode gives a meaning.
    package var parameters: [String: String]
    /// Labels for those who look after tables; nil for none, and where the catalog keeps them apart: see `Catalog.tags`.
    package var tags: [String: String]?
    package var partitionKeys: [GlueColumn]
    package var storageDescriptor: StorageDescriptor
    /// The SQL of a view, as it was written.
    package var viewOriginalText: String?
    package var viewExpandedText: String?
    /// The role that made it, or was given it; nil is the first role.
    package var owner: String?
    /// What was granted; nil as long as nothing was.
    package var access: AccessList?
    /// Microseconds since 1970-01-01 UTC.
    package var createTime: Int64?
    package var updateTime: Int64?
    /// Changes whenever the definition changes.
    package var versionId: String?
    /// Of the catalog's own counting, the same through all changes and names; not part of the definition.
    package var number: Int64?
    /// Whether its catalog says which document of the table's log is the current one, and publishes the next one.
    package var isPublishedByCatalog = false

    enum CodingKeys: String, CodingKey {
        case name = "Name", databaseName = "DatabaseName", tableType = "TableType", description = "Description"
        case parameters = "Parameters", partitionKeys = "PartitionKeys", storageDescriptor = "StorageDescriptor"
        case viewOriginalText = "ViewOriginalText", viewExpandedText = "ViewExpandedText", owner = "Owner"
        case createTime = "CreateTime", updateTime = "UpdateTime", versionId = "VersionId", access = "Access"
        case tags = "Tags"
    }

    package init(
        name: String, databaseName: String, tableType: TableKind = .managed, parameters: [String: String] = [:],
        partitionKeys: [GlueColumn] = [], storageDescriptor: StorageDescriptor = StorageDescriptor(),
        viewOriginalText: String? = nil
    ) {
        self.name = name
        self.databaseName = databaseName
        self.tableType = tableType.rawValue
        self.parameters = parameters
        self.partitionKeys = partitionKeys
        self.storageDescriptor = storageDescriptor
        self.viewOriginalText = viewOriginalText
    }

    package init(from decoder: any Decoder) throws {
        let box = try decoder.container(keyedBy: CodingKeys.self)
        name = try box.decode(String.self, forKey: .name)
        databaseName = try box.decode(String.self, forKey: .databaseName)
        tableType = try box.decodeIfPresent(String.self, forKey: .tableType) ?? TableKind.external.rawValue
        description = try box.decodeIfPresent(String.self, forKey: .description)
        parameters = try box.decodeIfPresent([String: String].self, forKey: .parameters) ?? [:]
        partitionKeys = try box.decodeIfPresent([GlueColumn].self, forKey: .partitionKeys) ?? []
        storageDescriptor = try box.decodeIfPresent(StorageDescriptor.self, forKey: .storageDescriptor) ?? StorageDescriptor()
        viewOriginalText = try box.decodeIfPresent(String.self, forKey: .viewOriginalText)
        viewExpandedText = try box.decodeIfPresent(String.self, forKey: .viewExpandedText)
        owner = try box.decodeIfPresent(String.self, forKey: .owner)
        createTime = try box.decodeIfPresent(Int64.self, forKey: .createTime)
        updateTime = try box.decodeIfPresent(Int64.self, forKey: .updateTime)
        versionId = try box.decodeIfPresent(String.self, forKey: .versionId)
        access = try box.decodeIfPresent(AccessList.self, forKey: .access)
        tags = try box.decodeIfPresent([String: String].self, forKey: .tags)
    }
}

/// The kinds of table, spelt as Glue and Athena spell them.
package enum TableKind: String, Sendable {
    case managed = "MANAGED_TABLE"
    case external = "EXTERNAL_TABLE"
    case view = "VIRTUAL_VIEW"
    case system = "SYSTEM_TABLE"
}
