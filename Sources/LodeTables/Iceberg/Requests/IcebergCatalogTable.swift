/// Iceberg tables of a catalog as its clients load, make and change them.

import LodeCore

/// A version of a table: the document that defines it, as clients get it.
///
/// The documents are numbered like those that Lode's own statements write, and whoever writes the next number first has it: commits of
/// clients and statements exclude each other by the same rule.
/// - Source: Iceberg Table Spec, "File System Tables", "Commit Conflict Resolution and Retry".
package struct IcebergCatalogTable: Sendable {
    /// Where it lies; nil of a table that is only to be made.
    package let path: String?
    package let bytes: [UInt8]
    package let metadata: IcebergMetadata

    private init(_ path: String?, _ bytes: [UInt8]) throws(SQLError) {
        self.path = path
        self.bytes = bytes
        metadata = try IcebergMetadata(bytes, path ?? "the new table")
    }

    /// A document that is about to be written: what is wrong with it is the client's fault.
    private init(checking edit: IcebergDocumentEdit, _ path: String?) throws(SQLError) {
        var bytes: [UInt8] = []
        edit.tree.write(to: &bytes)
        do throws(SQLError) {
            try self.init(path, bytes)
            try check()
        } catch {
            guard error.state == .dataCorrupted else { throw error }
            throw IcebergDocumentEdit.wrong("the table would not be readable", detail: error.message)
        }
    }

    /// What a reader only finds out when it is too late.
    private func check() throws(SQLError) {
        guard let schema = metadata.schema(metadata.currentSchemaID) else { throw IcebergDocumentEdit.wrong("there is no schema") }
        var names: Set<String> = []
        for field in schema.fields {
            guard !field.name.isEmpty, names.insert(field.name).inserted else {
                throw IcebergDocumentEdit.wrong("a column without a name of its own")
            }
        }
        for field in metadata.spec(metadata.defaultSpecID)?.fields ?? [] where field.transform != .void {
            if case .unknown(let text) = field.transform { throw SQLError.unsupported("the transform \"\(text.prefix(100))\"") }
            let sources = field.sourceIDs.compactMap { schema.find($0)?.field.type }
            guard sources.count == field.sourceIDs.count else {
                throw IcebergDocumentEdit.wrong("partition field \"\(field.name)\" is of no column")
            }
            if sources.count == 1, let source = sources.first, field.transform.resultType(of: source.sqlType) == nil {
                throw IcebergDocumentEdit.wrong(
                    "partition field \"\(field.name)\" can't be \(field.transform.text) of a column of type \(source.sqlType)")
            }
        }
        let order = metadata.sortOrders.first { $0.id == metadata.defaultSortOrderID }
        for field in order?.fields ?? [] where !field.sourceIDs.allSatisfy({ schema.find($0) != nil }) {
            throw IcebergDocumentEdit.wrong("a sort order of no column")
        }
        for (name, reference) in metadata.references where metadata.snapshot(reference.snapshotID) == nil {
            throw IcebergDocumentEdit.wrong("the snapshot of \"\(name)\" is not there")
        }
    }

    /// - Throws: `0A000` for a column that gets another type and by which rows are or were divided.
    private func checkSources(after base: IcebergCatalogTable) throws(SQLError) {
        guard let before = base.metadata.schema(base.metadata.currentSchemaID), let after = metadata.schema(metadata.currentSchemaID) else {
            return
        }
        try IcebergCommitter.requireSourceTypes(base.metadata, before, after)
    }

    // MARK: Loading

    /// - Throws: `58P01` if there is no table in the folder.
    package static func load(in location: String, _ io: any TableIO) throws(SQLError) -> IcebergCatalogTable {
        guard let path = try IcebergFolder.current(in: location, io) else {
            throw SQLError(.undefinedFile, "the Iceberg table is gone", in: location)
        }
        return try load(document: path, io)
    }

    package static func load(document path: String, _ io: any TableIO) throws(SQLError) -> IcebergCatalogTable {
        var bytes = try io.read(path)
        if bytes.starts(with: [0x1f, 0x8b]) {
            do throws(SQLError) {
                bytes = try io.decompress("gzip", bytes[...])
            } catch {
                throw error.within(path)
            }
        }
        return try IcebergCatalogTable(path, bytes)
    }

    /// The document without snapshots that no branch or tag is at.
    /// - Source: Iceberg REST Catalog API, "loadTable", `snapshots`.
    package func bytesOfReferenced() throws(SQLError) -> [UInt8] {
        var document = try IcebergDocument(bytes)
        let named = Set(metadata.references.values.map(\.snapshotID)).union([metadata.currentSnapshotID].compactMap(\.self))
        let snapshots = document.tree["snapshots"]?.items ?? []
        document.replace(
            "snapshots", .array(snapshots.filter { $0["snapshot-id"]?.integer.map { named.contains($0) } ?? true }))
        return document.bytes
    }

    // MARK: Making

    /// A table that is not there yet.
    /// - Parameter request: what it is to be; its columns get numbers of their own.
    /// - Source: Iceberg REST Catalog API, "CreateTableRequest".
    package static func draft(_ request: [UInt8], location: String) throws(SQLError) -> IcebergCatalogTable {
        let json = try JSONTree(untrusted: request), properties = json["properties"] == nil ? [:] : try json.texts("properties")
        let (schema, numbers) = try IcebergFieldNumbers.fresh(try json.object("schema"))
        var updates: [IcebergCommitRequest.Update] = []
        func add(_ action: IcebergCommitRequest.Action, _ name: String, _ value: JSONTree) {
            updates.append(.init(action: action, json: .object([.init(name, value)])))
        }
        add(.assignUUID, "uuid", .string(DeltaText.uuid()))
        add(.setLocation, "location", .string(location))
        add(.addSchema, "schema", schema)
        add(.setCurrentSchema, "schema-id", .integer(-1))
        add(.addSpec, "spec", try renumbered(json["partition-spec"], numbers))
        add(.setDefaultSpec, "spec-id", .integer(-1))
        add(.addSortOrder, "sort-order", try renumbered(json["write-order"], numbers))
        add(.setDefaultSortOrder, "sort-order-id", .integer(-1))
        add(.setProperties, "updates", .texts(properties))
        return try made(by: updates, version: properties["format-version"].flatMap { Int64($0) })
    }

    /// The fields of a spec or an order, by the numbers that their columns have now.
    private static func renumbered(_ json: JSONTree?, _ numbers: [Int64: Int64]) throws(SQLError) -> JSONTree {
        var fields: [JSONTree] = []
        for field in json?["fields"]?.items ?? [] {
            var field = field
            field["source-id"] = try IcebergFieldNumbers.known(field["source-id"], numbers)
            fields.append(field)
        }
        return .object([.init("fields", .array(fields))])
    }

    private static func made(
        by updates: [IcebergCommitRequest.Update], version: Int64?, path: String? = nil
    ) throws(SQLError) -> IcebergCatalogTable {
        let now = WallClock.micros() / 1000, version = version ?? 2
        guard (1...3).contains(version) else { throw SQLError.unsupported("version \(version) of the Iceberg format") }
        var empty = JSONTree.object([
            .init("format-version", .integer(version)), .init("table-uuid", .string("")), .init("location", .string("")),
            .init("last-sequence-number", .integer(0)), .init("last-updated-ms", .integer(now)), .init("last-column-id", .integer(0)),
            .init("current-schema-id", .integer(0)), .init("schemas", .array([])), .init("default-spec-id", .integer(0)),
            .init("partition-specs", .array([])), .init("last-partition-id", .integer(999)), .init("default-sort-order-id", .integer(0)),
            .init("sort-orders", .array([])), .init("properties", .object([])), .init("current-snapshot-id", .integer(-1)),
            .init("refs", .object([])), .init("snapshots", .array([])), .init("statistics", .array([])),
            .init("partition-statistics", .array([])), .init("snapshot-log", .array([])), .init("metadata-log", .array([])),
        ])
        if version >= 3 { empty["next-row-id"] = .integer(0) }
        var edit = IcebergDocumentEdit(empty, now: now)
        try edit.apply(updates)
        if edit.tree["table-uuid"]?.text == "" {
            try edit.apply([.init(action: .assignUUID, json: .object([.init("uuid", .string(DeltaText.uuid()))]))])
        }
        return try IcebergCatalogTable(checking: edit, path)
    }

    /// The table that a change makes which is its first.
    package static func made(by request: IcebergCommitRequest) throws(SQLError) -> IcebergCatalogTable {
        for requirement in request.requirements { try requirement.check(nil) }
        let version = request.updates.first { $0.action == .upgradeFormatVersion }?.json["format-version"]?.integer
        return try made(by: request.updates, version: version)
    }

    /// Writes the first document of a table.
    /// - Throws: `42P07` if there is a table in the folder.
    package func create(_ io: any TableIO) throws(SQLError) -> IcebergCatalogTable {
        let location = metadata.location
        guard try IcebergFolder.current(in: location, io) == nil, try IcebergFormat.publish(bytes, as: 1, in: location, io: io) else {
            throw SQLError(.duplicateTable, "there is an Iceberg table in the folder already", in: location)
        }
        return try IcebergCatalogTable(IcebergFormat.documentPath(1, in: location), bytes)
    }

    // MARK: Changing

    /// - Throws: `40001` if a requirement does not hold.
    package func require(_ request: IcebergCommitRequest) throws(SQLError) {
        let document = try IcebergDocument(bytes)
        for requirement in request.requirements { try requirement.check(document.tree) }
    }

    /// - Parameters:
    ///   - location: of the table, as the catalog has it.
    ///   - current: gives the table as it is now; nil for the latest document in its folder.
    /// - Throws: `40001` if a requirement does not hold, or others came first time after time: nothing was changed.
    package static func commit(
        _ request: IcebergCommitRequest, in location: String, _ io: any TableIO,
        over current: (() throws(SQLError) -> IcebergCatalogTable)? = nil
    ) throws(SQLError) -> IcebergCatalogTable {
        for _ in 0..<IcebergWriting.attempts {
            let base = if let current { try current() } else { try load(in: location, io) }
            guard let path = base.path, let number = IcebergCommitter.number(of: path) else {
                throw IcebergCommitter.foreign.within(base.path ?? location)
            }
            var document = try IcebergDocument(base.bytes)
            for requirement in request.requirements { try requirement.check(document.tree) }
            if request.updates.isEmpty { return base }
            let now = max(WallClock.micros() / 1000, base.metadata.lastUpdatedMillis)
            document.follow(path, of: base.metadata.lastUpdatedMillis, at: now)
            var edit = IcebergDocumentEdit(document.tree, now: now)
            try edit.apply(request.updates)
            let next = IcebergFormat.documentPath(number &+ 1, in: location), changed = try IcebergCatalogTable(checking: edit, next)
            try changed.checkSources(after: base)
            if try IcebergFormat.publish(changed.bytes, as: number &+ 1, in: location, io: io) { return changed }
        }
        throw IcebergWriting.conflict(detail: "Others committed \(IcebergWriting.attempts) times meanwhile.")
    }

    // MARK: Taking over

    /// The table that a document defines which another catalog may have written: from now on its documents are numbered.
    /// - Returns: the table, and its folder.
    /// - Throws: `22023` unless it is the latest document in the folder of the table.
    package static func takeOver(
        _ document: String, _ io: any TableIO
    ) throws(SQLError) -> (table: IcebergCatalogTable, location: String) {
        let path = IcebergFolder.plain(document)
        let table = try load(document: path, io), location = TablePath.folder(IcebergFolder.plain(table.metadata.location))
        guard path.hasPrefix(TablePath.join(location, "metadata/")) else {
            throw SQLError.unsupported("an Iceberg table whose documents do not lie in the folder \"metadata\" of its location")
        }
        guard try IcebergFolder.current(in: location, io) == path else {
            throw IcebergDocumentEdit.wrong("it is not the latest document of the table", detail: "The table lies in \(location).")
        }
        if IcebergCommitter.number(of: path) != nil { return (table, location) }
        var copy = try IcebergDocument(table.bytes)
        copy.follow(path, of: table.metadata.lastUpdatedMillis, at: table.metadata.lastUpdatedMillis)
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let number = (IcebergFolder.number(of: name) ?? 0) &+ 1, next = IcebergFormat.documentPath(number, in: location)
        guard try IcebergFormat.publish(copy.bytes, as: number, in: location, io: io) else {
            throw IcebergWriting.unmet("It was taken over already.")
        }
        return (try IcebergCatalogTable(next, copy.bytes), location)
    }
}
