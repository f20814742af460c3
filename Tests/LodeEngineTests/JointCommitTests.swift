// Transactions over Delta, Iceberg and managed tables: all of them change, or none does, whatever fails.

import Foundation
import LodeCatalog
import LodeCore
import LodeObjectStore
import Synchronization
import Testing

@testable import LodeEngine

@Suite struct JointCommitTests {
    private static let unreachable = SQLError(.ioError, "the disk does not answer")
    private static let tables = ["d", "e", "i", "m"]
    private static let change =
        """
        BEGIN;
        INSERT INTO d SELECT 2, g FROM generate_series(1, 9) AS s(g);
        UPDATE d SET generation = 2 WHERE generation = 1;
        DELETE FROM e WHERE n > 5;
        UPDATE i SET generation = 2;
        INSERT INTO i VALUES (2, 77);
        ALTER TABLE e ADD COLUMN note varchar;
        ALTER TABLE i RENAME COLUMN n TO m;
        ALTER TABLE i ADD COLUMN n integer;
        UPDATE i SET n = m;
        MERGE INTO m USING (VALUES (1), (100)) AS s(n) ON m.n = s.n
            WHEN MATCHED THEN UPDATE SET generation = 2 WHEN NOT MATCHED THEN INSERT VALUES (2, s.n);
        CREATE TABLE c USING delta AS SELECT generation, n FROM d
        """

    private static func fill() throws -> ScratchSession {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows(
            """
            CREATE TABLE d USING delta AS SELECT 1 AS generation, n FROM generate_series(1, 9) AS g(n);
            CREATE TABLE e USING delta AS SELECT 1 AS generation, n FROM generate_series(1, 9) AS g(n);
            CREATE TABLE i USING iceberg AS SELECT 1 AS generation, n FROM generate_series(1, 9) AS g(n);
            CREATE TABLE m AS SELECT 1 AS generation, n FROM generate_series(1, 9) AS g(n)
            """)
        return scratch
    }

    private func copy(_ filled: ScratchSession) throws -> ScratchSession {
        let scratch = try ScratchSession(threads: 1)
        try FileManager.default.copyItem(atPath: "\(filled.folder)/lakehouse", toPath: "\(scratch.folder)/lakehouse")
        return scratch
    }

    /// What each table has, in one statement for all that are there.
    private func state(_ scratch: ScratchSession) throws -> String {
        let parts = Self.tables.map { "SELECT '\($0)' AS t, generation, count(*) AS c, sum(n) AS s FROM \($0) GROUP BY generation" }
        let found = try scratch.rows(parts.joined(separator: " UNION ALL ") + " ORDER BY 1, 2")
        let columns = try Self.tables.map { try scratch.rows("DESCRIBE \($0)").map { $0[0] } }
        return "\(found) \(columns) \(try scratch.rows("SHOW TABLES"))"
    }

    private func session(_ scratch: ScratchSession, over store: any ObjectStore) throws -> Session {
        let stores = StoreRegistry()
        stores.register(store, scheme: "file")
        let session = Session(engine: Engine(warehouse: scratch.folder + "/lakehouse", stores: stores))
        try session.settings.set("threads", "1")
        return session
    }

    /// - Returns: how often each operation was called before COMMIT and in all.
    private func attempt(
        _ scratch: ScratchSession, _ faults: [Fault]
    ) throws -> (calls: [Fault.Operation: Range<Int>], error: SQLError?) {
        let store = FaultStore(LocalStore(), faults), session = try session(scratch, over: store)
        _ = try session.executeAll(Self.change, into: TextRows())
        let before = Fault.Operation.allCases.map { ($0, store.calls($0)) }
        var failure: SQLError?
        do {
            _ = try session.executeAll("COMMIT", into: TextRows())
        } catch { failure = error as? SQLError }
        return (Dictionary(uniqueKeysWithValues: before.map { ($0.0, $0.1..<store.calls($0.0)) }), failure)
    }

