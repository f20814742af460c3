// EXPLAIN (WHY) says of each file and row group why it is read or skipped.

import LodeCore
import Testing

@testable import LodeEngine

@Suite struct ExplainWhyTests {
    let scratch: ScratchSession

    init() throws {
        scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE orders (id bigint, note varchar, day date) PARTITIONED BY (day)")
        try scratch.rows("INSERT INTO orders VALUES (1, 'a', DATE '2024-01-01'), (3, 'b', DATE '2024-01-01'), (7, NULL, DATE '2024-01-02')")
        try scratch.rows("COPY (SELECT i AS id FROM range(10000) AS r(i)) TO '{folder}/f.parquet' (ROW_GROUP_SIZE 2500)")
    }

    /// Row group, rows, verdict, level and reason.
    private func why(_ query: String) throws -> [[String]] {
        try scratch.rows("EXPLAIN (WHY) \(query)").map { Array($0.dropFirst(2)) }
    }

    @Test func `partition values and bounds of files rule files out`() throws {
        #expect(
            try why("SELECT * FROM orders WHERE day = DATE '2024-01-01' AND id > 5") == [
                ["NULL", "2", "skipped", "file", "id is from 1 to 3, wanted: id > 5"],
                ["NULL", "1", "skipped", "partition", "day is date '2024-01-02', wanted: day = date '2024-01-01'"],
            ])
        #expect(
            try why("DELETE FROM orders WHERE note = 'b'") == [
                ["NULL", "2", "read", "file", "nothing rules it out"], ["0", "2", "read", "row group", "nothing rules it out"],
                ["NULL", "1", "skipped", "file", "note is always NULL, wanted: note = 'b'"],
            ])
    }

    @Test func `row groups are ruled out by their own bounds`() throws {
        let file = ["NULL", "NULL", "read", "file", "nothing rules it out; the table knows no bounds of its columns"]
        let read = ["2500", "read", "row group", "nothing rules it out"]
        #expect(
            try why("SELECT count(*) FROM '{folder}/f.parquet' WHERE id BETWEEN 300 AND 2600") == [
                file, ["0"] + read, ["1"] + read,
                ["2", "2500", "skipped", "row group", "id is from 5000 to 7499, wanted: id <= 2600"],
                ["3", "2500", "skipped", "row group", "id is from 7500 to 9999, wanted: id <= 2600"],
            ])
    }

    @Test func `pages are ruled out by the page index`() throws {
        try scratch.rows("COPY (SELECT i AS id FROM range(100000) AS r(i)) TO '{folder}/p.parquet' (ROW_GROUP_SIZE 100000)")
        let verdict = try #require(try why("SELECT * FROM '{folder}/p.parquet' WHERE id = 5").last)
        #expect(verdict[2] == "read" && verdict[3] == "page")
        #expect(verdict[4].hasPrefix("its pages can have such rows among "), "\(verdict)")
    }

    @Test func `deleted rows are told`() throws {
        try scratch.rows("CREATE TABLE d (id bigint) USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')")
        try scratch.rows("INSERT INTO d SELECT i FROM range(10) AS r(i)")
        try scratch.rows("DELETE FROM d WHERE id < 3")
        #expect(try why("SELECT * FROM d WHERE id > 1").first?.last == "nothing rules it out; 3 deleted rows are left out")
    }

    @Test func `what transforms make of a column rules files out, also where all were listed before`() throws {
        try scratch.rows("CREATE TABLE b (id bigint, t varchar) USING iceberg PARTITIONED BY (bucket(4, id))")
        try scratch.rows("INSERT INTO b SELECT i, 'x' FROM range(100) AS r(i)")
        let verdicts = try why("SELECT count(*) FROM b WHERE id = 50").filter { $0[0] == "NULL" }
        #expect(verdicts.count { $0[2] == "read" } == 1)
        #expect(verdicts.filter { $0[2] == "skipped" }.allSatisfy { $0[3] == "partition" })
        #expect(verdicts.contains { $0[4] == "its partition has no such rows, wanted: id = 50" })
    }

    @Test func `what no metadata can answer is read`() throws {
        let reason = "no condition that metadata could answer"
        #expect(try why("SELECT * FROM orders WHERE note || 'x' = 'ax'").map { $0.last } == [reason, reason, reason, reason])
        #expect(try why("SELECT * FROM orders").map { $0.last } == ["no condition", "no condition", "no condition", "no condition"])
        #expect(try why("SELECT 1 AS i").isEmpty)
    }

    @Test func `what is skipped here is what a scan skips`() throws {
        let conditions = [
            "id < 2", "id = 7", "day > DATE '2024-01-01'", "note IS NULL", "id < 0", "id = 3 OR day IS NULL", "id IN (7, 8)",
        ]
        for condition in conditions {
            let skipped = try why("SELECT * FROM orders WHERE \(condition)").count { $0[0] == "NULL" && $0[2] == "skipped" }
            let plan = try scratch.rows("EXPLAIN ANALYZE SELECT * FROM orders WHERE \(condition)").joined().joined(separator: "\n")
            #expect(plan.contains("files pruned: \(skipped)"), "\(condition): \(plan)")
        }
    }

    @Test func `it neither runs the query nor goes with ANALYZE`() throws {
        #expect(throws: SQLError.self) { try scratch.rows("EXPLAIN (ANALYZE, WHY) SELECT * FROM orders") }
        _ = try why("DELETE FROM orders")
        #expect(try scratch.rows("SELECT count(*) FROM orders") == [["3"]])
    }
}
