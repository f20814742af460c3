/// Table functions that read an Iceberg table by its folder or its metadata document, without a catalog.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeObjectStore
import LodePlan
import LodeTables

extension TableFunction {
    /// Which table is meant: DuckDB's options, and `ref`.
    private static let options: [String: SQLType] = [
        "snapshot_from_id": .bigint, "snapshot_from_timestamp": .timestamptz, "ref": .varchar, "version": .varchar,
        "allow_moved_paths": .boolean,
    ]

    static let icebergScan = TableFunction(
        name: "iceberg_scan", summary: "The rows of an Iceberg table, as it is or as it was at a snapshot, a time, a branch or a tag.",
        example: "FROM iceberg_scan('lake/orders', ref => 'audit')", options: options
    ) { (location, call, stores) throws(SQLError) in
        try CatalogRelation.make("iceberg_scan('\(location)')", try table(location, call, stores), stores)
    }

    static let icebergSnapshots = TableFunction("iceberg_snapshots", .snapshots, "The snapshots of an Iceberg table, the latest first.")
    static let icebergMetadata = TableFunction(
        "iceberg_metadata", .files, "The data and delete files of an Iceberg table, with their manifests.")
    static let icebergReferences = TableFunction("iceberg_refs", .references, "The branches and tags of an Iceberg table.")

    /// What the metadata of a table say.
    private init(_ name: String, _ view: IcebergView, _ summary: String) {
        self.init(name: name, summary: summary, example: "FROM \(name)('lake/orders')", options: Self.options) {
            (location, call, stores) throws(SQLError) in
            let rows = try view.rows(try Self.table(location, call, stores))
            return try ChunksRelation(displayName: "\(name)('\(location)')", schema: Schema(view.fields), rows: rows)
        }
    }

    /// - Throws: `22023` for options that exclude each other.
    private static func table(_ location: String, _ call: FileFunctionCall, _ stores: StoreRegistry) throws(SQLError) -> IcebergSnapshot {
        var times: [TableTime] = [], version: String?, mayHaveMoved = false
        for (option, value) in call.named {
            switch (option, value) {
            case ("snapshot_from_id", .integer(let id)): times.append(.version(id))
            case ("snapshot_from_timestamp", .timestamp(let micros)): times.append(.timestamp(micros))
            case ("ref", .text(let name)): times.append(.reference(name.string))
            // DuckDB's word for the latest.
            case ("version", .text(let text)): version = text.string == "?" ? nil : text.string
            case ("allow_moved_paths", .boolean(let flag)): mayHaveMoved = flag
            default: throw SQLError(.invalidParameterValue, "\(option) must not be NULL")
            }
        }
        guard times.count <= 1 else {
            throw SQLError(.invalidParameterValue, "snapshot_from_id, snapshot_from_timestamp and ref exclude each other")
        }
        return try IcebergFormat.snapshot(
            of: location, version: version, at: times.first, mayHaveMoved: mayHaveMoved, StoreTableIO(stores))
    }
}
