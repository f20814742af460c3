// Tables of an Iceberg REST server that SQL makes, writes, changes and drops.

import CloudDouble
import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct IcebergSharedTests {
    let server: IcebergDouble
    let scratch: ScratchSession

    init() throws {
        server = try IcebergDouble()
        scratch = try ScratchSession()
        let folder = scratch.folder
        server.change {
            $0.namespaces[["web"]] = [:]
            $0.warehouse = folder + "/shared"
        }
        try scratch.rows("CREATE CATALOG c USING iceberg OPTIONS (uri '\(server.url)')")
    }

    private func posts(_ end: String) -> [DoubleRequest] {
        server.requests.filter { $0.method == "POST" && $0.path.hasSuffix(end) }
    }

    private func files(_ ending: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: scratch.folder + "/shared")?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix(ending) }
    }

    @Test func `rows come, change and go`() throws {
        try scratch.rows(
            """
            CREATE TABLE c.web.t (id bigint NOT NULL, s varchar COMMENT 'text', d date);
            INSERT INTO c.web.t VALUES (1, 'one', DATE '2024-01-01'), (2, 'two', NULL), (3, 'three', DATE '2024-03-01');
            INSERT INTO c.web.t (id) SELECT id + 10 FROM c.web.t
            """)
        #expect(try scratch.rows("SELECT count(*), sum(id) FROM c.web.t") == [["6", "42"]])
        try scratch.rows("UPDATE c.web.t SET s = upper(s) WHERE id = 2; DELETE FROM c.web.t WHERE id > 10")
        #expect(
            try scratch.rows("SELECT * FROM c.web.t ORDER BY id") == [
                ["1", "one", "2024-01-01"], ["2", "TWO", "NULL"], ["3", "three", "2024-03-01"],
            ])
        try scratch.rows(
            """
            MERGE INTO c.web.t USING (VALUES (2, 'zwei'), (4, 'vier')) AS n (id, s) ON t.id = n.id
            WHEN MATCHED THEN UPDATE SET s = n.s WHEN NOT MATCHED THEN INSERT (id, s) VALUES (n.id, n.s)
            """)
        #expect(try scratch.rows("SELECT s FROM c.web.t ORDER BY id") == [["one"], ["zwei"], ["three"], ["vier"]])
        try scratch.rows("INSERT OVERWRITE c.web.t SELECT 9, 'neun', NULL")
        #expect(try scratch.rows("SELECT id, s FROM c.web.t") == [["9", "neun"]])
        try scratch.rows("TRUNCATE c.web.t")
        #expect(try scratch.rows("SELECT * FROM c.web.t") == [])
        #expect(scratch.error("INSERT INTO c.web.t (s) VALUES ('x')")?.state == .notNullViolation)
        #expect(files(".parquet").allSatisfy { $0.contains("/data/") })
    }

    @Test func `a table is made with its rows, as the server has planned it`() throws {
        try scratch.rows(
            "CREATE TABLE c.web.t USING iceberg PARTITIONED BY (k) AS SELECT i AS n, i % 2 AS k FROM generate_series(1, 6) AS s(i)")
        #expect(posts("/tables").count == 1)
        #expect(String(decoding: posts("/tables")[0].body, as: UTF8.self).contains(#""stage-create":true"#))
        let commit = String(decoding: try #require(posts("/tables/t").first).body, as: UTF8.self)
        #expect(commit.contains("assert-create") && commit.contains("add-snapshot"))
        #expect(try scratch.rows("SELECT k, sum(n) FROM c.web.t GROUP BY k ORDER BY k") == [["0", "12"], ["1", "9"]])
        try scratch.rows("INSERT OVERWRITE c.web.t SELECT 100, 1")
        #expect(try scratch.rows("SELECT k, sum(n) FROM c.web.t GROUP BY k ORDER BY k") == [["0", "12"], ["1", "100"]])
        #expect(scratch.error("CREATE TABLE c.web.t AS SELECT 1 AS n")?.state == .duplicateTable)
        try scratch.rows("CREATE TABLE IF NOT EXISTS c.web.t AS SELECT 1 AS n")
        #expect(scratch.error("CREATE TABLE c.wep.t (n bigint)")?.state == .invalidSchemaName)
    }

    @Test func `of two that make a table one does, and the other's files go`() throws {
        server.beforeCommit { state in
            state.tables[IcebergDouble.Name(namespace: ["web"], name: "t")] =
                #"{"table-uuid": "other", "location": "x", "format-version": 2}"#
        }
        #expect(scratch.error("CREATE TABLE c.web.t AS SELECT 1 AS n")?.state == .duplicateTable)
        #expect(files(".parquet").isEmpty)
    }

    @Test func `definitions change as rows do`() throws {
        try scratch.rows("CREATE TABLE c.web.t (id bigint) TBLPROPERTIES ('owner' = 'me'); INSERT INTO c.web.t VALUES (1)")
        try scratch.rows(
            """
            ALTER TABLE c.web.t ADD COLUMN s varchar; INSERT INTO c.web.t VALUES (2, 'two');
            ALTER TABLE c.web.t SET TBLPROPERTIES ('owner' = 'you'); COMMENT ON COLUMN c.web.t.s IS 'text'
            """)
        #expect(try scratch.rows("SELECT * FROM c.web.t ORDER BY id") == [["1", "NULL"], ["2", "two"]])
        #expect(try scratch.rows("DESCRIBE c.web.t").map { [$0[0], $0[4]] } == [["id", "NULL"], ["s", "text"]])
        #expect(server.property("owner", of: "t", in: ["web"]) == "you")
        #expect(scratch.error("ALTER TABLE c.web.t SET TBLPROPERTIES ('uuid' = 'x')")?.state == .featureNotSupported)
        try scratch.rows("ALTER TABLE c.web.t RENAME TO u; DROP TABLE c.web.u PURGE")
        #expect(scratch.error("SELECT * FROM c.web.u")?.state == .undefinedTable)
    }

    @Test func `a lost race is looked at again, and won`() throws {
        try scratch.rows("CREATE TABLE c.web.t (id bigint); INSERT INTO c.web.t VALUES (1)")
        let lost = Counter()
        server.intercept { request in
            guard request.method == "POST", request.path.hasSuffix("/t"), lost.next() < 3 else { return nil }
            return IcebergDouble.fault(409, "CommitFailedException")
        }
        try scratch.rows("INSERT INTO c.web.t VALUES (2)")
        #expect(lost.value == 4)
        #expect(try scratch.rows("SELECT * FROM c.web.t ORDER BY id") == [["1"], ["2"]])
    }

    @Test func `who meets another change of rows reads again what it changes`() throws {
        try scratch.rows("CREATE TABLE c.web.t (id bigint); INSERT INTO c.web.t VALUES (1)")
        // Another client empties the table, which the statement has read by then.
        server.beforeCommit { state in
            let name = IcebergDouble.Name(namespace: ["web"], name: "t")
            var document = (try? JSONSerialization.jsonObject(with: Data((state.tables[name] ?? "").utf8))) as? [String: Any] ?? [:]
            document["current-snapshot-id"] = -1
            document["refs"] = [String: Any]()
            state.tables[name] = (try? JSONSerialization.data(withJSONObject: document)).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(try scratch.rows("UPDATE c.web.t SET id = 5") == [])
        #expect(try scratch.rows("SELECT * FROM c.web.t") == [])
    }

    @Test func `files stay where nobody knows what became of a commit`() throws {
        try scratch.rows("CREATE TABLE c.web.t (id bigint)")
        server.intercept { $0.method == "POST" && $0.path.hasSuffix("/t") ? IcebergDouble.fault(503, "ServiceUnavailable") : nil }
        #expect(scratch.error("INSERT INTO c.web.t VALUES (1)")?.state == .statementCompletionUnknown)
        #expect(files(".parquet").count == 1)
        server.intercept { $0.method == "POST" && $0.path.hasSuffix("/t") ? IcebergDouble.fault(400, "BadRequestException") : nil }
        #expect(scratch.error("INSERT INTO c.web.t VALUES (1)")?.state == .invalidParameterValue)
        #expect(files(".parquet").count == 1)
    }

    @Test func `several tables change in one transaction, which the server publishes as one`() throws {
        try scratch.rows("CREATE TABLE c.web.a (id bigint); CREATE TABLE c.web.b (id bigint); INSERT INTO c.web.b VALUES (7)")
        try scratch.rows("BEGIN; INSERT INTO c.web.a VALUES (1); INSERT INTO c.web.a VALUES (2); DELETE FROM c.web.b WHERE id = 7")
        #expect(try scratch.rows("SELECT count(*) FROM c.web.a") == [["2"]])
        #expect(posts("/transactions/commit").isEmpty)
        try scratch.rows("COMMIT")
        #expect(posts("/transactions/commit").count == 1)
        #expect(try scratch.rows("SELECT (SELECT sum(id) FROM c.web.a), (SELECT count(*) FROM c.web.b)") == [["3", "0"]])
        try scratch.rows("BEGIN; INSERT INTO c.web.a VALUES (5); ROLLBACK")
        #expect(try scratch.rows("SELECT count(*) FROM c.web.a") == [["2"]])
        try scratch.rows("CREATE TABLE own (id bigint)")
        for sql in [
            "INSERT INTO c.web.a VALUES (5); INSERT INTO own VALUES (1)", "INSERT INTO own VALUES (1); INSERT INTO c.web.a VALUES (5)",
            "CREATE TABLE c.web.d (id bigint)", "ALTER TABLE c.web.a ADD COLUMN x integer",
        ] {
            #expect(scratch.error("BEGIN; " + sql)?.state == .featureNotSupported, "\(sql)")
            try scratch.rows("ROLLBACK")
        }
        #expect(try scratch.rows("SELECT (SELECT count(*) FROM c.web.a), (SELECT count(*) FROM own)") == [["2", "0"]])
    }

    @Test func `a transaction that read what others have changed since is not published`() throws {
        try scratch.rows("CREATE TABLE c.web.a (id bigint); CREATE TABLE c.web.b (id bigint); INSERT INTO c.web.a VALUES (1)")
        try scratch.rows("BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO c.web.b SELECT id FROM c.web.a")
        server.beforeCommit { state in
            let name = IcebergDouble.Name(namespace: ["web"], name: "a")
            state.tables[name] = state.tables[name]?.replacing(#""type":"branch""#, with: #""type":"tag""#)
                .replacing(#""refs":{"main""#, with: #""refs":{"other""#)
        }
        #expect(scratch.error("COMMIT")?.state == .serializationFailure)
        #expect(try scratch.rows("SELECT * FROM c.web.b") == [])
    }

    @Test func `of a server that cannot publish several tables as one, a transaction changes one`() throws {
        server.change {
            $0.config = #"{"endpoints": ["GET /v1/{prefix}/namespaces/{namespace}/tables"], "overrides": {"prefix": "main"}}"#
        }
        try scratch.rows("CREATE TABLE c.web.a (id bigint); CREATE TABLE c.web.b (id bigint)")
        let error = scratch.error("BEGIN; INSERT INTO c.web.a VALUES (1); INSERT INTO c.web.b VALUES (1)")
        #expect(error?.state == .featureNotSupported)
        try scratch.rows("ROLLBACK; BEGIN; INSERT INTO c.web.a VALUES (1); INSERT INTO c.web.a SELECT id + 1 FROM c.web.a; COMMIT")
        #expect(try scratch.rows("SELECT * FROM c.web.a ORDER BY id") == [["1"], ["2"]])
        #expect(posts("/tables/a").count == 1)
    }

    @Test func `branches and tags are made, written, moved and dropped`() throws {
        try scratch.rows(
            """
            CREATE TABLE c.web.t (id bigint); INSERT INTO c.web.t VALUES (1); ALTER TABLE c.web.t CREATE BRANCH audit RETAIN 7 DAYS;
            ALTER TABLE c.web.t CREATE TAG first; INSERT INTO c.web.t.branch_audit VALUES (2);
            UPDATE c.web.t.branch_audit SET id = 10 WHERE id = 1
            """)
        #expect(try scratch.rows("SELECT id FROM c.web.t") == [["1"]])
        #expect(try scratch.rows("SELECT id FROM c.web.t.branch_audit ORDER BY id") == [["2"], ["10"]])
        #expect(try scratch.rows("SELECT name FROM c.web.t$refs ORDER BY name") == [["audit"], ["first"], ["main"]])
        let commits = posts("/tables/t").map { String(decoding: $0.body, as: UTF8.self) }
        let words = ["set-snapshot-ref", "max-ref-age-ms", "assert-ref-snapshot-id"]
        #expect(commits.contains { commit in words.allSatisfy { commit.contains($0) } })
        try scratch.rows("CALL system.fast_forward('c.web.t', 'main', 'audit'); ALTER TABLE c.web.t DROP BRANCH audit")
        #expect(try scratch.rows("SELECT id FROM c.web.t ORDER BY id") == [["2"], ["10"]])
        #expect(try scratch.rows("SELECT id FROM c.web.t FOR VERSION AS OF 'first'") == [["1"]])
        #expect(scratch.error("INSERT INTO c.web.t.branch_audit VALUES (3)")?.state == .invalidParameterValue)
        #expect(scratch.error("ALTER TABLE c.web.t CREATE TAG first")?.state == .duplicateObject)
    }

    @Test func `rows go as the table's properties say`() throws {
        try scratch.rows(
            """
            CREATE TABLE c.web.t (id bigint) TBLPROPERTIES ('write.delete.mode' = 'merge-on-read');
            INSERT INTO c.web.t VALUES (1), (2), (3); DELETE FROM c.web.t WHERE id = 2
            """)
        #expect(try scratch.rows("SELECT id FROM c.web.t ORDER BY id") == [["1"], ["3"]])
        #expect(files("-deletes.parquet").count == 1 && files(".parquet").count == 2)
        try scratch.rows("BEGIN; DELETE FROM c.web.t WHERE id = 3; COMMIT")
        #expect(try scratch.rows("SELECT id FROM c.web.t") == [["1"]])
    }

    @Test func `a branch is not written inside a transaction`() throws {
        try scratch.rows("CREATE TABLE c.web.t (id bigint); INSERT INTO c.web.t VALUES (1); ALTER TABLE c.web.t CREATE BRANCH audit")
        #expect(scratch.error("BEGIN; INSERT INTO c.web.t.branch_audit VALUES (2)")?.state == .featureNotSupported)
        try scratch.rows("ROLLBACK; CREATE TABLE own USING iceberg AS SELECT 1 AS a; ALTER TABLE own CREATE BRANCH audit")
        #expect(scratch.error("BEGIN; INSERT INTO own.branch_audit VALUES (2)")?.state == .featureNotSupported)
    }

    @Test func `CHECK constraints are properties that Lode looks at`() throws {
        try scratch.rows("CREATE TABLE c.web.t (id bigint CONSTRAINT positive CHECK (id > 0)); INSERT INTO c.web.t VALUES (1)")
        for sql in ["INSERT INTO c.web.t VALUES (-1)", "UPDATE c.web.t SET id = -id"] {
            #expect(scratch.error(sql)?.state == .checkViolation)
        }
        try scratch.rows("ALTER TABLE c.web.t DROP CONSTRAINT positive; INSERT INTO c.web.t VALUES (-1)")
        #expect(try scratch.rows("SELECT count(*) FROM c.web.t") == [["2"]])
    }

    @Test func `what such a catalog cannot keep is refused by name`() throws {
        for sql in [
            "CREATE TABLE c.web.t (id bigint PRIMARY KEY)", "CREATE TABLE c.web.t (id smallint)", "CREATE TABLE c.web.t (id bigint) USING delta",
            "CREATE TABLE c.web.t (id bigint) USING parquet", "CREATE TEMP TABLE t (id bigint) USING iceberg",
        ] {
            let error = scratch.error(sql)
            #expect(error?.state == .featureNotSupported, "\(sql): \(error?.description ?? "done")")
        }
        #expect(files("").isEmpty)
    }
}

/// Counts across threads.
private final class Counter: Sendable {
    private let count = Lock(0)

    /// The count so far.
    func next() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }

    var value: Int { count.withLock { $0 } }
}
