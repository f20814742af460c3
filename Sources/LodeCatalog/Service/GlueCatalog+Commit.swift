/// Changing what Glue holds.

import LodeCloud
import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables

extension GlueCatalog {
    /// One change at a time is all that Glue publishes at once.
    package func commit(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome] {
        if let own = SharedChange.gather(changes), own.count == 1, own[0].files?.found != nil {
            let outcome = try publish(own[0])
            return changes.map { _ in outcome }
        }
        guard changes.count == 1, let change = changes.first else {
            if changes.isEmpty { return [] }
            throw SQLError.unsupported("changing several tables of a Glue catalog at once", hint: "Change one after the other.")
        }
        return [try apply(change)]
    }

    private func apply(_ change: TableChange) throws(SQLError) -> CommitOutcome {
        switch change {
        case .createDatabase(let database, let ifNotExists): return try create(database, ifNotExists)
        case .dropDatabase(let name, let ifExists, let cascade): return try drop(database: name, ifExists, cascade)
        case .alterDatabase: throw SQLError.unsupported("changing privileges in a Glue catalog")
        case .create(let table, let ifExists, let files, let read):
            if let format = table.writableFormat { return try create(table, format, ifExists, files, read) }
            return try create(table, ifExists, files)
        case .drop(let name, let kinds, let ifExists, purges: true): return try purge(name, kinds, ifExists)
        case .drop(let name, let kinds, let ifExists, _): return try drop(name, kinds, ifExists)
        case .alter(let name, let changes): return try alter(name, changes)
        case .files(let name, let files): return try apply(files, to: name)
        case .partitions(let name, let partitions): return try apply(partitions, to: name)
        case .requires: throw SQLError.unsupported("requiring a state of a table of Glue")
        }
    }

    // MARK: Databases

    private func create(_ database: GlueDatabase, _ ifNotExists: Bool) throws(SQLError) -> CommitOutcome {
        do throws(SQLError) {
            var database = database
            if database.locationUri == nil { database.locationUri = warehouse.map { Self.folder(of: database.name, in: $0) } }
            _ = try send("CreateDatabase", ["DatabaseInput": database.input])
            return CommitOutcome()
        } catch {
            guard error.state == .duplicateObject else { throw error }
            if ifNotExists { return CommitOutcome(changed: false) }
            throw SQLError(.duplicateSchema, "schema \"\(database.name)\" already exists")
        }
    }

    private func drop(database name: String, _ ifExists: Bool, _ cascade: Bool) throws(SQLError) -> CommitOutcome {
        guard try database(name) != nil else {
            if ifExists { return CommitOutcome(changed: false) }
            throw CatalogError.missingDatabase(name, among: try databases().map(\.name))
        }
        // Glue drops whatever is in it.
        if !cascade, let first = try tables(in: name).first {
            throw SQLError(
                .dependentObjectsStillExist, "cannot drop schema \"\(name)\" because it is not empty",
                detail: "It has tables such as \"\(first.name)\".", hint: "Use DROP SCHEMA … CASCADE to drop them too; their files stay.")
        }
        _ = try send("DeleteDatabase", ["Name": .string(name.lowercased())])
        return CommitOutcome()
    }

    // MARK: Tables

    private func create(
        _ table: GlueTable, _ ifExists: TableChange.IfExists, _ files: [DataFile]
    ) throws(SQLError) -> CommitOutcome {
        let table = try completing(table)
        if ifExists == .replace, let old = try tableJSON(table.tableName) { return try replace(old, with: table, files) }
        do throws(SQLError) {
            try createTable(table.tableName, table.input)
        } catch {
            guard error.state == .duplicateTable else { throw error }
            return try Self.outcome(of: table.tableName, ifExists, error)
        }
        do throws(SQLError) {
            try register(files, in: table)
        } catch {
            try withdraw(table.tableName, because: error)
            throw error
        }
        return CommitOutcome()
    }

