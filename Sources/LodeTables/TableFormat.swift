/// A way to keep a table's metadata: folders of files, Delta logs.

import LodeCore

/// Pure protocol code: what it needs to read it asks of `TableIO`, and it never opens a data file.
package protocol TableFormat: Sendable {
    /// The name in table properties and in `CREATE TABLE … USING <name>`.
    var name: String { get }

    /// The table as it is now, or was at a time.
    /// - Throws: `58P01` if its folder is gone, `XX001` if its metadata breaks the format's rules, `22023` for a version that it has not,
    ///   `0A000` naming what Lode can't read, and for a time where the format keeps no versions.
    func snapshot(of table: TableDefinition, at time: TableTime?, io: any TableIO) throws(SQLError) -> any TableSnapshot
}

extension TableFormat {
    package func snapshot(of table: TableDefinition, io: any TableIO) throws(SQLError) -> any TableSnapshot {
        try snapshot(of: table, at: nil, io: io)
    }
}

/// What the catalog knows about a table that a format reads.
package struct TableDefinition: Hashable, Sendable {
    /// Which table of the catalog it is.
    package var identity: TableVersion?
    /// The folder, as a location that the object stores resolve.
    package var location: String
    /// All columns, partition columns included.
    package var schema: Schema
    package var partitionColumns: [Field]
    /// "parquet", "csv", "json".
    package var fileFormat: String
    package var properties: [String: String]
    /// Partitions that the catalog has registered; nil means that they are found by listing.
    package var registeredPartitions: [RegisteredPartition]?

    package init(
        identity: TableVersion? = nil, location: String, schema: Schema, partitionColumns: [Field] = [], fileFormat: String,
        properties: [String: String] = [:], registeredPartitions: [RegisteredPartition]? = nil
    ) {
        self.identity = identity
        self.location = location
        self.schema = schema
        self.partitionColumns = partitionColumns
        self.fileFormat = fileFormat
        self.properties = properties
        self.registeredPartitions = registeredPartitions
    }
}

/// A partition that a catalog has registered.
package struct RegisteredPartition: Hashable, Sendable {
    /// Aligned with the partition columns.
    package var values: [Value]
    /// Its folder, which need not lie within the table's.
    package var location: String

    package init(values: [Value], location: String) {
        self.values = values
        self.location = location
    }

    /// The values as folders have them.
    package var texts: [String] { Self.texts(values) }
    package static func texts(_ values: [Value]) -> [String] {
        values.map { $0.isNull ? HivePath.defaultPartition : PartitionText.write($0) }
    }
}
