/// What clients of a catalog want of Iceberg tables: made, changed, and refused.

import LodeCore
import LodeVectors
import Testing

@testable import LodeTables

@Suite struct IcebergRequestTests {
    private static let newTable = """
        {"name": "t", "schema": {"type": "struct", "schema-id": 0, "identifier-field-ids": [5], "fields": [
        {"id": 5, "name": "id", "required": true, "type": "long"},
        {"id": 9, "name": "s", "required": false, "type": {"type": "struct", "fields": [{"id": 0, "name": "x", "required": false, "type": "int"}]}},
        {"id": 6, "name": "day", "required": false, "type": "date"}]},
        "partition-spec": {"fields": [{"source-id": 6, "transform": "month", "name": "m"}]},
        "write-order": {"fields": [{"source-id": 5, "transform": "identity", "direction": "asc", "null-order": "nulls-last"}]},
        "properties": {"owner": "me"}}
        """

    private func table(_ folder: RequestFolder) throws -> IcebergCatalogTable {
        try IcebergCatalogTable.draft(Array(Self.newTable.utf8), location: "/t").create(folder)
    }

    private func commit(
        _ updates: String, requirements: String = "", _ folder: RequestFolder
    ) throws -> IcebergCatalogTable {
        let body = "{\"requirements\": [\(requirements)], \"updates\": [\(updates)]}"
        return try IcebergCatalogTable.commit(try IcebergCommitRequest(Array(body.utf8)), in: "/t", folder)
    }

    private func snapshot(_ id: Int, _ sequence: Int, operation: String = "append", parent: Int? = nil) -> String {
        """
        {"action": "add-snapshot", "snapshot": {"snapshot-id": \(id), \(parent.map { "\"parent-snapshot-id\": \($0), " } ?? "")
        "sequence-number": \(sequence), "timestamp-ms": \(id)000, "manifest-list": "/t/metadata/snap-\(id).avro", "schema-id": 0,
        "summary": {"operation": "\(operation)"}}}, {"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": \(id)}
        """
    }

    private func refusal(_ body: () throws -> Void) -> SQLState? {
        do { try body() } catch let error as SQLError { return error.state } catch {}
        return nil
    }

    // MARK: Making

    @Test func `a new table's columns are numbered anew, and what names them follows`() throws {
        let metadata = try table(RequestFolder()).metadata
        let schema = try #require(metadata.schema(0))
        #expect(schema.fields.map(\.id) == [1, 2, 3] && schema.fields[1].type.parts.map(\.id) == [4])
        #expect(schema.identifierIDs == [1] && metadata.lastColumnID == 4)
        #expect(metadata.specs == [IcebergPartitionSpec(fields: [.init(sourceIDs: [3], fieldID: 1000, name: "m", transform: .month)])])
        #expect(metadata.sortOrders.map(\.id) == [1] && metadata.defaultSortOrderID == 1)
        #expect(metadata.properties == ["owner": "me"] && metadata.formatVersion == 2 && metadata.currentSnapshotID == nil)
    }

    @Test func `a table is made once in a folder`() throws {
        let folder = RequestFolder()
        #expect(try table(folder).path == "/t/metadata/v1.metadata.json")
        #expect(refusal { _ = try table(folder) } == .duplicateTable)
    }

    @Test(arguments: [
        "{}", #"{"schema": {"fields": [{"name": "a", "type": "int", "required": false}]}}"#,
        #"{"schema": {"type": "struct", "fields": [{"id": 1, "name": "a", "type": "int", "required": false}, {"id": 2, "name": "a", "type": "int", "required": false}]}}"#,
        #"{"schema": {"type": "struct", "fields": []}, "partition-spec": {"fields": [{"source-id": 1, "transform": "day", "name": "d"}]}}"#,
        #"{"schema": {"type": "struct", "fields": [{"id": 99999999999, "name": "a", "type": "int", "required": false}]}}"#, "[", "3",
    ]) func `what is no table is refused`(request: String) {
        #expect(refusal { _ = try IcebergCatalogTable.draft(Array(request.utf8), location: "/t") } == .invalidParameterValue)
    }

    // MARK: Changing

    @Test func `a snapshot becomes the current one`() throws {
        let folder = RequestFolder()
        _ = try table(folder)
        let one =
            try commit(snapshot(1, 1), requirements: #"{"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": null}"#, folder)
        #expect(one.path == "/t/metadata/v2.metadata.json")
        #expect(
            one.metadata.currentSnapshotID == 1 && one.metadata.snapshotLog.map(\.snapshotID) == [1]
                && one.metadata.lastSequenceNumber == 1)
        #expect(one.metadata.metadataLog.map(\.file) == ["/t/metadata/v1.metadata.json"])
        #expect(try IcebergCatalogTable.load(in: "/t", folder).bytes == one.bytes)
    }

