/// A table of the catalog, ready to be scanned.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFormats
import LodeObjectStore
import LodePlan
import LodeTables

enum CatalogRelation {
    /// The table as it is now or was at a time; the statement keeps reading this version.
    static func make(
        _ table: GlueTable, in catalog: any Catalog, _ stores: StoreRegistry, at time: TableTime?
    ) throws(SQLError) -> any Relation {
        let snapshot = try catalog.snapshot(of: table.tableName, at: time)
        let isCurrent = time == nil
        let format = try FileFormats.named(snapshot.fileFormat)
        // NOT NULL is a promise that holds for rows that Lode wrote.
        let isChecked = table.kind == .managed
        let schema = Schema(snapshot.schema.fields.map { Field($0.name, $0.type, nullable: $0.nullable || !isChecked) })
        return FilesRelation(
            displayName: isCurrent ? "\(table.tableName)" : "\(table.tableName)@v\(snapshot.version)",
            tableVersion: isCurrent ? snapshot.identity : nil, schema: schema, format: format,
            options: options(snapshot, format), stores: stores, partitionFields: snapshot.partitionColumns,
            matching: snapshot.columnMatching, totals: snapshot.statistics
        ) { (predicate) throws(SQLError) in try snapshot.plan(predicate) }
    }

    /// Reader options from table properties, and the declared types for text files, which have none of their own.
    private static func options(_ snapshot: any TableSnapshot, _ format: any FileFormat) -> FormatOptions {
        var options = FormatOptions()
        let known = Set(format.readOptions)
        for (key, value) in snapshot.properties where known.contains(key.lowercased()) {
            options.values[key.lowercased()] = .value(.text(value))
        }
        guard format.isText, options.values["columns"] == nil else { return options }
        let keys = Set(snapshot.partitionColumns.map(\.name))
        options.values["columns"] = .named(
            snapshot.schema.fields.filter { !keys.contains($0.name) }.map { .init($0.name, .value(.text("\($0.type)"))) })
        return options
    }
}
