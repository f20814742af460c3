// Changes of a Delta table of which one step fails: the old state or the new one, whole, and the table goes on.

import Foundation
import LodeCatalog
import LodeCore
import LodeObjectStore
import Testing

@testable import LodeEngine

@Suite struct DeltaFaultTests {
    static let changes = [
        "INSERT INTO t SELECT 2, i, i % 3 FROM generate_series(1, 30) AS g(i)",
        "INSERT OVERWRITE t SELECT 2, i, i % 3 FROM generate_series(1, 30) AS g(i)",
        "CREATE OR REPLACE TABLE t USING delta PARTITIONED BY (k) AS SELECT 2 AS generation, i, i % 3 AS k FROM generate_series(1, 30) AS g(i)",
        "CREATE TABLE u USING delta AS SELECT 2 AS generation, i FROM t",
        "UPDATE t SET generation = 2 WHERE i > 10",
        "DELETE FROM t WHERE i > 10",
        "DELETE FROM t WHERE k = 1",
        "MERGE INTO t USING (SELECT 25 + i AS i FROM generate_series(1, 10) AS g(i)) AS s ON t.i = s.i "
            + "WHEN MATCHED THEN UPDATE SET generation = 2 WHEN NOT MATCHED THEN INSERT VALUES (2, s.i, 1)",
        "DELETE FROM d WHERE i % 3 = 0",
        "UPDATE d SET generation = 2 WHERE i % 4 = 0",
        "ALTER TABLE d SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'false')",
        "ALTER TABLE t ADD COLUMN c integer DEFAULT 7",
        "ALTER TABLE t ADD CONSTRAINT p CHECK (i > 0)",
        "OPTIMIZE t FULL",
        "ALTER TABLE t RENAME COLUMN i TO \"I\"",
        "ALTER TABLE t ALTER COLUMN generation TYPE bigint",
        "ALTER TABLE t ALTER COLUMN i TYPE smallint",
        "MERGE WITH SCHEMA EVOLUTION INTO t USING (SELECT 25 + i AS i, 'x' AS more FROM generate_series(1, 10) AS g(i)) AS s ON t.i = s.i "
            + "WHEN MATCHED THEN UPDATE SET more = s.more",
        "RESTORE TABLE t TO VERSION AS OF 0",
        "CREATE TABLE u SHALLOW CLONE t",
        "DROP TABLE t",
        "TRUNCATE TABLE t",
        "VACUUM RETAIN 0 HOURS",
    ]

    private static let unreachable = SQLError(.ioError, "the disk does not answer")

    private static func fill() throws -> ScratchSession {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows(
            """
            CREATE TABLE t USING delta PARTITIONED BY (k) AS SELECT 1 AS generation, i, i % 3 AS k FROM generate_series(1, 30) AS g(i);
            INSERT OVERWRITE t SELECT generation, i, k FROM t;
            CREATE TABLE d USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.enableChangeDataFeed' = 'true')
                AS SELECT 1 AS generation, i, 0 AS k FROM generate_series(1, 9000) AS g(i) WHERE i % 7 <> 5 OR i < 30;
            DELETE FROM d WHERE i % 11 IN (3, 5) AND i > 2
            """)
        return scratch
    }

    private func copy(_ filled: ScratchSession) throws -> ScratchSession {
        let scratch = try ScratchSession(threads: 1)
        try FileManager.default.copyItem(atPath: "\(filled.folder)/lakehouse", toPath: "\(scratch.folder)/lakehouse")
        return scratch
    }

    /// What the catalog and the log's last version say.
    private func state(_ scratch: ScratchSession) -> [String: String] {
        let sums = "SELECT generation, count(*), count(DISTINCT i), sum(i), sum(k) FROM"
        let queries = [
            "tables": "SHOW TABLES", "t": "\(sums) t GROUP BY generation ORDER BY generation", "u": "\(sums) u GROUP BY generation",
            "names": "SELECT * FROM t WHERE i = 3", "d": "\(sums) d GROUP BY generation ORDER BY generation",
            "changes": "SELECT _commit_version, _change_type, count(*), sum(i) FROM table_changes('d', 0) GROUP BY ALL ORDER BY ALL",
        ]
        return queries.mapValues { query in
            do { return "\(try scratch.rows(query))" } catch { return (error as? SQLError)?.state == .undefinedTable ? "none" : "\(error)" }
        }
    }

    private func attempt(_ change: String, _ engine: Engine) {
        do {
            let session = Session(engine: engine)
            try session.settings.set("threads", "1")
            _ = try session.executeAll(change, into: TextRows())
        } catch {
            #expect((error as? SQLError)?.state != .internalError, "\(change): \(error)")
        }
    }

    private func engine(_ scratch: ScratchSession, _ faults: [Fault]) -> (engine: Engine, store: FaultStore) {
        let stores = StoreRegistry(), store = FaultStore(LocalStore(), faults)
        stores.register(store, scheme: "file")
        return (Engine(warehouse: scratch.folder + "/lakehouse", stores: stores), store)
    }

    @Test(arguments: changes) func `a change of which one call of the store fails leaves the old or the new state`(change: String) throws {
        let filled = try Self.fill(), done = try copy(filled)
        let old = state(done)
        try done.rows(change)
        let new = state(done)
        let intact = engine(try copy(filled), [])
        attempt(change, intact.engine)
        for operation in Fault.Operation.allCases {
            for after in 0..<intact.store.calls(operation) {
                let scratch = try copy(filled)
                attempt(change, engine(scratch, [Fault(operation, .fail(Self.unreachable), after: after, times: 1)]).engine)
                let found = state(scratch), what = "\(change), \(operation) \(after)"
                #expect(found == old || found == new, "\(what): \(found)")
                // And what comes after is not held up.
                if scratch.error("SELECT 1 FROM t") == nil { try scratch.rows("INSERT INTO t (generation, i, k) VALUES (3, 99, 0)") }
                #expect(scratch.error("CREATE TABLE w (x integer) USING delta; INSERT INTO w VALUES (1)") == nil, "\(what)")
            }
        }
    }

    @Test func `vacuum of a warehouse leaves the files of logs alone, and takes those of dropped tables`() throws {
        let scratch = try Self.fill(), root = try scratch.folder(of: "t")
        let files = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String }.filter { $0.hasSuffix("parquet") } ?? []
        #expect(!files.isEmpty)
        for file in files {
            let old = Date(timeIntervalSince1970: 1_700_000_000)
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: "\(root)/\(file)")
        }
        try scratch.rows("VACUUM RETAIN 0 HOURS")
        #expect(try scratch.rows("SELECT count(*) FROM t") == [["30"]])
        try scratch.rows("DROP TABLE t; VACUUM RETAIN 0 HOURS")
        let left = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String }.filter { $0.contains(".") } ?? []
        #expect(left.filter { !$0.hasPrefix("_lode") } == [])
    }
}
