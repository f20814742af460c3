// Commits to Iceberg tables: lost races, lost answers, and several tables as one.

import CloudDouble
import LodeCloud
import LodeCore
import Testing

@testable import LodeCatalog

@Suite struct IcebergCommitTests {
    let server: IcebergDouble
    static let a = TableName("web", "a"), b = TableName("web", "b")

    init() throws {
        server = try IcebergDouble()
        server.addTable(["web"], "a")
        server.addTable(["web"], "b")
    }

    private var catalog: IcebergRESTCatalog {
        get throws { try IcebergRESTCatalog(["uri": Secret(server.url)], CloudClient(CloudEnvironment(variables: [:]))) }
    }

    private func error(_ body: () throws -> Void) -> SQLError? {
        do { try body() } catch { return error as? SQLError }
        return nil
    }

    private func set(_ table: TableName, uuid: String? = nil, _ key: String = "k") -> IcebergTableChange {
        IcebergTableChange(table, requirements: [.uuid(uuid ?? "uuid-\(table.name)")], updates: [.setProperties([key: "1"])])
    }

    private var commits: Int { server.requests.filter { $0.method == "POST" }.count }

    @Test func `a commit changes what the catalog points to`() throws {
        let catalog = try catalog
        try catalog.commit([set(Self.a)])
        let table = try #require(try catalog.loadTable(Self.a))
        #expect(table.metadata.properties["k"] == "1")
        #expect(table.metadataLocation == "s3://lake/a/metadata/1.json")
    }

    @Test func `properties and comments are commits`() throws {
        let catalog = try catalog
        try catalog.commit(.alter(Self.a, [.setProperties(["x": "1", "y": "2"]), .setComment("orders")]))
        #expect(try catalog.table(Self.a)?.comment == "orders")
        #expect(server.property("y", of: "a", in: ["web"]) == "2")
        try catalog.commit(.alter(Self.a, [.setComment(nil)]))
        #expect(try catalog.table(Self.a)?.comment == nil)
        #expect(try catalog.commit(.alter(Self.a, [.setComment(nil)])).changed == false)
        #expect(error { try catalog.commit(.alter(Self.a, [.setProperties(["uuid": "3"])])) }?.state == .featureNotSupported)
        #expect(error { try catalog.commit(.alter(Self.a, [.setLocation("s3://x")])) }?.state == .featureNotSupported)
        #expect(error { try catalog.commit(.alter(TableName("web", "no"), [.setComment("x")])) }?.state == .undefinedTable)
    }

    @Test func `another format version is a change of the document, and of no property`() {
        #expect(PropertyChange([.setProperties(["format-version": "3"])]) == nil)
        #expect(PropertyChange([.setProperties(["x": "1"])])?.set == ["x": "1"])
    }

    @Test func `a lost race is 40001, and nothing has changed`() throws {
        let catalog = try catalog
        server.beforeCommit { state in
            state.tables[IcebergDouble.Name(namespace: ["web"], name: "a")] = #"{"table-uuid": "another", "properties": {}}"#
        }
        #expect(error { try catalog.commit([set(Self.a)]) }?.state == .serializationFailure)
        #expect(commits == 1)
        #expect(server.property("k", of: "a", in: ["web"]) == nil)
    }

    @Test func `several tables are changed as one`() throws {
        let catalog = try catalog
        try catalog.commit([set(Self.a), set(Self.b)])
        #expect(server.property("k", of: "a", in: ["web"]) == "1")
        #expect(server.property("k", of: "b", in: ["web"]) == "1")
        #expect(error { try catalog.commit([set(Self.a, "half"), set(Self.b, uuid: "other", "half")]) }?.state == .serializationFailure)
        #expect(server.property("half", of: "a", in: ["web"]) == nil)
        #expect(server.requests.last?.path == "/v1/main/transactions/commit")
        // The same from the catalog's own changes.
        _ = try catalog.commit([.alter(Self.a, [.setProperties(["m": "1"])]), .alter(Self.b, [.setComment("c")])])
        #expect(server.property("m", of: "a", in: ["web"]) == "1")
        #expect(server.property("comment", of: "b", in: ["web"]) == "c")
        let mixed: [TableChange] = [.alter(Self.a, [.setProperties(["n": "1"])]), .drop(Self.b, kinds: [.external])]
        #expect(error { _ = try catalog.commit(mixed) }?.state == .featureNotSupported)
        #expect(server.property("n", of: "a", in: ["web"]) == nil)
    }

