/// MSCK REPAIR TABLE and ALTER TABLE.

import LodeCatalog
import LodeCore
import LodeFormats
import LodePlanner
import LodeSyntax
import LodeTables

extension Session {
    /// - Parameter isRefresh: whether nothing is to be done for a table whose partitions are not registered.
    func repairTable(_ name: QualifiedName, isRefresh: Bool, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let tag = isRefresh ? "REFRESH TABLE" : "MSCK REPAIR TABLE"
        try requireAutocommit(tag, at: name.span)
        let outcome: CommitOutcome
        do throws(SQLError) {
            outcome = try retrying { () throws(SQLError) in
                let table = try existingTable(name)
                try requireOwner(of: table, at: name.span)
                if isRefresh, table.kind != .external || table.partitionKeys.isEmpty { return CommitOutcome(changed: false) }
                return try findPartitions(of: table)
            }
        } catch {
            throw error.at(name.span)
        }
        let rows =
            outcome.addedPartitions.map { [Value.text("added"), .text($0)] }
            + outcome.droppedPartitions.map { [Value.text("dropped"), .text($0)] }
        return try give([Field("change", .varchar), Field("partition", .varchar)], rows, to: run.sink, tag: tag)
    }

    /// Makes the registered partitions those that the table's folder has.
    func findPartitions(of table: GlueTable) throws(SQLError) -> CommitOutcome {
        let columns = try table.externalPartitionFields(), location = table.storageDescriptor.location ?? ""
        let io = StoreTableIO(try stores(of: table))
        let found = try HiveDiscovery(location: location, columns: columns, io: io).partitions().kept
        return try catalog.commit(.partitions(table.tableName, .replace(found, definition: table.versionId)))
    }

    /// What is asked for is applied to the table as it is when the change is published, whoever changed it meanwhile.
    func alterTable(_ alter: AlterTable) throws(SQLError) -> StatementOutcome {
        switch alter.action {
        case .addPartitions, .dropPartitions: try requireAutocommit("ALTER TABLE … PARTITION", at: alter.name.span)
        default: break
        }
        if alter.ifExists, try catalog.table(try tableName(alter.name)) == nil { return StatementOutcome(tag: "ALTER TABLE") }
        do throws(SQLError) {
            return try retrying { () throws(SQLError) in
                var table = try existingTable(alter.name), write: (any TableTransaction)?
                try requireOwner(of: table, at: alter.name.span)
                switch (table.kind, alter.action) {
                case (.view, .rename): break  // as in PostgreSQL
                case (.view, _): throw CatalogError.wrongKind(table.tableName, is: .view, wanted: "a table")
                case (_, .rename), (_, .setProperties), (_, .setLocation), (_, .setTags), (_, .unsetTags): break
                case (_, .partitionField), (_, .writeOrder), (_, .reference): break
                case (_, .addPartitions), (_, .dropPartitions), (_, .setSerDeProperties), (_, .replaceColumns):
                    if let format = table.loggedFormat { throw SQLError.unsupported("this ALTER TABLE of a \(format.name) table") }
                default:
                    if table.writableFormat != nil {
                        // As its own log has it, which is read once.
                        let begun = try catalog.beginWrite(table.tableName)
                        (table, write) = (begun.table, begun)
                    } else if let format = table.loggedFormat {
                        throw SQLError.unsupported("this ALTER TABLE of a \(format.name) table")
                    }
                }
                if let outcome = try alterColumns(of: table, by: alter.action, write) { return outcome }
                if let outcome = try alterDeclarations(of: table, by: alter.action, write) { return outcome }
                let change = try change(alter.action, table)
                var outcome = StatementOutcome(tag: "ALTER TABLE")
                if case .alter(_, let changes) = change { outcome.notices = try requirements(of: table, after: changes, write) }
                try catalog.commit(change)
                return outcome
            }
        } catch {
            throw error.at(alter.name.span)
        }
    }

