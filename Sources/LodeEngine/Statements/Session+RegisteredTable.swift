/// CREATE TABLE over an existing table that keeps a log of its own.

import LodeCatalog
import LodeCore
import LodeFormats
import LodeSyntax
import LodeTables

extension Session {
    /// `CREATE TABLE t USING delta LOCATION 'folder'`: the catalog remembers the folder, and the columns that the table has now.
    func registered(
        _ format: any TableFormat, _ create: CreateTable, _ elements: TableElements, _ partitions: [String], _ options: TableOptions,
        hasQuery: Bool
    ) throws(SQLError) -> GlueTable {
        let span = create.name.span
        guard let location = options.location, !hasQuery else {
            throw SQLError.unsupported(
                "writing a \(format.name) table", at: span, hint: "LOCATION names the folder of one that is there, to be read.")
        }
        guard elements.schema.fields.isEmpty, elements.constraints.isEmpty, partitions.isEmpty else {
            throw SQLError.unsupported(
                "declaring the columns of a \(format.name) table that is there", at: span,
                hint: "They are in its metadata: leave them out.")
        }
        if try catalog.attachedCatalog(of: elements.table.database) != nil {
            throw SQLError.unsupported("a \(format.name) table in an attached catalog", at: span)
        }
        do throws(SQLError) {
            try requireAccess(to: location)
            let found = TableDefinition(location: location, schema: Schema([]), fileFormat: FileFormats.parquet.name)
            let snapshot = try format.snapshot(of: found, io: StoreTableIO(engine.stores))
            var table = try GlueTable.define(
                elements.table, snapshot.schema, partitionedBy: snapshot.partitionColumns.map(\.name), kind: .external,
                format: try FileFormats.named(snapshot.fileFormat), location: location, properties: options.properties)
            table.parameters[TableParameter.tableFormat] = format.name.uppercased()
            return table
        } catch {
            throw error.at(span)
        }
    }
}
