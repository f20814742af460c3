// What VACUUM takes from an Iceberg table, and what it leaves.

import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct IcebergVacuumTests {
    /// A table of four snapshots, of which the latest has two files.
    private static func filled() throws -> ScratchSession {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows(
            """
            CREATE TABLE t USING iceberg AS SELECT 1 AS i; INSERT INTO t VALUES (2); INSERT OVERWRITE t VALUES (3); INSERT INTO t VALUES (4)
            """)
        return scratch
    }

    /// Makes everything in the table's folder old.
    private static func age(_ scratch: ScratchSession) throws {
        let root = try scratch.folder(of: "t"), old = Date(timeIntervalSince1970: 1_700_000_000)
        for file in FileManager.default.enumerator(atPath: root)?.compactMap({ $0 as? String }) ?? [] {
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: "\(root)/\(file)")
        }
    }

    private static func files(_ scratch: ScratchSession, _ ending: String) throws -> Int {
        let root = try scratch.folder(of: "t")
        return (FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(ending) }.count
    }

    @Test func `young snapshots stay, and a shorter retention must be allowed`() throws {
        let scratch = try Self.filled()
        try Self.age(scratch)
        #expect(try scratch.rows("VACUUM t") == [])
        #expect(try scratch.rows("SELECT count(*) FROM t$snapshots") == [["4"]])
        #expect(scratch.error("VACUUM t RETAIN 0 HOURS")?.state == .invalidParameterValue)
    }

    @Test func `expired snapshots go with the files that only they have`() throws {
        let scratch = try Self.filled()
        try Self.age(scratch)
        let listed = try scratch.rows("SET vacuum_retention_check = off; VACUUM t RETAIN 0 HOURS DRY RUN")
        #expect(listed.filter { $0[1].hasSuffix(".parquet") }.count == 2)
        #expect(try scratch.rows("SELECT count(*) FROM t$snapshots") == [["4"]])
        try scratch.rows("VACUUM t RETAIN 0 HOURS")
        #expect(try scratch.rows("SELECT count(*) FROM t$snapshots") == [["1"]])
        #expect(try scratch.rows("SELECT i FROM t ORDER BY i") == [["3"], ["4"]])
        #expect(try Self.files(scratch, ".parquet") == 2)
        try scratch.rows("INSERT INTO t VALUES (5)")
        #expect(try scratch.rows("SELECT i FROM t ORDER BY i") == [["3"], ["4"], ["5"]])
    }

    @Test func `orphans go without a snapshot, and snapshots without orphans`() throws {
        let scratch = try Self.filled(), root = try scratch.folder(of: "t")
        for name in ["stray.parquet", "metadata/stray-m0.avro", "note.txt"] {
            try "x".write(toFile: "\(root)/\(name)", atomically: true, encoding: .utf8)
        }
        try Self.age(scratch)
        try scratch.rows("SET vacuum_retention_check = off; ALTER TABLE t EXECUTE expire_snapshots(retention_threshold => '0d')")
        #expect(try scratch.rows("SELECT count(*) FROM t$snapshots") == [["1"]])
        #expect(FileManager.default.fileExists(atPath: root + "/stray.parquet"))
        let found = try scratch.rows("ALTER TABLE t EXECUTE remove_orphan_files(retention_threshold => '0d')").map { $0[1] }
        #expect(found.contains { $0.hasSuffix("/stray.parquet") } && found.contains { $0.hasSuffix("/stray-m0.avro") })
        #expect(FileManager.default.fileExists(atPath: root + "/note.txt"))
        #expect(try scratch.rows("SELECT i FROM t ORDER BY i") == [["3"], ["4"]])
    }

    @Test func `the properties say how much is kept`() throws {
        let scratch = try Self.filled()
        try scratch.rows("ALTER TABLE t SET TBLPROPERTIES ('history.expire.min-snapshots-to-keep' = '3')")
        try Self.age(scratch)
        try scratch.rows("SET vacuum_retention_check = off; VACUUM t RETAIN 0 HOURS")
        #expect(try scratch.rows("SELECT count(*) FROM t$snapshots") == [["3"]])
        try scratch.rows("ALTER TABLE t SET TBLPROPERTIES ('gc.enabled' = 'false')")
        #expect(scratch.error("VACUUM t RETAIN 0 HOURS")?.state == .objectNotInPrerequisiteState)
    }

    @Test func `a table that refuses is passed over where all are asked`() throws {
        let scratch = try Self.filled(), stray = try scratch.folder(of: "t") + "/stray.parquet"
        try scratch.rows("CREATE TABLE a SHALLOW CLONE t; SET vacuum_retention_check = off")
        try "x".write(toFile: stray, atomically: true, encoding: .utf8)
        try Self.age(scratch)
        let found = TextRows()
        let notices = try scratch.session.executeAll("VACUUM RETAIN 0 HOURS", into: found).flatMap(\.notices)
        #expect(notices.count == 1 && notices.first?.hasPrefix("table \"main.a\" was passed over: ") == true)
        #expect(notices.first?.contains("gc.enabled") == true)
        #expect(found.rows.contains { $0[1].hasSuffix("/stray.parquet") } && !FileManager.default.fileExists(atPath: stray))
        #expect(try scratch.rows("SELECT count(*) FROM t$snapshots") == [["1"]])
        #expect(try scratch.rows("SELECT i FROM a ORDER BY i") == [["3"], ["4"]])
        #expect(scratch.error("VACUUM a RETAIN 0 HOURS")?.state == .objectNotInPrerequisiteState)
    }

    @Test func `what a statement still reads stays`() throws {
        let scratch = try Self.filled()
        try Self.age(scratch)
        let reader = Session(engine: scratch.session.engine)
        _ = try reader.executeAll("BEGIN; SELECT count(*) FROM t", into: TextRows())
        try scratch.rows("INSERT OVERWRITE t VALUES (9)")
        try Self.age(scratch)
        try scratch.rows("SET vacuum_retention_check = off; VACUUM t RETAIN 0 HOURS")
        let rows = TextRows()
        _ = try reader.executeAll("SELECT i FROM t ORDER BY i", into: rows)
        #expect(rows.rows == [["3"], ["4"]])
    }
}