    private func change(_ action: AlterTable.Action, _ table: GlueTable) throws(SQLError) -> TableChange {
        let name = table.tableName
        switch action {
        case .setProperties(let list):
            let properties = try self.properties(list)
            let isHive = try catalog.attachedCatalog(of: name.database) != nil
            try TableProperties.check(properties, isHive: isHive, of: table.loggedFormat, at: list.first?.key.span)
            if table.isWritten {
                let keys = Set(table.partitionKeys.map(\.name))
                // What others wrote into a log may say more than Lode's writer obeys.
                let all = table.kind == .managed ? table.parameters.merging(properties) { _, new in new } : properties
                try ParquetProperties.check(all, Schema(try table.schema().fields.filter { !keys.contains($0.name) }))
            }
            return .alter(name, [.setProperties(properties)])
        case .setLocation(let location):
            try requireAccess(to: location)
            if let format = table.writableFormat, !table.hasOwnLog, try catalog.attachedCatalog(of: name.database) == nil,
                try !format.isThere(in: location, io: StoreTableIO(try stores(of: table)))
            {
                throw SQLError(.undefinedFile, "there is no \(format.name) table", in: location)
            }
            return .alter(name, [.setLocation(location)])
        case .addPartitions(let partitions, let ifNotExists):
            var added: [GluePartition] = []
            for partition in partitions {
                if let location = partition.location { try requireAccess(to: location) }
                added.append(GluePartition(values: try values(of: partition, table), location: partition.location))
            }
            return .partitions(name, .add(added, ifNotExists: ifNotExists))
        case .dropPartitions(let partitions, let ifExists):
            var dropped: [[String]] = []
            for partition in partitions { dropped.append(try values(of: partition, table)) }
            return .partitions(name, .drop(dropped, ifExists: ifExists))
        case .rename(let new):
            let database = new.parts.count > 1 ? try tableName(new).database : name.database
            if database != name.database { try require(.create, inSchema: database, at: new.span) }
            return .alter(name, [.rename(TableName(database, new.last.text))])
        case .setTags(let list):
            var tags = list
            for index in tags.indices where tags[index].value == nil {
                tags[index].value = Expression(.literal(.string("")), span: tags[index].key.span)
            }
            return .alter(name, [.setTags(try properties(tags))])
        case .unsetTags(let keys, let ifExists): return .alter(name, [.removeTags(keys.map(\.text), ifExists: ifExists)])
        case .partitionField, .writeOrder, .reference: return .alter(name, [try layoutChange(action, table)])
        case .unsetProperties, .setSerDeProperties, .replaceColumns, .changeColumn: return .alter(name, [try hiveChange(action, table)])
        case .renameColumn: throw SQLError.unsupported("ALTER TABLE … RENAME COLUMN", hint: Self.change(table, "CHANGE old new type"))
        case .dropColumns: throw SQLError.unsupported("ALTER TABLE … DROP COLUMN", hint: Self.change(table, "REPLACE COLUMNS (…)"))
        case .setType: throw SQLError.unsupported("ALTER TABLE … TYPE", hint: Self.change(table, "CHANGE old new type"))
        case .moveColumn: throw SQLError.unsupported("ALTER TABLE … FIRST and AFTER", hint: Self.change(table, "REPLACE COLUMNS (…)"))
        case .clusterBy: throw SQLError.unsupported("CLUSTER BY of \"\(table.name)\"", hint: "Delta tables can be clustered.")
        case .addColumns, .setComment, .setNotNull, .setDefault, .addConstraint, .dropConstraint:
            throw SQLError.internalFault("a declaration came late")
        }
    }

    /// What an external table has instead.
    private static func change(_ table: GlueTable, _ action: String) -> String? {
        table.kind == .external ? "ALTER TABLE \(table.name) \(action) changes what is said of its files." : nil
    }

    /// What Hive and Athena change of a table, which is only said of its files.
    private func hiveChange(_ action: AlterTable.Action, _ table: GlueTable) throws(SQLError) -> DefinitionChange {
        func require(_ what: String) throws(SQLError) {
            if table.kind != .external { throw SQLError.unsupported("ALTER TABLE … \(what) of a managed table") }
        }
        func columns(_ definitions: [ColumnDefinition]) throws(SQLError) -> [GlueColumn] {
            var elements = TableElements(table.tableName)
            for definition in definitions { try elements.add(definition) }
            try elements.refuseWhatIsNotWritten()
            return elements.columns.map(\.glueColumn)
        }
        if let format = table.loggedFormat, table.writableFormat == nil {
            throw SQLError.unsupported("this change of \"\(table.name)\", a \(format.name) table", hint: "Its own metadata say what it is.")
        }
        switch action {
        case .unsetProperties(let keys, let ifExists):
            try TableProperties.checkRemoval(keys, of: table.loggedFormat)
            return .removeProperties(keys.map(\.text), ifExists: ifExists)
        case .setSerDeProperties(let list):
            try require("SET SERDEPROPERTIES")
            return .setSerDeProperties(try properties(list))
        case .replaceColumns(let definitions):
            try require("REPLACE COLUMNS")
            return .replaceColumns(try columns(definitions))
        case .changeColumn(let old, let definition, let place):
            try require("CHANGE COLUMN")
            if place != nil { throw SQLError.unsupported("FIRST and AFTER of an external table", at: old.span) }
            guard let new = try columns([definition]).first else { throw SQLError.internalFault("a column without a definition") }
            return .changeColumn(old.last.text, new)
        default: throw SQLError.internalFault("no change of Hive's")
        }
    }

    /// The values of a partition as strings, in the order of the partition columns.
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