    @Test func `a requirement that does not hold changes nothing`() throws {
        let folder = RequestFolder(), uuid = try #require(try table(folder).metadata.uuid)
        _ = try commit(snapshot(1, 1), folder)
        for requirement in [
            #"{"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": null}"#,
            #"{"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": 2}"#, #"{"type": "assert-table-uuid", "uuid": "other"}"#,
            #"{"type": "assert-current-schema-id", "current-schema-id": 1}"#, #"{"type": "assert-last-assigned-field-id", "last-assigned-field-id": 3}"#,
            #"{"type": "assert-last-assigned-partition-id", "last-assigned-partition-id": 999}"#,
            #"{"type": "assert-default-spec-id", "default-spec-id": 1}"#, #"{"type": "assert-default-sort-order-id", "default-sort-order-id": 0}"#,
        ] {
            #expect(
                refusal { _ = try commit(snapshot(2, 2), requirements: requirement, folder) } == .serializationFailure, "\(requirement)")
        }
        #expect(refusal { _ = try commit("", requirements: #"{"type": "assert-create"}"#, folder) } == .duplicateTable)
        #expect(try IcebergCatalogTable.load(in: "/t", folder).path == "/t/metadata/v2.metadata.json")
        let holds = """
            {"type": "assert-table-uuid", "uuid": "\(uuid.uppercased())"}, {"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": 1},
            {"type": "assert-current-schema-id", "current-schema-id": 0}, {"type": "assert-last-assigned-field-id", "last-assigned-field-id": 4},
            {"type": "assert-last-assigned-partition-id", "last-assigned-partition-id": 1000},
            {"type": "assert-default-spec-id", "default-spec-id": 0}, {"type": "assert-default-sort-order-id", "default-sort-order-id": 1}
            """
        #expect(try commit(snapshot(2, 2, parent: 1), requirements: holds, folder).metadata.currentSnapshotID == 2)
    }

    @Test func `who comes second applies its updates to what the first has made`() throws {
        let folder = RequestFolder()
        _ = try table(folder)
        folder.beforeNextPut { folder in
            _ = try? self.commit(#"{"action": "set-properties", "updates": {"a": "1"}}"#, folder)
        }
        let changed = try commit(#"{"action": "set-properties", "updates": {"b": "2"}}"#, folder)
        #expect(changed.metadata.properties == ["owner": "me", "a": "1", "b": "2"] && changed.path == "/t/metadata/v3.metadata.json")
        folder.beforeNextPut { folder in _ = try? self.commit(self.snapshot(1, 1), folder) }
        let requirement = #"{"type": "assert-ref-snapshot-id", "ref": "main", "snapshot-id": null}"#
        #expect(refusal { _ = try commit(snapshot(2, 1), requirements: requirement, folder) } == .serializationFailure)
    }

    @Test func `schemas, specs and orders are numbered by the catalog, and found again`() throws {
        let folder = RequestFolder()
        _ = try table(folder)
        let wider = """
            {"action": "add-schema", "schema": {"type": "struct", "schema-id": 40, "fields": [
            {"id": 1, "name": "id", "required": true, "type": "long"}, {"id": 5, "name": "more", "required": false, "type": "string"},
            {"id": 3, "name": "day", "required": false, "type": "date"}]}}, {"action": "set-current-schema", "schema-id": -1},
            {"action": "add-spec", "spec": {"spec-id": 3, "fields": [{"source-id": 3, "transform": "month", "name": "m"},
            {"source-id": 1, "transform": "bucket[8]", "name": "b"}]}}, {"action": "set-default-spec", "spec-id": -1},
            {"action": "add-sort-order", "sort-order": {"order-id": 1, "fields": []}}, {"action": "set-default-sort-order", "sort-order-id": -1}
            """
        let one = try commit(wider, folder).metadata
        #expect(one.currentSchemaID == 1 && one.lastColumnID == 5 && one.defaultSpecID == 1 && one.defaultSortOrderID == 0)
        #expect(one.spec(1)?.fields.map(\.fieldID) == [1000, 1001])
        let again = try commit(wider, folder).metadata
        #expect(again.schemas.count == 2 && again.specs.count == 2 && again.currentSchemaID == 1)
        let retired = #"{"action": "remove-schemas", "schema-ids": [0]}, {"action": "remove-partition-specs", "spec-ids": [0]}"#
        let less = try commit(retired, folder).metadata
        #expect(less.schemas.map(\.id) == [1] && less.specs.map(\.id) == [1])
        #expect(refusal { _ = try commit(#"{"action": "remove-schemas", "schema-ids": [1]}"#, folder) } == .invalidParameterValue)
    }

    @Test func `snapshots that are expired go with their references, and times before them can't be told`() throws {
        let folder = RequestFolder()
        _ = try table(folder)
        for id in 1...3 { _ = try commit(snapshot(id, id, parent: id > 1 ? id - 1 : nil), folder) }
        _ = try commit(#"{"action": "set-snapshot-ref", "ref-name": "old", "type": "tag", "snapshot-id": 2, "max-ref-age-ms": 9}"#, folder)
        let left = try commit(#"{"action": "remove-snapshots", "snapshot-ids": [2]}"#, folder).metadata
        #expect(
            left.snapshots.map(\.id) == [1, 3] && left.references.keys.sorted() == ["main"] && left.snapshotLog.map(\.snapshotID) == [3])
    }

    @Test func `a snapshot that was current only within a change is not in the log`() throws {
        let folder = RequestFolder()
        _ = try table(folder)
        let both = try commit(snapshot(1, 1) + "," + snapshot(2, 2, parent: 1), folder).metadata
        #expect(both.snapshots.map(\.id) == [1, 2] && both.snapshotLog.map(\.snapshotID) == [2])
    }

    @Test func `each snapshot takes one sequence number`() throws {
        let folder = RequestFolder()
        _ = try table(folder)
        for number in [-1, 2, Int.max] {
            #expect(refusal { _ = try commit(snapshot(1, number), folder) } == .invalidParameterValue, "\(number)")
        }
        _ = try commit(snapshot(1, 1), folder)
        #expect(refusal { _ = try commit(snapshot(2, 1, parent: 1), folder) } == .serializationFailure)
        #expect(refusal { _ = try commit(snapshot(2, 3, parent: 1), folder) } == .invalidParameterValue)
        let both = snapshot(2, 2, parent: 1) + "," + snapshot(3, 3, parent: 2)
        #expect(try commit(both, folder).metadata.lastSequenceNumber == 3)
    }

    @Test func `statistics are those of a snapshot`() throws {
        let folder = RequestFolder()
        _ = try table(folder)
        _ = try commit(snapshot(1, 1), folder)
        let file = """
            {"snapshot-id": 1, "statistics-path": "/t/metadata/s.puffin", "file-size-in-bytes": 10, "file-footer-size-in-bytes": 5,
            "blob-metadata": []}
            """
        let set = #"{"action": "set-statistics", "snapshot-id": 1, "statistics": "# + file + "}"
        #expect(try commit(set + "," + set, folder).metadata.statistics.map(\.path) == ["/t/metadata/s.puffin"])
        #expect(try commit(#"{"action": "remove-statistics", "snapshot-id": 1}"#, folder).metadata.statistics.isEmpty)
    }

    @Test func `version 3 gives rows numbers that nobody had`() throws {
        let folder = RequestFolder()
        _ = try table(folder)
        _ = try commit(#"{"action": "upgrade-format-version", "format-version": 3}"#, folder)
        func rows(_ id: Int, first: Int) -> String {
            """
            {"action": "add-snapshot", "snapshot": {"snapshot-id": \(id), "sequence-number": \(id), "timestamp-ms": 1, "manifest-list": "/t/l",
            "summary": {"operation": "append"}, "first-row-id": \(first), "added-rows": 10}}
            """
        }
        #expect(try commit(rows(1, first: 0), folder).metadata.nextRowID == 10)
        #expect(refusal { _ = try commit(rows(2, first: 5), folder) } == .serializationFailure)
        #expect(refusal { _ = try commit(rows(2, first: 11), folder) } == .invalidParameterValue)
        #expect(refusal { _ = try commit(#"{"action": "upgrade-format-version", "format-version": 2}"#, folder) } == .invalidParameterValue)
    }

    @Test(arguments: [
        #"{"action": "assign-uuid", "uuid": "x"}"#, #"{"action": "set-current-schema", "schema-id": 7}"#,
        #"{"action": "set-current-schema", "schema-id": -1}"#, #"{"action": "set-default-spec", "spec-id": 7}"#,
        #"{"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": 7}"#,
        #"{"action": "add-snapshot", "snapshot": {"snapshot-id": 1}}"#, #"{"action": "set-properties", "updates": {"a": 1}}"#,
        #"{"action": "add-spec", "spec": {"fields": [{"source-id": 3, "field-id": -1, "transform": "day", "name": "d"}]}}"#,
        #"{"action": "add-schema", "schema": {"type": "struct", "fields": [{"id": 1, "name": "a", "required": false, "type": {"type": "list"}}]}}"#,
        #"{}"#,
    ]) func `what would not be a table is refused`(update: String) throws {
        let folder = RequestFolder()
        _ = try table(folder)
        let state = refusal { _ = try commit(update, folder) }
        #expect(state == .invalidParameterValue || state == .featureNotSupported, "\(update): \(state.map { $0.rawValue } ?? "taken")")
        #expect(try IcebergCatalogTable.load(in: "/t", folder).path == "/t/metadata/v1.metadata.json")
    }

    @Test func `what is not known is refused by name`() throws {
        let body = #"{"updates": [{"action": "add-encryption-key"}]}"#
        #expect(throws: SQLError.self) { try IcebergCommitRequest(Array(body.utf8)) }
        #expect(
            refusal { _ = try IcebergCommitRequest(Array(#"{"updates": [], "requirements": [{"type": "assert-x"}]}"#.utf8)) }
                == .featureNotSupported)
    }

    @Test func `a table that another catalog has written is taken over by a document of the next number`() throws {
        let folder = RequestFolder()
        let draft = try IcebergCatalogTable.draft(Array(Self.newTable.utf8), location: "/t")
        _ = try folder.putIfAbsent("/t/metadata/00003-a.metadata.json", draft.bytes)
        #expect(refusal { _ = try commit("", folder) } == .featureNotSupported)
        let (taken, location) = try IcebergCatalogTable.takeOver("file:/t/metadata/00003-a.metadata.json", folder)
        #expect(taken.path == "/t/metadata/v4.metadata.json" && location == "/t")
        #expect(try commit(snapshot(1, 1), folder).path == "/t/metadata/v5.metadata.json")
        #expect(refusal { _ = try IcebergCatalogTable.takeOver("/t/metadata/v4.metadata.json", folder) } == .invalidParameterValue)
    }

    @Test(arguments: [
        ("append", [.inserts, .deletes]), ("delete", [.inserts, .deletes]), ("overwrite", [.inserts, .deletes]),
        ("replace", .maintains), ("odd", [.inserts, .deletes]),
    ] as [(String, IcebergCommitRequest.Effects)])
    func `what a snapshot says that it does to rows is not believed`(operation: String, effects: IcebergCommitRequest.Effects) throws {
        let request = try IcebergCommitRequest(Array("{\"updates\": [\(snapshot(1, 1, operation: operation))]}".utf8))
        #expect(request.effects == effects)
    }

    @Test func `a branch moves only to what follows its latest snapshot`() throws {
        let folder = RequestFolder()
        _ = try table(folder)
        _ = try commit(snapshot(1, 1), folder)
        #expect(refusal { _ = try commit(snapshot(2, 2), folder) } == .serializationFailure)
        _ = try commit(snapshot(2, 2, parent: 1), folder)
        #expect(refusal { _ = try commit(snapshot(3, 3, parent: 1), folder) } == .serializationFailure)
        #expect(refusal { _ = try commit(snapshot(3, 3, parent: 3), folder) } == .serializationFailure)
        // A table that is replaced begins anew.
        let replaced = #"{"action": "remove-snapshot-ref", "ref-name": "main"}, "# + snapshot(3, 3)
        #expect(try commit(replaced, folder).metadata.currentSnapshotID == 3)
    }

    @Test func `what is said twice is refused`() throws {
        let body = #"{"updates": [{"action": "add-snapshot", "snapshot": {"manifest-list": "/a", "manifest-list": "/b"}}]}"#
        #expect(refusal { _ = try IcebergCommitRequest(Array(body.utf8)) } == .invalidParameterValue)
    }

    @Test func `statistics are for who may insert`() throws {
        let body = #"{"updates": [{"action": "set-statistics", "snapshot-id": 1, "statistics": {}}]}"#
        #expect(try IcebergCommitRequest(Array(body.utf8)).effects == .inserts)
    }

    @Test func `moving a branch to a snapshot that is there is the owner's business`() throws {
        let body = #"{"updates": [{"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": 1}]}"#
        #expect(try IcebergCommitRequest(Array(body.utf8)).effects == .maintains)
    }
}

/// Files in memory, and somebody else who is faster.
private final class RequestFolder: TableIO {
    private let files = Lock<[String: [UInt8]]>([:])
    private let interference = Lock<(@Sendable (RequestFolder) -> Void)?>(nil)

    func beforeNextPut(_ body: @escaping @Sendable (RequestFolder) -> Void) { interference.withLock { $0 = body } }

    func list(_ folder: String) throws(SQLError) -> FolderListing {
        let names = files.withLock { $0.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.utf8.count + 1)) } }
        return FolderListing(files: names.filter { !$0.contains("/") }.sorted().map { .init(name: $0, size: 1) })
    }

    func read(_ path: String) throws(SQLError) -> [UInt8] {
        guard let bytes = files.withLock({ $0[path] }) else { throw SQLError(.undefinedFile, "there is no \(path)") }
        return bytes
    }

    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool {
        let other = interference.withLock { body in
            defer { body = nil }
            return body
        }
        other?(self)
        return files.withLock { files in
            if files[path] != nil { return false }
            files[path] = bytes
            return true
        }
    }

    func scan(_ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) -> Int { 0 }
}
