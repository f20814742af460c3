// Changes of tables and files of which one step fails: the old state or the new one, whole, and nothing that stays for ever.

import Foundation
import LodeCatalog
import LodeCore
import LodeObjectStore
import Testing

@testable import LodeEngine

@Suite struct FaultTests {
    static let changes = [
        "INSERT INTO t SELECT 2, i, i % 3 FROM generate_series(1, 30) AS g(i)",
        "INSERT OVERWRITE t SELECT 2, i, i % 3 FROM generate_series(1, 30) AS g(i)",
        "CREATE OR REPLACE TABLE t USING parquet PARTITIONED BY (k) AS SELECT 2 AS generation, i, i % 3 AS k "
            + "FROM generate_series(1, 30) AS g(i)",
        "CREATE TABLE u USING parquet AS SELECT 2 AS generation, i FROM t",
        "COPY (SELECT 2 AS generation, i, i % 4 AS k FROM generate_series(1, 30) AS g(i)) TO '{folder}/out' "
            + "(FORMAT parquet, PARTITION_BY (k), OVERWRITE true)",
        "COPY (SELECT 2 AS generation, i FROM generate_series(1, 30) AS g(i)) TO '{folder}/one.parquet'",
        "ALTER TABLE t ADD COLUMN c integer",
        "ALTER TABLE t RENAME TO v",
        "ALTER TABLE x ADD PARTITION (k = 9)",
        "ALTER TABLE x DROP PARTITION (k = 1)",
        "MSCK REPAIR TABLE x",
        "VACUUM RETAIN 0 HOURS",
        "DROP TABLE t",
        "TRUNCATE TABLE t",
    ]

    private static let wholeNew = "[\"2\", \"30\", \"30\", \"465\"]"
    private static let unreachable = SQLError(.ioError, "the disk does not answer")

    /// A table of generation 1 with an earlier version, folders and a file that were copied into, an external table that does not know of
    /// its last partition.
    private static func fill() throws -> ScratchSession {
        let scratch = try ScratchSession(threads: 1, format: "parquet")
        try scratch.rows(
            """
            CREATE TABLE t PARTITIONED BY (k) AS SELECT 1 AS generation, i, i % 3 AS k FROM generate_series(1, 30) AS g(i);
            INSERT OVERWRITE t SELECT generation, i, k FROM t;
            COPY t TO '{folder}/out' (FORMAT parquet, PARTITION_BY (k));
            COPY t TO '{folder}/x' (FORMAT parquet, PARTITION_BY (k));
            COPY t TO '{folder}/one.parquet';
            CREATE EXTERNAL TABLE x (generation integer, i bigint) PARTITIONED BY (k bigint) STORED AS PARQUET LOCATION '{folder}/x';
            MSCK REPAIR TABLE x;
            COPY (SELECT 1 AS generation, i, 9 AS k FROM t) TO '{folder}/x' (FORMAT parquet, PARTITION_BY (k), OVERWRITE_OR_IGNORE true)
            """)
        return scratch
    }

    /// The same in a folder of its own. The external table stays where it is: nothing changes its files.
    private func copy(_ filled: ScratchSession) throws -> ScratchSession {
        let scratch = try ScratchSession(threads: 1, format: "parquet")
        for name in ["lakehouse", "out", "one.parquet"] {
            try FileManager.default.copyItem(atPath: "\(filled.folder)/\(name)", toPath: "\(scratch.folder)/\(name)")
        }
        return scratch
    }

    /// What there is of everything that a change may touch.
    private func state(_ scratch: ScratchSession) -> [String: String] {
        let sums = "SELECT generation, count(*), count(DISTINCT i), sum(i) FROM"
        let queries = [
            "tables": "SHOW TABLES", "t": "\(sums) t GROUP BY generation ORDER BY generation", "u": "\(sums) u GROUP BY generation",
            "v": "\(sums) v GROUP BY generation", "columns of t": "DESCRIBE t",
            "x": "SELECT k, count(*), sum(i) FROM x GROUP BY k ORDER BY k",
            "partitions": "SHOW PARTITIONS x", "one": "\(sums) read_parquet('{folder}/one.parquet') GROUP BY generation",
            "out": "\(sums) read_parquet('{folder}/out') GROUP BY generation ORDER BY generation",
        ]
        return queries.mapValues { query in
            do { return "\(try scratch.rows(query))" } catch { return (error as? SQLError)?.state == .undefinedTable ? "none" : "\(error)" }
        }
    }

