/// MSCK REPAIR TABLE and ALTER TABLE.

import LodeCatalog
import LodeCore
import LodePlanner
import LodeSyntax

extension Session {
    func repairTable(_ name: QualifiedName, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        try requireAutocommit("MSCK REPAIR TABLE", at: name.span)
        let outcome: RepairOutcome
        do throws(SQLError) {
            outcome = try engine.catalog.repair(try existingTable(name).tableName)
        } catch {
            throw error.at(name.span)
        }
        let rows = outcome.added.map { [Value.text("added"), .text($0)] } + outcome.dropped.map { [Value.text("dropped"), .text($0)] }
        return try give([Field("change", .varchar), Field("partition", .varchar)], rows, to: run.sink, tag: "MSCK REPAIR TABLE")
    }

    func alterTable(_ alter: AlterTable) throws(SQLError) -> StatementOutcome {
        try requireAutocommit("ALTER TABLE", at: alter.name.span)
        if alter.ifExists, try engine.catalog.table(try tableName(alter.name)) == nil { return StatementOutcome(tag: "ALTER TABLE") }
        var table = try existingTable(alter.name)
        do throws(SQLError) {
            switch alter.action {
            case .setProperties(let list):
                for (key, value) in try properties(list) { table.parameters[key] = value }
                try engine.catalog.alterTable(table)
            case .setLocation(let location):
                guard table.kind == .external else { throw SQLError(.wrongObjectType, "only an external table has a LOCATION to set") }
                table.storageDescriptor.location = location
                try engine.catalog.alterTable(table)
            case .addColumns(let columns, let ifNotExists): try add(columns, ifNotExists, to: table)
            case .addPartitions(let partitions, let ifNotExists):
                var added: [GluePartition] = []
                for partition in partitions { added.append(GluePartition(values: try values(of: partition, table), location: partition.location)) }
                try engine.catalog.addPartitions(added, to: table.tableName, ifNotExists: ifNotExists)
            case .dropPartitions(let partitions, let ifExists):
                var dropped: [[String]] = []
                for partition in partitions { dropped.append(try values(of: partition, table)) }
                try engine.catalog.dropPartitions(dropped, of: table.tableName, ifExists: ifExists)
            case .rename: throw SQLError.unsupported("ALTER TABLE … RENAME")
            case .renameColumn: throw SQLError.unsupported("ALTER TABLE … RENAME COLUMN")
            case .dropColumns: throw SQLError.unsupported("ALTER TABLE … DROP COLUMN")
            case .setType: throw SQLError.unsupported("ALTER TABLE … TYPE")
            case .setNotNull: throw SQLError.unsupported("ALTER TABLE … NOT NULL")
            }
        } catch {
            throw error.at(alter.name.span)
        }
        return StatementOutcome(tag: "ALTER TABLE")
    }

    /// New columns are NULL in the files that are there.
    private func add(_ columns: [ColumnDefinition], _ ifNotExists: Bool, to table: GlueTable) throws(SQLError) {
        var changed = table
        let present = Set(try table.schema().fields.map { $0.name.lowercased() })
        var order = try table.schema().fields.map(\.name)
        for column in columns {
            if present.contains(column.name.text.lowercased()) {
                if ifNotExists { continue }
                throw SQLError(.duplicateColumn, "column \"\(column.name.text)\" of relation \"\(table.name)\" already exists", at: column.span)
            }
            guard let type = column.type else { throw SQLError(.syntaxError, "column \"\(column.name.text)\" has no type", at: column.span) }
            changed.storageDescriptor.columns.append(
                GlueColumn(name: column.name.text, type: HiveTypeText.write(try TypeNames.type(type)), comment: column.comment))
            order.append(column.name.text)
        }
        if !table.partitionKeys.isEmpty { changed.parameters[TableParameter.columnOrder] = JSONText.write(order) }
        try engine.catalog.alterTable(changed)
    }

    /// The values of a partition as texts, in the order of the partition columns.
    private func values(of partition: AlterTable.Partition, _ table: GlueTable) throws(SQLError) -> [String] {
        let given = try properties(partition.values)
        for key in given.keys where !table.partitionKeys.contains(where: { $0.name.lowercased() == key.lowercased() }) {
            throw SQLError(
                .undefinedColumn, "\"\(key)\" is not a partition column of \"\(table.name)\"",
                hint: NearestName.find(key, among: table.partitionKeys.map(\.name)).map { "Did you mean \"\($0)\"?" })
        }
        return try table.partitionKeys.map { (column) throws(SQLError) -> String in
            guard let value = given.first(where: { $0.key.lowercased() == column.name.lowercased() })?.value else {
                throw SQLError(.invalidParameterValue, "partition column \"\(column.name)\" has no value")
            }
            return value
        }
    }
}
