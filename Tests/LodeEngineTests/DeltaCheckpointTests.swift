// Checkpoints that Lode writes, read without the commits before them.

import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct DeltaCheckpointTests {
    private func log(_ scratch: ScratchSession) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: try scratch.folder(of: "t") + "/_delta_log").sorted()
    }

    @Test func `a checkpoint says all that the commits up to it said`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows(
            """
            CREATE TABLE t (id integer NOT NULL, k varchar, s struct(a integer)) USING delta PARTITIONED BY (k)
            TBLPROPERTIES ('delta.checkpointInterval' = '3', 'note' = 'kept')
            """)
        for i in 1...5 { try scratch.rows("INSERT INTO t VALUES (\(i), 'p\(i % 2)', ROW(\(i)))") }
        try scratch.rows("DELETE FROM t WHERE id = 2")
        let names = try log(scratch)
        #expect(names.contains("_last_checkpoint"))
        #expect(names.filter { $0.contains("checkpoint.parquet") }.count == 2)
        let rows = try scratch.rows("SELECT * FROM t ORDER BY id")
        #expect(rows.map { $0[0] } == ["1", "3", "4", "5"])
        for name in names where name.hasSuffix(".json") && name < "00000000000000000006.json" {
            try FileManager.default.removeItem(atPath: try scratch.folder(of: "t") + "/_delta_log/" + name)
        }
        #expect(try scratch.rows("SELECT * FROM t ORDER BY id") == rows)
        #expect(try scratch.rows("SELECT id FROM t WHERE k = 'p0' AND id > 3") == [["4"]])
        // What is written goes on, and the next checkpoint is made from the last one.
        for i in 7...9 { try scratch.rows("INSERT INTO t VALUES (\(i), NULL, NULL)") }
        try scratch.rows("UPDATE t SET k = 'p2' WHERE id = 1")
        let all = try scratch.rows("SELECT * FROM t ORDER BY id")
        #expect(all.map { $0[0] } == ["1", "3", "4", "5", "7", "8", "9"])
        #expect(try log(scratch).contains("00000000000000000009.checkpoint.parquet"))
        #expect(scratch.error("INSERT INTO t VALUES (NULL, NULL, NULL)")?.state == .notNullViolation)
    }

    @Test func `vacuum takes the files that no version within the retention has`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows("CREATE TABLE t USING delta AS SELECT 1 AS id; INSERT OVERWRITE t VALUES (2); INSERT INTO t VALUES (3)")
        let root = try scratch.folder(of: "t")
        func data() -> [String] {
            (FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".parquet") }
        }
        #expect(data().count == 3)
        // Young files, and files of young versions, stay.
        #expect(try scratch.rows("SET vacuum_retention_check = off; VACUUM t RETAIN 0 HOURS") == [])
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        for name in names + ["stray.parquet", "note.txt"] {
            let path = "\(root)/\(name)"
            if !FileManager.default.fileExists(atPath: path) { try "x".write(toFile: path, atomically: true, encoding: .utf8) }
            let old = Date(timeIntervalSince1970: 1_700_000_000)
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: "\(root)/\(name)")
        }
        #expect(try scratch.rows("VACUUM t RETAIN 0 HOURS DRY RUN").count == 2)
        #expect(data().count == 4)
        #expect(try scratch.rows("VACUUM t RETAIN 0 HOURS").count == 2)
        #expect(data().count == 2)
        #expect(FileManager.default.fileExists(atPath: root + "/note.txt"))
        #expect(try scratch.rows("SELECT id FROM t ORDER BY id") == [["2"], ["3"]])
        #expect(scratch.error("SELECT * FROM t@v0")?.state == .undefinedFile)
    }

    @Test func `SHOW CREATE TABLE makes the same table`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows(
            "CREATE TABLE t (id integer NOT NULL, k varchar CHECK (k <> ''), n bigint DEFAULT 3) USING delta PARTITIONED BY (k)")
        let text = try scratch.rows("SHOW CREATE TABLE t")[0][0]
        #expect(text.contains("USING delta") && !text.contains("LOCATION") && !text.contains("EXTERNAL"))
        try scratch.rows("DROP TABLE t")
        try scratch.rows(text)
        #expect(try scratch.rows("SHOW CREATE TABLE t")[0][0] == text)
        #expect(scratch.error("INSERT INTO t (id, k) VALUES (1, '')") != nil)
    }
}