    /// - Throws: `42P07` if Glue knows one of that name, `3F000` if it doesn't know the database.
    func createTable(_ name: TableName, _ input: CloudJSON) throws(SQLError) {
        do throws(SQLError) {
            _ = try send("CreateTable", ["DatabaseName": .string(name.database.lowercased()), "TableInput": input])
        } catch {
            switch error.state {
            case .duplicateObject: throw SQLError(.duplicateTable, "relation \"\(name.name)\" already exists")
            case .undefinedObject: throw CatalogError.missingDatabase(name.database, among: try databases().map(\.name))
            default: throw error
            }
        }
    }

    /// What becomes of a statement that would make a table which somebody else has made meanwhile.
    static func outcome(
        of name: TableName, _ ifExists: TableChange.IfExists, _ error: SQLError
    ) throws(SQLError) -> CommitOutcome {
        switch ifExists {
        case .skip: return CommitOutcome(changed: false)
        case .replace: throw CatalogError.conflict("table \"\(name)\" was made")
        case .fail: throw error
        }
    }

    /// Takes back a table whose rows would not be found.
    /// - Throws: `40003` if that fails: others see the table, and perhaps some of its rows.
    private func withdraw(_ name: TableName, because reason: SQLError) throws(SQLError) {
        let result = Cancellation.$current.withValue(nil) {
            Result { () throws(SQLError) in try send("DeleteTable", nameRequest(name)) }
        }
        if case .success = result { return }
        throw CatalogError.unknownState("create table \(name)", in: nil, detail: reason.message)
    }

    package func completing(_ table: GlueTable) throws(SQLError) -> GlueTable {
        if table.kind == .view { return table }
        if let format = table.writableFormat { return try completing(table, format) }
        var table = try table.asHiveTable()
        if table.storageDescriptor.location == nil {
            try table.requireWritable()
            table.storageDescriptor.location = try managedLocation(of: table.tableName)
            table.parameters[TableParameter.ownFolder] = table.storageDescriptor.location
        }
        return table
    }

    private func drop(_ name: TableName, _ kinds: Set<TableKind>, _ ifExists: Bool) throws(SQLError) -> CommitOutcome {
        guard let table = try table(name) else {
            if ifExists { return CommitOutcome(changed: false) }
            throw try missingTable(name)
        }
        guard kinds.contains(table.kind) else { throw CatalogError.wrongKind(name, is: table.kind, wanted: "what is to be dropped") }
        _ = try send("DeleteTable", nameRequest(name))
        return CommitOutcome()
    }

    /// - Throws: `40001` if somebody else changed the table since it was read.
    private func alter(_ name: TableName, _ changes: [DefinitionChange]) throws(SQLError) -> CommitOutcome {
        guard let json = try tableJSON(name), let old = GlueTable(json) else { throw try missingTable(name) }
        if changes.contains(where: \.isOfTags) {
            try changeTags(of: name, json, changes)
            return CommitOutcome()
        }
        if old.loggedFormat != nil { return try alter(old, json, changes) }
        var new = old
        for change in changes {
            switch change {
            case .rename: throw SQLError.unsupported("renaming a table of Glue", hint: "Create it anew under the other name.")
            case .access: throw SQLError.unsupported("changing privileges in a Glue catalog")
            default: try new.apply(change)
            }
        }
        for column in new.storageDescriptor.columns where !old.storageDescriptor.columns.contains(column) {
            try GlueTable.requireHiveType(column, name, holdsZones: new.fileFormat?.name == FileFormats.parquet.name)
        }
        // Hive, Spark and Athena have partition columns last, whatever was added since.
        if old.parameters[TableParameter.columnOrder] == nil { new.parameters[TableParameter.columnOrder] = nil }
        if new == old { return CommitOutcome(changed: false) }
        try update(name, to: new.input(changing: json), from: old.versionId)
        return CommitOutcome()
    }