    /// Whether what was found is one of the two states.
    private func check(_ scratch: ScratchSession, _ old: [String: String], _ new: [String: String], _ what: String) throws {
        let found = state(scratch)
        var compared = found
        // Where old objects can't be deleted, those of the new state are all there, and the statement has failed.
        if old["out"] != new["out"], found["out"]?.contains(Self.wholeNew) == true { compared["out"] = new["out"] }
        #expect(compared == old || compared == new, "\(what): \(found)")
        let inDoubt = state(try rebuilt(scratch))
        for part in ["tables", "t", "u", "v", "columns of t", "x", "partitions"] {
            #expect(inDoubt[part] == old[part] || inDoubt[part] == new[part], "\(what), rebuilt: \(part): \(inDoubt)")
        }
        // What is left over is found.
        for path in try stored(scratch) {
            try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)], ofItemAtPath: path)
        }
        try scratch.rows("VACUUM RETAIN 0 HOURS")
        var live = 0
        for table in ["t", "u", "v"] where scratch.error("SELECT 1 FROM \(table)") == nil {
            live += Int(try scratch.rows("DESCRIBE HISTORY \(table)")[0][3]) ?? 0
        }
        let left = try stored(scratch)
        #expect(left.count == live, "\(what): \(left)")
        let settled = state(scratch), again = state(try rebuilt(scratch))
        #expect(again == settled, "\(what), rebuilt: \(again)")
        // And what comes after is not held up.
        try scratch.rows("CREATE OR REPLACE TABLE t USING parquet AS SELECT 1 AS x; ALTER TABLE t ADD COLUMN y integer; DROP TABLE t")
    }

    /// A copy whose catalog was deleted and made again from the manifests.
    private func rebuilt(_ scratch: ScratchSession) throws -> ScratchSession {
        let other = try copy(scratch), warehouse = other.folder + "/lakehouse"
        for name in try FileManager.default.contentsOfDirectory(atPath: warehouse) where name.hasPrefix("catalog.") {
            try FileManager.default.removeItem(atPath: "\(warehouse)/\(name)")
        }
        #expect(try Engine(warehouse: warehouse).rebuildCatalog(overwrites: false).problems == [])
        return other
    }

    /// The files in the warehouse, but for the catalog's own.
    private func stored(_ scratch: ScratchSession) throws -> [String] {
        let root = scratch.folder + "/lakehouse"
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        var isFolder: ObjCBool = false
        return names.filter { !$0.hasPrefix("catalog.") && !$0.contains("_lode/") }.map { root + "/" + $0 }
            .filter { FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && !isFolder.boolValue }
    }

    private func attempt(_ change: String, _ scratch: ScratchSession, _ engine: Engine) {
        do {
            let session = Session(engine: engine)
            try session.settings.set("threads", "1")
            _ = try session.executeAll(change.replacingOccurrences(of: "{folder}", with: scratch.folder), into: TextRows())
        } catch {
            #expect((error as? SQLError)?.state != .internalError, "\(change): \(error)")
        }
    }

    private func states(_ change: String, _ filled: ScratchSession) throws -> (old: [String: String], new: [String: String]) {
        let scratch = try copy(filled)
        let old = state(scratch)
        try scratch.rows(change)
        return (old, state(scratch))
    }

    /// An engine over the files of `scratch`, one of whose calls fails.
    private func engine(_ scratch: ScratchSession, _ faults: [Fault]) -> (engine: Engine, store: FaultStore) {
        let stores = StoreRegistry(), store = FaultStore(LocalStore(), faults)
        stores.register(store, scheme: "file")
        return (Engine(warehouse: scratch.folder + "/lakehouse", stores: stores), store)
    }

    @Test(arguments: changes)
    func `a change of which one call of the store fails leaves the old or the new state`(change: String) throws {
        let filled = try Self.fill()
        let (old, new) = try states(change, filled)
        let counted = try copy(filled), intact = engine(counted, [])
        attempt(change, counted, intact.engine)
        for operation in Fault.Operation.allCases {
            let count = intact.store.calls(operation)
            // What only looks is the same at every step.
            let looks = [.open, .info, .list, .read].contains(operation)
            for after in 0..<count where !looks || after == 0 || after == count - 1 {
                let scratch = try copy(filled)
                attempt(change, scratch, engine(scratch, [Fault(operation, .fail(Self.unreachable), after: after, times: 1)]).engine)
                try check(scratch, old, new, "\(change), \(operation) \(after)")
            }
        }
    }

    @Test(arguments: changes) func `a change whose commit fails at a step leaves the old or the new state`(change: String) throws {
        let filled = try Self.fill()
        let (old, new) = try states(change, filled)
        for step in CommitStep.allCases {
            let scratch = try copy(filled)
            let warehouse = scratch.folder + "/lakehouse", stores = StoreRegistry()
            let catalog = EmbeddedCatalog(warehouse: warehouse, stores: stores) { (now) throws(SQLError) in
                if now == step { throw Self.unreachable }
            }
            attempt(change, scratch, Engine(warehouse: warehouse, stores: stores, catalog: catalog))
            try check(scratch, old, new, "\(change), \(step)")
        }
    }
}
