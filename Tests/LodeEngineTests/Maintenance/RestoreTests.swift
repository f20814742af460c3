// Earlier versions that become the current one.

import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct RestoreTests {
    @Test func `an Iceberg table is rolled back to a snapshot of its own`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows("CREATE TABLE t USING iceberg AS SELECT 1 AS i; INSERT INTO t VALUES (2); DELETE FROM t WHERE i = 1")
        let ids = try scratch.rows("SELECT snapshot_id FROM t$snapshots ORDER BY sequence_number").map { $0[0] }
        try scratch.rows("RESTORE TABLE t TO VERSION AS OF \(ids[1])")
        #expect(try scratch.rows("SELECT i FROM t ORDER BY i") == [["1"], ["2"]])
        #expect(try scratch.rows("SELECT count(*) FROM t$snapshots") == [["3"]])
        try scratch.rows("INSERT INTO t VALUES (3)")
        #expect(try scratch.rows("SELECT i FROM t ORDER BY i") == [["1"], ["2"], ["3"]])
        try scratch.rows("ALTER TABLE t EXECUTE rollback_to_snapshot(\(ids[0]))")
        #expect(try scratch.rows("SELECT i FROM t ORDER BY i") == [["1"]])
    }

    @Test func `a Delta table is not restored to a version whose files are gone`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows("CREATE TABLE t USING delta AS SELECT 1 AS i; INSERT OVERWRITE t SELECT 2 AS i")
        let root = try scratch.folder(of: "t"), file = try scratch.rows("SELECT path FROM t$files VERSION AS OF 0")[0][0]
        try FileManager.default.removeItem(atPath: file)
        let error = scratch.error("RESTORE TABLE t TO VERSION AS OF 0")
        #expect(error?.state == .objectNotInPrerequisiteState && error?.place?.hasPrefix(root) == true)
        #expect(try scratch.rows("SELECT i FROM t") == [["2"]])
    }

    @Test func `rows that were deleted come back with the files that had them`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows("CREATE TABLE t USING delta AS SELECT i FROM generate_series(1, 9) AS g(i); UPDATE t SET i = 0 WHERE i > 5")
        let row = try scratch.rows("RESTORE TABLE t TO VERSION AS OF 0")[0]
        #expect(row[1...3] == ["1", "1", "1"])
        #expect(try scratch.rows("SELECT sum(i) FROM t") == [["45"]])
    }
}