    /// - Throws: `40001` if the table is no longer of that version.
    func update(_ name: TableName, to input: CloudJSON, from version: String?) throws(SQLError) {
        var request: CloudJSON = ["DatabaseName": .string(name.database.lowercased()), "TableInput": input, "SkipArchive": true]
        request[member: "VersionId"] = version.map { .string($0) }
        _ = try send("UpdateTable", request)
    }

    // MARK: Partitions

    private func apply(_ change: FileChange, to name: TableName) throws(SQLError) -> CommitOutcome {
        if change.removesFiles { return try overwrite(name, change) }
        let table = try requireTable(name), location = table.storageDescriptor.location ?? ""
        if table.partitionKeys.isEmpty, change.added.contains(where: { !Self.isSame(StorePath.parent($0.path), location) }) {
            throw Self.replacedMeanwhile(name)
        }
        try register(change.added, in: table)
        return CommitOutcome()
    }

    /// Makes the partitions of files known.
    /// - Throws: `0A000` if a partition's files lie elsewhere: nobody would see these.
    private func register(_ files: [DataFile], in table: GlueTable) throws(SQLError) {
        var places = try self.places(of: files, in: table)
        for known in try partitions(places.keys.sorted { $0.lexicographicallyPrecedes($1) }, of: table.tableName) {
            guard let place = places.removeValue(forKey: known.values), let other = known.storage.location else { continue }
            guard Self.isSame(place, other) else {
                if table.hasMovedPartitions { throw Self.replacedMeanwhile(table.tableName) }
                throw SQLError.unsupported(
                    "writing to a partition of \"\(table.tableName)\" that lies apart from the table", hint: "It lies in \(other).")
            }
        }
        _ = try add(Self.sorted(places), to: table, ifNotExists: true)
    }

    /// - Throws: `0A000` for files that no projected partition has.
    func require(
        _ files: [DataFile], in projection: PartitionProjection, _ table: GlueTable, _ columns: [Field]
    ) throws(SQLError) {
        for values in Set(files.map(\.partitionValues)) {
            let folder = HivePath.folder(columns, values), place = StorePath.join(table.storageDescriptor.location ?? "", folder)
            let equal = zip(columns, values).map { ColumnPredicate.compare(column: $0.name, .equal, $1) }
            let found = values.contains(.null) ? [] : try projection.partitions(.all(equal))
            guard found.contains(where: { Self.isSame($0.location, place) }) else {
                throw SQLError.unsupported(
                    "writing to \"\(folder)\" of \"\(table.tableName)\", whose projection has no such folder,",
                    hint: "Nobody would find the rows there.")
            }
        }
    }

    static func isSame(_ one: String, _ other: String) -> Bool { StorePath.plain(one) == StorePath.plain(other) }

    private static func replacedMeanwhile(_ name: TableName) -> SQLError {
        CatalogError.conflict("the rows of table \"\(name)\" were replaced")
    }

    /// Those of these values that are known.
    func partitions(_ values: [[String]], of name: TableName) throws(SQLError) -> [Partition] {
        var found: [Partition] = []
        for part in values.batches(of: Self.mostAsked) {
            var request = tableRequest(name)
            request[member: "PartitionsToGet"] = .array(part.map { ["Values": .array($0.map { .string($0) })] })
            found += try send("BatchGetPartition", request)["Partitions"]?.items.map(Partition.init) ?? []
        }
        return found
    }

    /// The most that BatchGetPartition takes.
    private static let mostAsked = 1_000

