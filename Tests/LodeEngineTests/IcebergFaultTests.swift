// Changes of an Iceberg table of which one step fails: the old state or the new one, whole, and the table goes on.

import Foundation
import LodeCore
import LodeObjectStore
import Testing

@testable import LodeEngine

@Suite struct IcebergFaultTests {
    static let changes = [
        "INSERT INTO t SELECT 2, i, i % 3 FROM generate_series(1, 9) AS g(i)",
        "INSERT OVERWRITE t SELECT 2, i, i % 2 FROM generate_series(1, 9) AS g(i)",
        "CREATE TABLE u USING iceberg AS SELECT 2 AS generation, i FROM t",
        "UPDATE t SET generation = 2 WHERE i > 5",
        "DELETE FROM t WHERE k = 1",
        "ALTER TABLE t ADD COLUMN c integer",
        "OPTIMIZE t",
        "RESTORE TABLE t TO VERSION AS OF 'first'",
        "SET vacuum_retention_check = off; VACUUM t RETAIN 0 HOURS",
        "TRUNCATE TABLE t",
        "DELETE FROM t WHERE i = 5",
        "ALTER TABLE t ADD PARTITION FIELD bucket(3, i)",
        "ALTER TABLE t ALTER COLUMN i TYPE bigint",
        "ALTER TABLE t SET TBLPROPERTIES ('format-version' = '3')",
        "CREATE OR REPLACE TABLE t USING iceberg AS SELECT 2 AS generation, i, k FROM t",
    ]

    private static let unreachable = SQLError(.ioError, "the disk does not answer")

    private func filled(_ version: Int = 2) throws -> ScratchSession {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows(
            """
            CREATE TABLE t USING iceberg PARTITIONED BY (k)
            TBLPROPERTIES ('write.delete.mode' = 'merge-on-read', 'format-version' = '\(version)')
            AS SELECT 1 AS generation, i, i % 3 AS k FROM generate_series(1, 9) AS g(i);
            ALTER TABLE t CREATE TAG first RETAIN 1 DAYS;
            INSERT OVERWRITE t SELECT * FROM t;
            INSERT INTO t VALUES (1, 10, 0)
            """)
        return scratch
    }

    private func state(_ scratch: ScratchSession) -> [String] {
        let sums = "SELECT generation, count(*), count(DISTINCT i), sum(i) FROM"
        let queries = [
            "SHOW TABLES", "\(sums) t GROUP BY generation ORDER BY generation", "\(sums) u GROUP BY generation", "DESCRIBE t",
            "SHOW CREATE TABLE t",
        ]
            + ["SELECT count(*) > 3 FROM t$files", "SELECT count(*) FROM t$snapshots"]
        return queries.map { query in
            do { return "\(try scratch.rows(query))" } catch { return (error as? SQLError)?.state == .undefinedTable ? "none" : "\(error)" }
        }
    }

    private func attempt(_ change: String, _ scratch: ScratchSession, _ faults: [Fault]) -> FaultStore {
        let stores = StoreRegistry(), store = FaultStore(LocalStore(), faults)
        stores.register(store, scheme: "file")
        do {
            let session = Session(engine: Engine(warehouse: scratch.folder + "/lakehouse", stores: stores))
            try session.settings.set("threads", "1")
            _ = try session.executeAll(change, into: TextRows())
        } catch {
            #expect((error as? SQLError)?.state != .internalError, "\(change): \(error)")
        }
        return store
    }

    @Test(arguments: changes) func `a change of which one call of the store fails leaves the old or the new state`(change: String) throws {
        let done = try filled(), old = state(done), calls = attempt(change, done, []), new = state(done)
        #expect(old != new)
        for operation in Fault.Operation.allCases {
            for after in 0..<calls.calls(operation) {
                let scratch = try filled()
                _ = attempt(change, scratch, [Fault(operation, .fail(Self.unreachable), after: after, times: 1)])
                let found = state(scratch)
                #expect(found == old || found == new, "\(change), \(operation) \(after): \(found)")
                // And what comes after is not held up.
                #expect(scratch.error("INSERT INTO t (generation, i, k) VALUES (3, 99, 0)") == nil, "\(change), \(operation) \(after)")
            }
        }
    }

    @Test func `a deletion vector of which one call of the store fails is there whole or not at all`() throws {
        let change = "DELETE FROM t WHERE i = 5", done = try filled(3), old = state(done), calls = attempt(change, done, [])
        let new = state(done)
        #expect(old != new)
        for operation in Fault.Operation.allCases {
            for after in 0..<calls.calls(operation) {
                let scratch = try filled(3)
                _ = attempt(change, scratch, [Fault(operation, .fail(Self.unreachable), after: after, times: 1)])
                let found = state(scratch)
                #expect(found == old || found == new, "\(operation) \(after): \(found)")
                #expect(scratch.error("DELETE FROM t WHERE i = 6") == nil, "\(operation) \(after)")
            }
        }
    }

    @Test func `vacuum of a warehouse leaves the files of Iceberg tables alone, and takes those of dropped ones`() throws {
        let scratch = try filled(), root = try scratch.folder(of: "t")
        func files() -> [String] {
            let all = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
            return all.filter { $0.contains(".") && !$0.hasPrefix("_lode") }
        }
        let before = files()
        #expect(before.contains { $0.hasSuffix("parquet") } && before.contains { $0.hasSuffix(".metadata.json") })
        for file in before {
            let old = Date(timeIntervalSince1970: 1_700_000_000)
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: "\(root)/\(file)")
        }
        try scratch.rows("VACUUM RETAIN 0 HOURS")
        #expect(files().count == before.count)
        #expect(try scratch.rows("SELECT count(*) FROM t") == [["10"]])
        try scratch.rows("DROP TABLE t; VACUUM RETAIN 0 HOURS")
        #expect(files() == [])
    }
}