    @Test(arguments: [500, 502, 503, 504])
    func `a server that fails leaves the state unknown, and is not asked again`(status: Int) throws {
        let catalog = try catalog
        server.intercept { $0.method == "POST" ? IcebergDouble.fault(status, "CommitStateUnknownException") : nil }
        for changes in [[set(Self.a)], [set(Self.a), set(Self.b)]] {
            let before = commits, unknown = error { try catalog.commit(changes) }
            #expect(unknown?.state == .statementCompletionUnknown)
            #expect(unknown?.message.contains("web.a") == true)
            #expect(commits == before + 1)
        }
    }

    @Test(arguments: [DoubleAnswer.Fault.hangUp, .tear(after: 5)])
    func `an answer that is lost leaves the state unknown`(fault: DoubleAnswer.Fault) throws {
        let catalog = try catalog
        server.intercept { $0.method == "POST" ? DoubleAnswer(200, text: "{\"metadata\": {}}", fault: fault) : nil }
        #expect(error { try catalog.commit([set(Self.a)]) }?.state == .statementCompletionUnknown)
        #expect(commits == 1)
    }

    @Test func `an answer that is no JSON leaves the state unknown`() throws {
        let catalog = try catalog
        server.intercept { $0.method == "POST" ? DoubleAnswer(200, text: "<html>") : nil }
        #expect(error { try catalog.commit([set(Self.a)]) }?.state == .statementCompletionUnknown)
    }

    @Test func `a server that was not reached has changed nothing`() throws {
        server.change { $0.config = #"{"overrides": {"uri": "http://127.0.0.1:9"}}"# }
        let client = CloudClient(CloudEnvironment(variables: ["AWS_MAX_ATTEMPTS": "2"]))
        let catalog = try IcebergRESTCatalog(["uri": Secret(server.url)], client)
        #expect(error { try catalog.commit([set(Self.a)]) }?.state == .ioError)
    }

    @Test func `a server that asks for rest is asked again`() throws {
        let catalog = try catalog
        server.intercept { $0.method == "POST" && $0.number < 3 ? IcebergDouble.fault(429, "TooManyRequests") : nil }
        try catalog.commit([set(Self.a)])
        #expect(server.property("k", of: "a", in: ["web"]) == "1")
    }

    @Test func `requirements and updates are written as the API has them`() {
        let change = IcebergTableChange(
            Self.a,
            requirements: [
                .notThere, .reference("main", snapshot: nil), .reference("main", snapshot: 5), .lastColumn(3), .currentSchema(0),
                .lastPartition(999), .defaultSpec(0), .defaultSortOrder(0),
            ],
            updates: [
                .assignUUID("u"), .upgradeFormat(2), .addSchema(["fields": []]), .setCurrentSchema(-1), .addSpec([:]), .setDefaultSpec(-1),
                .addSortOrder([:]), .setDefaultSortOrder(-1), .addSnapshot(["snapshot-id": 5]),
                .setReference("main", snapshot: 5, kind: "branch"), .removeReference("old"), .removeSnapshots([1, 2]),
                .setLocation("s3://x"), .removeProperties(["p"]),
            ])
        let body = change.body()
        #expect(
            body["requirements"]?.items.compactMap { $0["type"]?.string } == [
                "assert-create", "assert-ref-snapshot-id", "assert-ref-snapshot-id", "assert-last-assigned-field-id",
                "assert-current-schema-id", "assert-last-assigned-partition-id", "assert-default-spec-id", "assert-default-sort-order-id",
            ])
        #expect(body["requirements"]?.items[1]["snapshot-id"] == .null)
        #expect(
            body["updates"]?.items.compactMap { $0["action"]?.string } == [
                "assign-uuid", "upgrade-format-version", "add-schema", "set-current-schema", "add-spec", "set-default-spec",
                "add-sort-order", "set-default-sort-order", "add-snapshot", "set-snapshot-ref", "remove-snapshot-ref", "remove-snapshots", "set-location",
                "remove-properties",
            ])
        #expect(body["updates"]?.items[9]["type"] == "branch")
    }
}
