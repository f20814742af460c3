// Statistics of Iceberg tables are files that VACUUM leaves alone as long as a snapshot has them.

import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct KeptStatisticsTests {
    private let scratch: ScratchSession

    init() throws {
        scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t (i bigint) USING iceberg LOCATION '{folder}/t'")
        try scratch.rows("INSERT INTO t VALUES (1), (2); ANALYZE t")
        try scratch.rows("SET vacuum_retention_check = off")
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: scratch.folder + "/t/metadata").filter { $0.hasSuffix(".stats") }
    }

    /// VACUUM, when everything in the table's folder is old: what is young may be of a commit on its way.
    private func vacuum() throws -> [[String]] {
        let root = scratch.folder + "/t", old = Date(timeIntervalSince1970: 1_700_000_000)
        for file in FileManager.default.enumerator(atPath: root)?.compactMap({ $0 as? String }) ?? [] {
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: "\(root)/\(file)")
        }
        return try scratch.rows("VACUUM t RETAIN 0 HOURS")
    }

    @Test func `what a later ANALYZE has replaced goes`() throws {
        let first = try files()
        try scratch.rows("ANALYZE t")
        #expect(try files().count == 2)
        let gone = try vacuum().filter { $0[1].hasSuffix(".stats") }
        #expect(gone.count == 1)
        #expect(try files().count == 1 && files() != first)
        #expect(try scratch.rows("SELECT distinct_values FROM t$statistics") == [["2"]])
    }

    @Test func `with the snapshot its statistics go`() throws {
        try scratch.rows("INSERT INTO t VALUES (3); ANALYZE t")
        #expect(try files().count == 2)
        _ = try vacuum()
        #expect(try files().count == 1)
        #expect(try scratch.rows("SELECT distinct_values FROM t$statistics") == [["3"]])
    }

    @Test func `sketches of a Delta table that are not renewed keep their time`() throws {
        try scratch.rows("CREATE TABLE d (i bigint, k varchar) USING delta LOCATION '{folder}/d'")
        try scratch.rows("INSERT INTO d VALUES (1, 'a'); ANALYZE d")
        func time() throws -> Substring? {
            let text = try String(contentsOfFile: scratch.folder + "/d/_delta_log/_trino_meta/extended_stats.json", encoding: .utf8)
            return text.split(separator: ",").first { $0.contains("alreadyAnalyzedModifiedTimeMax") }
        }
        let first = try #require(try time())
        Thread.sleep(forTimeInterval: 0.01)
        try scratch.rows("INSERT INTO d VALUES (2, 'b'); ANALYZE d (k)")
        #expect(try time() == first)
        try scratch.rows("ANALYZE d")
        #expect(try time() != first)
    }
}
