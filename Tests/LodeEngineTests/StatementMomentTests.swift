// What a statement sees of tables that are named more than once in it.

import Foundation
import LodeCatalog
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct StatementMomentTests {
    @Test func `a session sees all tables as they were at its time`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE a AS SELECT 1 AS i; CREATE TABLE b AS SELECT 10 AS i")
        try scratch.rows("CREATE VIEW s AS SELECT sum(i) AS n FROM a, b AS x(j)")
        let time = try scratch.rows("SELECT max(timestamp)::varchar FROM (FROM a$history UNION ALL FROM b$history) AS h")
        try scratch.rows("INSERT INTO a VALUES (2); DROP TABLE b; CREATE TABLE b AS SELECT 20 AS i")
        try scratch.rows("SET as_of = '\(try #require(time.first?.first))'")
        #expect(try scratch.rows("SELECT i FROM a") == [["1"]])
        #expect(throws: SQLError.self) { try scratch.rows("SELECT n FROM s") }
        try scratch.rows("RESET as_of")
        #expect(try scratch.rows("SELECT i FROM a ORDER BY i") == [["1"], ["2"]])
    }

    @Test func `a Delta table is read at one version`() throws {
        let scratch = try ScratchSession()
        let log = scratch.folder + "/t/_delta_log"
        try FileManager.default.createDirectory(atPath: log, withIntermediateDirectories: true)
        let first = [
            #"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"#,
            #"{"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"#
                + #""{\"type\":\"struct\",\"fields\":[{\"name\":\"i\",\"type\":\"integer\",\"nullable\":true,\"metadata\":{}}]}","#
                + #""partitionColumns":[],"configuration":{}}}"#,
        ]
        func commit(_ version: Int, _ lines: [String]) throws {
            try (lines.joined(separator: "\n") + "\n")
                .write(toFile: "\(log)/0000000000000000000\(version).json", atomically: true, encoding: .utf8)
        }
        try commit(0, first)
        try scratch.rows("CREATE TABLE d USING delta LOCATION '{folder}/t'")
        let catalog = scratch.session.catalog, moment = StatementMoment()
        let table = try #require(try catalog.table(TableName("main", "d")))
        #expect(try moment.snapshot(of: table, catalog).version == 0)
        try commit(1, [#"{"commitInfo":{"operation":"WRITE"}}"#])
        #expect(try moment.snapshot(of: table, catalog).version == 0)
        #expect(try StatementMoment().snapshot(of: table, catalog).version == 1)
    }
}
