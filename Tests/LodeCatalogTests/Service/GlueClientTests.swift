// Glue over HTTP: what is sent again, and what is said of a change whose answer is lost.

import CloudDouble
import Foundation
import GlueDouble
import LodeCloud
import LodeCore
import LodeObjectStore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct GlueClientTests {
    let server: GlueServer
    let catalog: GlueCatalog
    static let table = TableName("web", "t")

    init() throws {
        server = try GlueServer()
        let client = CloudClient(CloudEnvironment(variables: ["AWS_MAX_ATTEMPTS": "3"]))
        catalog = GlueCatalog(try GlueClient(server.options.mapValues { Secret($0) }, client), StoreRegistry())
        try catalog.commit(.createDatabase(GlueDatabase(name: "web", locationUri: "/lake/web")))
        try catalog.commit(.create(try GlueTable.define(Self.table, Schema([Field("id", .bigint)]), kind: .external, location: "/lake/t")))
    }

    private func state(_ body: () throws -> Void) -> SQLState? {
        do { try body() } catch { return (error as? SQLError)?.state }
        return nil
    }

    private func comment(_ text: String) throws { try catalog.commit(.alter(Self.table, [.setComment(text)])) }

    @Test(arguments: [
        GlueServer.fault("InternalServiceException", status: 500), GlueServer.fault("OperationTimeoutException"), DoubleAnswer(503),
        DoubleAnswer(502, text: "<html>"), DoubleAnswer(200, text: "<html>"), DoubleAnswer(200, fault: .hangUp),
    ])
    func `whether a change was made that gets no proper answer is not known, and it is not sent again`(answer: DoubleAnswer) throws {
        server.interfere { $0 == "UpdateTable" ? answer : nil }
        #expect(state { try comment("new") } == .statementCompletionUnknown)
        #expect(server.count("UpdateTable") == 1)
        #expect(try catalog.table(Self.table)?.comment == "new")
    }

    @Test func `a change that the service did not take, for now, is sent again`() throws {
        let refused = Lock(false)
        let double = try CloudDouble { _ in DoubleAnswer(500) }
        // Nothing is done before it is taken.
        double.become { _ in
            let isFirst = refused.withLock { refused in
                defer { refused = true }
                return !refused
            }
            return isFirst ? GlueServer.fault("ThrottlingException") : DoubleAnswer(200, text: "{}")
        }
        var options = server.options
        options["endpoint"] = double.url
        let client = try GlueClient(options.mapValues { Secret($0) }, CloudClient(CloudEnvironment(variables: [:])))
        _ = try client.send("UpdateTable", [:])
        #expect(double.requests.count == 2)
    }

    @Test func `what only asks is sent again, and what it fails with changes nothing`() throws {
        server.interfere { $0 == "GetTable" ? GlueServer.fault("InternalServiceException", status: 500) : nil }
        #expect(state { _ = try catalog.table(Self.table) } == .ioError)
        #expect(server.count("GetTable") == 3)
    }

    @Test func `a change that is under way when its statement is cancelled is waited for, and one that is not is not begun`() throws {
        server.interfere { $0 == "UpdateTable" ? DoubleAnswer(200, delayMillis: 300) : nil }
        let cancellation = Cancellation()
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 0.1)
            cancellation.cancel()
        }
        try Cancellation.$current.withValue(cancellation) {
            try comment("waited for")
            #expect(cancellation.isCancelled)
            #expect(state { try comment("not begun") } == .queryCanceled)
        }
        #expect(try catalog.table(Self.table)?.comment == "waited for")
    }

    @Test func `a table whose partitions can't be registered is taken back, though its statement is cancelled`() throws {
        let cancellation = Cancellation()
        let name = TableName("web", "p"), columns = Schema([Field("id", .bigint), Field("k", .bigint)])
        let table = try GlueTable.define(name, columns, partitionedBy: ["k"], kind: .external, location: "/lake/p")
        var file = DataFile(path: "/lake/p/k=1/a.parquet", size: 3)
        file.partitionValues = [.integer(1)]
        server.interfere { action in
            if action == "CreateTable" { cancellation.cancel() }
            return nil
        }
        Cancellation.$current.withValue(cancellation) {
            #expect(state { try catalog.commit(.create(table, files: [file])) } == .queryCanceled)
        }
        #expect(try catalog.table(name) == nil)
    }
}
