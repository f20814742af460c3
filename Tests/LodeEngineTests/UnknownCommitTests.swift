// Commits of which nobody knows whether they were made: what was written stays where it is.

import CloudDouble
import Foundation
import GlueDouble
import LodeCatalog
import LodeCloud
import LodeCore
import LodeObjectStore
import Testing

@testable import LodeEngine

@Suite struct UnknownCommitTests {
    let server: GlueServer
    let scratch: ScratchSession

    init() throws {
        server = try GlueServer()
        scratch = try ScratchSession()
        let options = server.options.map { "\($0.key) '\($0.value)'" }.joined(separator: ", ")
        try scratch.rows("CREATE CATALOG g USING glue OPTIONS (\(options), warehouse '{folder}/lake'); CREATE SCHEMA g.web")
        try scratch.rows("CREATE TABLE g.web.t USING parquet AS SELECT i, i % 2 AS k FROM generate_series(1, 4) AS s(i)")
    }

    @Test(arguments: [
        "INSERT OVERWRITE g.web.t SELECT i + 10, k FROM g.web.t", "CREATE OR REPLACE TABLE g.web.t AS SELECT i + 10 AS i, k FROM g.web.t",
    ])
    func `rows that Glue may point to are kept, and the statement is not run again`(statement: String) throws {
        server.interfere { $0 == "UpdateTable" ? GlueServer.fault("InternalServiceException", status: 500) : nil }
        #expect(scratch.error(statement)?.state == .statementCompletionUnknown)
        #expect(try scratch.rows("SELECT count(*), min(i) FROM g.web.t") == [["4", "11"]])
    }

    @Test func `an Iceberg table that points to the next document has it, whatever became of the answer`() throws {
        try scratch.rows("CREATE TABLE g.web.i AS SELECT 1 AS a")
        server.interfere { $0 == "UpdateTable" ? GlueServer.fault("InternalServiceException", status: 500) : nil }
        try scratch.rows("INSERT INTO g.web.i VALUES (2)")
        #expect(try scratch.rows("SELECT a FROM g.web.i ORDER BY a") == [["1"], ["2"]])
    }

    @Test func `rows of a table whose making was not answered are kept`() throws {
        server.interfere { $0 == "CreateTable" ? DoubleAnswer(200, fault: .hangUp) : nil }
        #expect(scratch.error("CREATE TABLE g.web.u AS SELECT 1 AS a")?.state == .statementCompletionUnknown)
        #expect(try scratch.rows("SELECT a FROM g.web.u") == [["1"]])
    }

    @Test func `a statement that runs out of time while Glue changes the table leaves its rows`() throws {
        server.interfere { $0 == "UpdateTable" ? DoubleAnswer(200, delayMillis: 1_500) : nil }
        _ = scratch.error("SET statement_timeout = '700ms'; INSERT OVERWRITE g.web.t SELECT 99, 1")
        try scratch.rows("RESET statement_timeout")
        #expect(try scratch.rows("SELECT i FROM g.web.t") == [["99"]])
    }

    @Test func `a transaction keeps what it wrote if the catalog's disk fails at its end`() throws {
        let isArmed = Lock(false), warehouse = scratch.folder + "/other"
        let catalog = EmbeddedCatalog(warehouse: warehouse, stores: StoreRegistry()) { (step) throws(SQLError) in
            if step == .published, isArmed.withLock({ $0 }) { throw SQLError(.ioError, "the disk does not answer") }
        }
        let session = Session(engine: Engine(warehouse: warehouse, catalog: catalog)), sink = TextRows()
        _ = try session.executeAll("CREATE TABLE t (a integer) USING parquet; BEGIN; INSERT INTO t VALUES (1)", into: sink)
        isArmed.withLock { $0 = true }
        #expect(throws: SQLError.self) { try session.executeAll("COMMIT", into: sink) }
        _ = try session.executeAll("SELECT a FROM t", into: sink)
        #expect(sink.rows == [["1"]])
    }

    @Test func `what others see stays if temporary tables of the same transaction can't be changed`() throws {
        try scratch.rows(
            """
            SET temp_directory = '{folder}/temporary'; CREATE TABLE own (a integer); CREATE TEMP TABLE mine (a integer);
            BEGIN; INSERT INTO own VALUES (1); INSERT INTO mine VALUES (1)
            """)
        let folder = scratch.folder + "/temporary"
        for case let file as String in FileManager.default.enumerator(atPath: folder) ?? .init() where file.hasSuffix(".parquet") {
            try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
        }
        #expect(scratch.error("COMMIT")?.state == .statementCompletionUnknown)
        #expect(try scratch.rows("SELECT a FROM own") == [["1"]])
    }
}