    private func apply(_ change: PartitionChange, to name: TableName) throws(SQLError) -> CommitOutcome {
        let table = try requireTable(name), columns = try table.externalPartitionFields()
        func folder(_ texts: [String]) throws(SQLError) -> String { HivePath.folder(columns, try PartitionKey.parse(texts, columns)) }
        var outcome = CommitOutcome()
        switch change {
        case .add(let partitions, let ifNotExists):
            for values in try add(partitions, to: table, ifNotExists: ifNotExists) { outcome.addedPartitions.append(try folder(values)) }
        case .drop(let partitions, let ifExists):
            for values in partitions {
                let isThere = try find("DeletePartition", partitionRequest(table, values)) != nil
                if isThere { outcome.droppedPartitions.append(try folder(values)) }
                if !isThere, !ifExists {
                    throw SQLError(.undefinedObject, "partition \"\(try folder(values))\" of \"\(name.name)\" does not exist")
                }
            }
        case .replace(let found, let definition):
            if let definition, table.versionId != definition {
                throw CatalogError.conflict("the definition of table \"\(name)\" was changed")
            }
            try replace(with: found, table, columns, &outcome)
        }
        outcome.changed = !outcome.addedPartitions.isEmpty || !outcome.droppedPartitions.isEmpty
        return outcome
    }

    /// Asks once what is known, and tells the difference only. Values are compared as what they mean: `01` is the number 1.
    private func replace(
        with found: [RegisteredPartition], _ table: GlueTable, _ columns: [Field], _ outcome: inout CommitOutcome
    ) throws(SQLError) {
        var known: Set<[Value]> = [], gone: [[String]] = []
        let kept = Set(found.map(\.values))
        for partition in try partitions(of: table.tableName) {
            let values = try PartitionKey.parse(partition.values, columns)
            known.insert(values)
            // Where it was overwritten, nothing is left for others to find.
            guard !kept.contains(values), table.holds(partition.location), !OverwrittenRows.holds(partition.location ?? "") else {
                continue
            }
            gone.append(partition.values)
            outcome.droppedPartitions.append(HivePath.folder(columns, values))
        }
        let new = found.filter { !known.contains($0.values) }.map { GluePartition(values: $0.texts, location: $0.location) }
        for values in try add(new, to: table, ifNotExists: true) {
            outcome.addedPartitions.append(HivePath.folder(columns, try PartitionKey.parse(values, columns)))
        }
        try remove(gone, from: table)
    }

    private func partitionRequest(_ table: GlueTable, _ values: [String]) -> CloudJSON {
        var request = tableRequest(table.tableName)
        request[member: "PartitionValues"] = .array(values.map { .string($0) })
        return request
    }

    /// The most that BatchCreatePartition takes.
    private static let batch = 100

    /// - Returns: the values of those that were not there.
    func add(_ partitions: [GluePartition], to table: GlueTable, ifNotExists: Bool) throws(SQLError) -> [[String]] {
        let columns = try table.partitionFields()
        var inputs: [(values: [String], input: CloudJSON)] = []
        for partition in partitions {
            let values = try PartitionKey.parse(partition.values, columns)
            var storage = table.storageDescriptor
            storage.location = partition.location
                ?? StorePath.join(table.storageDescriptor.location ?? "", HivePath.folder(columns, values))
            let texts = CloudJSON.array(partition.values.map { .string($0) })
            inputs.append((partition.values, ["Values": texts, "StorageDescriptor": storage.json]))
        }
        var added: [[String]] = []
        for part in inputs.batches(of: Self.batch) {
            var request = tableRequest(table.tableName)
            request[member: "PartitionInputList"] = .array(part.map(\.input))
            let answer = try send("BatchCreatePartition", request)
            var failed: Set<[String]> = []
            for fault in answer["Errors"]?.items ?? [] {
                let values = fault["PartitionValues"]?.items.compactMap(\.string) ?? []
                let code = fault["ErrorDetail"]?["ErrorCode"]?.string ?? "unknown"
                guard code == "AlreadyExistsException" else {
                    throw SQLError(
                        .ioError, "Glue could not add a partition to \"\(table.name)\"",
                        detail: "\(values.joined(separator: ", ")): \(code)")
                }
                if !ifNotExists {
                    let folder = HivePath.folder(columns, try PartitionKey.parse(values, columns))
                    throw SQLError(.duplicateObject, "partition \"\(folder)\" of \"\(table.name)\" already exists")
                }
                failed.insert(values)
            }
            added += part.map(\.values).filter { !failed.contains($0) }
        }
        return added
    }
}