    @Test func `a transaction sees its own rows of tables with logs, others see them together at its end`() throws {
        let scratch = try Self.fill(), other = Session(engine: scratch.session.engine), old = try state(scratch)
        let sums = "SELECT (SELECT sum(n) FROM d), (SELECT sum(n) FROM i), (SELECT sum(n) FROM m)"
        func seen() throws -> [[String]] {
            let sink = TextRows()
            _ = try other.executeAll(sums, into: sink)
            return sink.rows
        }
        try scratch.rows("BEGIN; INSERT INTO d VALUES (2, 100); INSERT INTO i VALUES (2, 200); INSERT INTO m VALUES (2, 300)")
        #expect(try scratch.rows(sums) == [["145", "245", "345"]])
        try scratch.rows("UPDATE d SET n = n + 1 WHERE generation = 2; DELETE FROM i WHERE n = 200; INSERT INTO i VALUES (2, 201)")
        #expect(try scratch.rows(sums) == [["146", "246", "345"]])
        #expect(try seen() == [["45", "45", "45"]])
        try scratch.rows("COMMIT")
        #expect(try seen() == [["146", "246", "345"]])
        try scratch.rows("BEGIN; DELETE FROM d; SAVEPOINT s; DELETE FROM i; DROP TABLE e; ROLLBACK TO s; ROLLBACK")
        #expect(try seen() == [["146", "246", "345"]])
        #expect(try state(scratch) != old)
        // One version each.
        #expect(try scratch.rows("SELECT max(version) FROM d$history") == [["1"]])
    }

    @Test func `a transaction reads a table with a log as it found it`() throws {
        let scratch = try Self.fill(), other = Session(engine: scratch.session.engine)
        try scratch.rows("BEGIN; SELECT count(*) FROM d")
        let change = "BEGIN; UPDATE d SET n = n + 100 WHERE n = 9; INSERT INTO e VALUES (3, 1); COMMIT"
        _ = try other.executeAll(change, into: TextRows())
        #expect(try scratch.rows("SELECT (SELECT sum(n) FROM d), (SELECT count(*) FROM e)") == [["45", "9"]])
        #expect(scratch.error("DELETE FROM d; INSERT INTO i VALUES (1, 1); COMMIT")?.state == .serializationFailure)
        #expect(try scratch.rows("SELECT (SELECT sum(n) FROM d), (SELECT count(*) FROM e), count(*) FROM i") == [["145", "10", "9"]])
    }

    @Test(arguments: ["delta", "iceberg"])
    func `a definition that a transaction changes is changed by nobody else meanwhile`(format: String) throws {
        let scratch = try ScratchSession(threads: 1), other = Session(engine: scratch.session.engine)
        try scratch.rows("CREATE TABLE t USING \(format) AS SELECT 1 AS n")
        for (theirs, state) in [("ALTER TABLE t ADD COLUMN y integer", SQLState.serializationFailure), ("INSERT INTO t VALUES (2)", nil)] {
            try scratch.rows("BEGIN; ALTER TABLE t ADD COLUMN x integer; INSERT INTO t (n, x) VALUES (3, 4)")
            _ = try other.executeAll(theirs, into: TextRows())
            #expect(scratch.error("COMMIT")?.state == state)
            if state != nil { _ = try other.executeAll("ALTER TABLE t DROP COLUMN y", into: TextRows()) }
        }
        #expect(try scratch.rows("SELECT n, x FROM t ORDER BY n") == [["1", "NULL"], ["2", "NULL"], ["3", "4"]])
    }

