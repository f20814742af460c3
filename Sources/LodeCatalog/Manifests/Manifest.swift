/// What a commit leaves beside the data, so that the catalog can be made again from the warehouse folder.

import LodeCore
import LodeObjectStore

/// One file for each commit, durable before the commit is: whatever the catalog holds can be read from these, too.
///
///     main/sales/_lode/<random>.7.json      the seventh change of a table: what came and what went
///     main/sales/_lode/<random>.8.json      or all that the table is, from which on the earlier ones are not needed
///     _lode/warehouse.3.json                databases, roles and attached catalogs
///     _lode/commit-<time>-<random>.json     a commit that spans several tables: all of it, or none
///
/// A file whose commit did not come to an end is void as soon as another one has its number; until then nobody can tell whether it did.
/// No file is ever replaced: where one has the name already, that of the commit gets the other kind of name.
struct Manifest: Codable, Equatable, Sendable {
    static let currentFormat = 1

    var format = Manifest.currentFormat
    /// Microseconds since 1970-01-01 UTC; later than that of every earlier commit.
    var time: Int64
    /// Who wrote it; see `CatalogIdentity`.
    var catalog: String?
    var warehouse: WarehouseManifest?
    var tables: [TableManifest] = []

    enum CodingKeys: String, CodingKey {
        case format = "Format", time = "Time", catalog = "Catalog", warehouse = "Warehouse", tables = "Tables"
    }
}

/// Databases, roles and attached catalogs, all of them.
struct WarehouseManifest: Codable, Equatable, Sendable {
    var number: Int64
    var databases: [GlueDatabase]
    /// Without what their passwords are checked against: that is for the catalog alone.
    var roles: [Role]
    /// Nil in those of an earlier Lode.
    var attached: [CatalogDefinition]?

    enum CodingKeys: String, CodingKey {
        case number = "Number", databases = "Databases", roles = "Roles", attached = "Catalogs"
    }
}

/// What a commit did to a table or view, or all that it is.
struct TableManifest: Codable, Equatable, Sendable {
    /// What the names of its own files begin with, relative to the warehouse: never used again.
    var stem: String
    /// The catalog's number of the table.
    var table: Int64
    /// Counts the manifests of the table.
    var number: Int64
    /// Whether it describes the whole table.
    var isFull = false
    /// When the table was dropped.
    var droppedAt: Int64?
    /// As it is stored: with locations relative to the warehouse. Nil if it is as before.
    var definition: GlueTable?
    var definitionVersion: Int64 = 0
    /// The first version that can be read; 0 of a change.
    var oldestVersion: Int64 = 0
    var versions: [ManifestVersion] = []
    var removals: [ManifestRemoval] = []
    var files: [ManifestFile] = []
    var partitions: [ManifestPartition] = []
    /// Keys of registered partitions that went.
    var removedPartitions: [String] = []

    enum CodingKeys: String, CodingKey {
        case stem = "Stem", table = "Table", number = "Number", isFull = "Full", droppedAt = "DroppedAt", definition = "Definition"
        case definitionVersion = "DefinitionVersion", oldestVersion = "OldestVersion", versions = "Versions", removals = "Removals"
        case files = "Files", partitions = "Partitions", removedPartitions = "RemovedPartitions"
    }

    init(stem: String, table: Int64, number: Int64) {
        self.stem = stem
        self.table = table
        self.number = number
    }
}

/// A row of `table_version`.
struct ManifestVersion: Codable, Equatable, Sendable {
    var version: Int64
    var committedAt: Int64
    var fileCount: Int
    var rowCount: Int?
    var byteCount: Int
    var statistics: String?
    var operation: String?
    /// Of versions that changed it.
    var definition: GlueTable?

    enum CodingKeys: String, CodingKey {
        case version = "Version", committedAt = "CommittedAt", fileCount = "FileCount", rowCount = "RowCount", byteCount = "ByteCount"
        case statistics = "Statistics", operation = "Operation", definition = "Definition"
    }
}

/// Files that a version took away.
struct ManifestRemoval: Codable, Equatable, Sendable {
    var version: Int64
    /// Nil: every file that was there.
    var paths: [String]?

    enum CodingKeys: String, CodingKey {
        case version = "Version", paths = "Paths"
    }
}

/// A row of `data_file`.
struct ManifestFile: Codable, Equatable, Sendable {
    /// Relative to the table's location, or a whole location.
    var path: String
    var size: Int
    var rowCount: Int?
    var modified: Int64
    /// See `PartitionKey`; empty in a table without partitions.
    var partition: String
    /// See `StatisticsText`.
    var statistics: String?
    var added: Int64
    var removed: Int64?

    enum CodingKeys: String, CodingKey {
        case path = "Path", size = "Size", rowCount = "RowCount", modified = "Modified", partition = "Partition"
        case statistics = "Statistics", added = "Added", removed = "Removed"
    }
}

/// A registered partition of an external table.
struct ManifestPartition: Codable, Equatable, Sendable {
    /// See `PartitionKey`.
    var key: String
    var definition: GluePartition

    enum CodingKeys: String, CodingKey {
        case key = "Key", definition = "Definition"
    }
}

extension Manifest {
    /// - Throws: `XX001` if the file is no manifest, `0A000` if it was written by a newer Lode.
    static func read(_ path: String, _ stores: StoreRegistry) throws(SQLError) -> Manifest {
        let (store, place) = try stores.resolve(path)
        let text = String(decoding: try store.read(place), as: UTF8.self)
        struct Head: Decodable { var Format: Int }
        do throws(SQLError) {
            let format = try JSONText.read(Head.self, text, "a manifest").Format
            guard format <= currentFormat else { throw SQLError.unsupported("a manifest of format \(format)", hint: "Use the newer Lode.") }
            return try JSONText.read(Manifest.self, text, "a manifest")
        } catch {
            throw error.within(path)
        }
    }
}