    @Test func `tables are made, replaced and dropped in transactions`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows(
            """
            BEGIN; CREATE TABLE a (n integer) USING delta; INSERT INTO a VALUES (1);
            CREATE TABLE b USING iceberg AS SELECT n + 1 AS n FROM a;
            INSERT INTO b VALUES (9); CREATE TABLE m AS SELECT * FROM b; COMMIT
            """)
        #expect(try scratch.rows("SELECT (SELECT sum(n) FROM a), (SELECT sum(n) FROM b), (SELECT sum(n) FROM m)") == [["1", "11", "11"]])
        try scratch.rows(
            """
            BEGIN; CREATE OR REPLACE TABLE a USING delta AS SELECT 5 AS x;
            CREATE OR REPLACE TABLE b USING iceberg AS SELECT 6 AS y; COMMIT
            """)
        #expect(try scratch.rows("SELECT * FROM a, b") == [["5", "6"]])
        try scratch.rows("BEGIN; INSERT INTO a VALUES (7); DROP TABLE a; CREATE TABLE a USING delta AS SELECT 8 AS z; DROP TABLE m; COMMIT")
        #expect(try scratch.rows("SELECT * FROM a") == [["8"]])
        #expect(scratch.error("BEGIN; ALTER TABLE b CREATE BRANCH w")?.state == .featureNotSupported)
    }

    /// - Parameter times: how many calls fail; if it is all from one on, what is left is what a process leaves that dies there.
    @Test(arguments: [1, Int.max]) func `a commit of which calls of the store fail leaves all old or all new`(times: Int) throws {
        let filled = try Self.fill(), done = try copy(filled), old = try state(done)
        try done.rows(Self.change + "; COMMIT")
        let new = try state(done), intact = try attempt(try copy(filled), [])
        #expect(intact.error == nil && old != new)
        for (operation, calls) in intact.calls.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            for after in calls {
                let scratch = try copy(filled), what = "\(operation) \(after)"
                let error = try attempt(scratch, [Fault(operation, .fail(Self.unreachable), after: after, times: times)]).error
                #expect(error?.state != .internalError, "\(what): \(String(describing: error))")
                let found = try state(scratch)
                #expect(found == old || found == new, "\(what): \(found), \(String(describing: error))")
                #expect(found == new || error != nil, "\(what)")
                // And what comes after is not held up.
                try scratch.rows(
                    """
                    BEGIN; INSERT INTO d VALUES (3, 1); INSERT INTO e VALUES (3, 1); INSERT INTO i VALUES (3, 1); COMMIT;
                    INSERT INTO d VALUES (3, 1); INSERT INTO i VALUES (3, 1)
                    """)
                let third = "SELECT (SELECT count(*) FROM d WHERE generation = 3), (SELECT count(*) FROM i WHERE generation = 3)"
                #expect(try scratch.rows(third) == [["2", "2"]], "\(what)")
            }
        }
    }

    @Test(arguments: ["delta", "iceberg"]) func `a race that is lost in the midst takes back what was won`(format: String) throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows(
            "CREATE TABLE a USING \(format) AS SELECT 1 AS n; INSERT INTO a VALUES (2); CREATE TABLE b USING \(format) AS SELECT 1 AS n")
        let folder = try scratch.folder(of: "b"), engine = scratch.session.engine, isDone = Mutex(false)
        let store = WatchedStore(LocalStore()) { path in
            guard path.hasPrefix(folder), path.hasSuffix(".json"), isDone.withLock({ done in
                defer { done = true }
                return !done
            }) else { return }
            _ = try? Session(engine: engine).executeAll("UPDATE b SET n = 5", into: TextRows())
        }
        let session = try session(scratch, over: store)
        var state: SQLState?
        do {
            _ = try session.executeAll("BEGIN; UPDATE a SET n = n + 10; UPDATE b SET n = n + 10; COMMIT", into: TextRows())
        } catch { state = (error as? SQLError)?.state }
        #expect(state == .serializationFailure)
        #expect(try scratch.rows("SELECT * FROM a ORDER BY n") == [["1"], ["2"]])
        #expect(try scratch.rows("SELECT * FROM b") == [["5"]])
        if format == "delta" {
            #expect(try scratch.rows("SELECT max(version) FROM a$history") == [["3"]])
            // Who reads the version that was taken back finds its files.
            #expect(try scratch.rows("SELECT * FROM a VERSION AS OF 2 ORDER BY n") == [["11"], ["12"]])
        }
        try scratch.rows("UPDATE a SET n = n + 1")
        #expect(try scratch.rows("SELECT * FROM a ORDER BY n") == [["2"], ["3"]])
    }

    /// Runs `change` in a session that calls `other` once, before it writes the first log file of table b.
    private func run(
        _ change: String, _ scratch: ScratchSession, before other: @escaping @Sendable (Session) -> Void
    ) throws -> SQLState? {
        let folder = try scratch.folder(of: "b"), engine = scratch.session.engine, isDone = Mutex(false)
        let store = WatchedStore(LocalStore()) { path in
            guard path.hasPrefix(folder), path.hasSuffix(".json"), isDone.withLock({ done in
                defer { done = true }
                return !done
            }) else { return }
            other(Session(engine: engine))
        }
        let session = try session(scratch, over: store)
        do { _ = try session.executeAll(change, into: TextRows()) } catch { return (error as? SQLError)?.state }
        return nil
    }

    @Test func `who names a table by its folder looks past a commit that is not decided`() throws {
        let scratch = try ScratchSession(threads: 1), seen = Mutex<[[String]]>([])
        try scratch.rows("CREATE TABLE a USING delta AS SELECT 1 AS n; CREATE TABLE b USING delta AS SELECT 1 AS n")
        let query = "SELECT n FROM delta.\"\(try scratch.folder(of: "a"))\""
        let state = try run("BEGIN; UPDATE a SET n = 2; UPDATE b SET n = 2; COMMIT", scratch) { other in
            let sink = TextRows()
            _ = try? other.executeAll(query, into: sink)
            let rows = sink.rows
            seen.withLock { $0 = rows }
        }
        #expect(state == nil)
        let found = seen.withLock { $0 }
        #expect(found == [["1"]])
        #expect(try scratch.rows(query) == [["2"]])
    }

    @Test func `what a serializable transaction has read of one log still holds when it changes another`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows("CREATE TABLE a USING delta AS SELECT 1 AS n; CREATE TABLE b USING delta AS SELECT 1 AS n")
        let change = "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT n FROM a; INSERT INTO b VALUES (2); COMMIT"
        let lost = try run(change, scratch) { other in _ = try? other.executeAll("INSERT INTO a VALUES (2)", into: TextRows()) }
        #expect(lost == .serializationFailure)
        #expect(try scratch.rows("SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)") == [["2", "1"]])
        let undisturbed = try run(change, scratch) { _ in }
        #expect(undisturbed == nil)
        #expect(try scratch.rows("SELECT count(*) FROM b") == [["2"]])
    }
}

/// Tells of log files that are about to be written.
private final class WatchedStore: ObjectStore {
    private let inner: any ObjectStore
    private let before: @Sendable (String) -> Void

    init(_ inner: any ObjectStore, before: @escaping @Sendable (String) -> Void) {
        self.inner = inner
        self.before = before
    }

    var reach: StoreReach { inner.reach }
    func open(_ path: String) throws(SQLError) -> any ObjectReader { try inner.open(path) }
    func info(_ path: String) throws(SQLError) -> ObjectInfo? { try inner.info(path) }
    func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter { try inner.createWriter(path) }
    func put(_ path: String, _ bytes: [UInt8]) throws(SQLError) { try inner.put(path, bytes) }
    func delete(_ path: String) throws(SQLError) { try inner.delete(path) }

    func list(_ folder: String, recursive: Bool, _ body: (ObjectInfo) throws(SQLError) -> Bool) throws(SQLError) {
        try inner.list(folder, recursive: recursive, body)
    }

    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool {
        before(path)
        return try inner.putIfAbsent(path, bytes)
    }
}
