// Scans of remote files: how many requests they make, how far they ask ahead, and what happens when a store misbehaves, with a cache and
// without.

import CloudDouble
import Foundation
import GlueDouble
import LodeCatalog
import LodeCloud
import LodeCore
import LodeObjectStore
import Synchronization
import Testing

@testable import LodeEngine

@Suite struct RemoteScanTests {
    private let double: S3Double
    private let scratch: ScratchSession

    init() throws {
        double = try S3Double()
        scratch = try Self.session(double)
    }

    private static func session(_ double: S3Double, caches: String? = nil) throws -> ScratchSession {
        var variables = ["AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_ENDPOINT_URL": double.url]
        if let caches { variables["XDG_CACHE_HOME"] = caches }
        return try ScratchSession(stores: StoreRegistry(environment: CloudEnvironment(variables: variables)))
    }

    private func kinds() -> [String: Int] {
        Dictionary(double.requests.map { ($0.query["list-type"] == nil ? $0.method : "LIST", 1) }, uniquingKeysWith: +)
    }

    @Test func `what an attached catalog's tables need is read and written as whom that catalog is asked`() throws {
        let glue = StubGlue()
        let stores = StoreRegistry(
            environment: CloudEnvironment(variables: [
                "AWS_ACCESS_KEY_ID": "ENGINE", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_ENDPOINT_URL": double.url,
            ]))
        let scratch = try ScratchSession(glue: glue, stores: stores)
        try scratch.rows(
            """
            CREATE CATALOG g USING glue OPTIONS (access_key_id 'CATALOG', secret_access_key 'hush', warehouse 's3://b/lake');
            CREATE SCHEMA g.web; CREATE TABLE g.web.t PARTITIONED BY (k) AS SELECT 1 AS a, 1 AS k
            """)
        #expect(try scratch.rows("INSERT INTO g.web.t VALUES (2, 2) RETURNING a") == [["2"]])
        #expect(scratch.error("INSERT INTO g.web.t VALUES (3, 3), (1 / (random() * 0)::int, 4) RETURNING a") != nil)
        #expect(try scratch.rows("MSCK REPAIR TABLE g.web.t; SELECT count(*) FROM g.web.t") == [["2"]])
        let others = double.requests.filter { $0.header("Authorization")?.contains("Credential=CATALOG/") != true }
        #expect(others.map { "\($0.method) \($0.target)" } == [])
    }

    @Test func `folders of many partitions are listed with many requests in flight`() throws {
        let glue = StubGlue()
        let stores = StoreRegistry(
            environment: CloudEnvironment(variables: [
                "AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_ENDPOINT_URL": double.url,
            ]))
        let scratch = try ScratchSession(glue: glue, stores: stores)
        try scratch.rows(
            """
            CREATE CATALOG g USING glue OPTIONS (warehouse 's3://b/lake'); CREATE SCHEMA g.web;
            CREATE TABLE g.web.t PARTITIONED BY (k) AS SELECT i, i AS k FROM generate_series(1, 30) AS s(i)
            """)
        double.tamper { request, answer in if request.query["list-type"] != nil { answer.delayMillis = 100 } }
        let start = ContinuousClock.now
        #expect(try scratch.rows("SELECT count(*) FROM g.web.t") == [["30"]])
        #expect(start.duration(to: .now) < .milliseconds(2_000))
    }

    // MARK: Requests

    @Test func `of a thousand partitions one is listed, and its files are read by few requests each`() throws {
        try scratch.rows(
            """
            COPY (SELECT i, i * 2 AS twice, md5(i::varchar) AS m, md5((i + 1)::varchar) AS n FROM generate_series(1, 20000) AS g(i))
              TO 's3://b/one.parquet'
            """)
        let file = try #require(double["b/one.parquet"])
        #expect(file.count > 600_000)
        for partition in 0..<1_000 { for part in 0..<10 { double["b/t/k=\(partition)/\(part).parquet"] = file } }
        try scratch.rows(
            """
            CREATE EXTERNAL TABLE t (i bigint, twice bigint, m varchar, n varchar) PARTITIONED BY (k int)
              STORED AS PARQUET LOCATION 's3://b/t'
            """)
        let question = "SELECT sum(i), max(m) FROM t WHERE k = 517"
        double.forgetRequests()
        let answer = try scratch.rows(question)
        #expect(answer.first?.first == "2000100000")
        // The folders of the table, and the partition.
        #expect(kinds()["LIST"] ?? 0 <= 3 && kinds()["GET"] ?? 0 <= 30 && kinds()["HEAD"] == nil)
        #expect(double.requests.allSatisfy { $0.query["list-type"] != nil || $0.path.contains("k=517/") || $0.path.contains("k%3D517/") })
        double.forgetRequests()
        #expect(try scratch.rows(question) == answer)
        #expect(kinds()["LIST"] ?? 0 <= 3 && kinds()["GET"] ?? 0 <= 20)
        try scratch.rows("MSCK REPAIR TABLE t")
        double.forgetRequests()
        #expect(try scratch.rows("SET remote_cache = off; \(question)") == answer)
        #expect(kinds()["LIST"] == 1 && kinds()["GET"] ?? 0 <= 30)
    }

    @Test func `requests in flight are more than workers`() throws {
        try scratch.rows("COPY (SELECT i, md5(i::varchar) AS m FROM generate_series(1, 20000) AS g(i)) TO 's3://b/one.parquet'")
        let file = try #require(double["b/one.parquet"])
        for part in 0..<40 { double["b/t/\(part).parquet"] = file }
        double.tamper { request, answer in if request.method == "GET" { answer.delayMillis = 250 } }
        let start = Date()
        #expect(try scratch.rows("SELECT count(*), sum(i) FROM read_parquet('s3://b/t/*.parquet')") == [["800000", "8000400000"]])
        // Two workers that wait for each of two requests a file would take ten seconds.
        #expect(Date().timeIntervalSince(start) < 5)
    }

    @Test(arguments: ["csv", "json"])
    func `the ranges of a text file are asked for before workers come to them`(format: String) throws {
        try scratch.rows("COPY (SELECT i, md5(i::varchar) AS m FROM generate_series(1, 400000) AS g(i)) TO 's3://b/t.\(format)'")
        let size = try #require(double["b/t.\(format)"]?.count)
        #expect(size > 15 << 20)
        double.tamper { request, answer in if request.method == "GET" { answer.delayMillis = 100 } }
        for cache in ["off", "on"] {
            double.forgetRequests()
            let answer = try scratch.rows("SET remote_cache = \(cache); SELECT count(*), sum(i), max(m) FROM 's3://b/t.\(format)'")
            #expect(answer.first?.prefix(2) == ["400000", "80000200000"])
            let starts = double.requests.compactMap { request in
                request.header("Range").flatMap { $0.dropFirst("bytes=".count).split(separator: "-").first }.flatMap { Int($0) }
            }
            // Who comes to a range that was not asked for looks one byte before it, too.
            let begins = (1..<4).map { $0 << 22 + (format == "csv" ? "i,m\n".utf8.count : 0) }
            #expect(begins.count { starts.contains($0) } >= 1, "\(cache): \(starts)")
        }
    }

    @Test func `memory that is short makes scans ask for less ahead, and fails none`() throws {
        try scratch.rows("COPY (SELECT i, md5(i::varchar) AS m FROM generate_series(1, 300000) AS g(i)) TO 's3://b/one.parquet'")
        let file = try #require(double["b/one.parquet"])
        for part in 0..<8 { double["b/t/\(part).parquet"] = file }
        #expect(
            try scratch.rows(
                "SET memory_limit = '16MB'; SET remote_cache = off; SELECT count(*), max(m) FROM read_parquet('s3://b/t/*.parquet')"
            ).first?.first == "2400000")
    }

    @Test func `a file that can't be read as its table says fails the statement, also where planning has opened it`() throws {
        try scratch.rows(
            """
            COPY (SELECT i, md5(i::varchar) AS m FROM generate_series(1, 1000) AS g(i)) TO 's3://b/t/1.parquet';
            CREATE EXTERNAL TABLE t (i date, m varchar) STORED AS PARQUET LOCATION 's3://b/t';
            CREATE TABLE small AS SELECT '5' AS m
            """)
        for sql in ["SELECT count(i) FROM t", "SELECT i FROM t GROUP BY i ORDER BY i", "SELECT t.i FROM small JOIN t ON small.m < t.m"] {
            #expect(scratch.error(sql)?.state == .datatypeMismatch, "\(sql)")
        }
    }

    @Test func `what a statement has asked for ends with it`() throws {
        for part in 1...3 {
            try scratch.rows("COPY (SELECT i, md5(i::varchar) AS m FROM generate_series(1, 60000) AS g(i)) TO 's3://b/t/\(part).parquet'")
        }
        let stores = StoreRegistry(
            environment: CloudEnvironment(
                variables: ["AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_ENDPOINT_URL": double.url]))
        let other = try ScratchSession(stores: stores)
        double.tamper { request, answer in
            if request.path.hasSuffix("3.parquet"), request.header("If-Match") != nil { answer.delayMillis = 3_000 }
        }
        #expect(other.error("SELECT 1 / (i - 5), m FROM read_parquet('s3://b/t/*.parquet')")?.state == .divisionByZero)
        // What was arriving when the statement ended is let in; what the store still holds back is not.
        Thread.sleep(forTimeInterval: 0.7)
        let received = stores.client.counts.current.bytesReceived
        Thread.sleep(forTimeInterval: 3.5)
        #expect(stores.client.counts.current.bytesReceived == received)
    }

    @Test func `a Delta table is planned with what its log says, though it is partitioned and far away`() throws {
        let schema = #"{\"type\":\"struct\",\"fields\":["#
            + ["i", "k"].map { #"{\"name\":\"\#($0)\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}"# }.joined(separator: ",") + "]}"
        let log = [
            #"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"#,
            #"{"metaData":{"id":"m","format":{"provider":"parquet","options":{}},"schemaString":"\#(schema)","#
                + #""partitionColumns":["k"],"configuration":{}}}"#,
            #"{"add":{"path":"k=1/a.parquet","partitionValues":{"k":"1"},"size":400,"modificationTime":1,"dataChange":true,"#
                + #""stats":"{\"numRecords\":123456}"}}"#,
        ].joined(separator: "\n")
        double["b/d/_delta_log/00000000000000000000.json"] = Array((log + "\n").utf8)
        try scratch.rows("CREATE EXTERNAL TABLE d LOCATION 's3://b/d' TBLPROPERTIES ('table_type' = 'DELTA')")
        #expect(try scratch.rows("EXPLAIN SELECT i FROM d").joined().joined().contains("123456 rows"))
    }

    // MARK: Faults

    enum Cache: CaseIterable { case off, memory, disk }

    enum Fault: CaseIterable {
        case slowDown, internalError, errorInstead, hangUp, tear, duplicate, cutOff

        func spoil(_ answer: inout DoubleAnswer) {
            switch self {
            case .slowDown: answer = DoubleAnswer(503, text: "<Error><Code>SlowDown</Code></Error>")
            case .internalError: answer = DoubleAnswer(500, text: "<Error><Code>InternalError</Code></Error>")
            case .errorInstead: answer = DoubleAnswer(200, text: "<Error><Code>InternalError</Code></Error>")
            case .hangUp: answer.fault = .hangUp
            case .tear: answer.fault = .tear(after: answer.body.count / 2)
            case .duplicate: answer.body += answer.body
            case .cutOff: answer.body.removeLast(min(answer.body.count, 10))
            }
        }
    }

    @Test(arguments: Cache.allCases, Fault.allCases)
    func `a store that misbehaves changes no answer, whatever is kept`(cache: Cache, fault: Fault) throws {
        let folder = NSTemporaryDirectory() + "lode-cache-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let asking = try Self.session(double, caches: cache == .disk ? folder : nil)
        if cache == .off { try asking.rows("SET remote_cache = off") }
        try scratch.rows(
            """
            COPY (SELECT i, i % 5 AS k, md5(i::varchar) AS m FROM generate_series(1, 50000) AS g(i))
              TO 's3://b/t' (FORMAT parquet, PARTITION_BY (k))
            """)
        double.forgetRequests()
        double.tamper { request, answer in if request.number % 4 == 1 { fault.spoil(&answer) } }
        for _ in 0..<2 {
            let rows = try asking.rows("SELECT count(*), sum(i), count(DISTINCT m) FROM read_parquet('s3://b/t/*/*.parquet')")
            #expect(rows == [["50000", "1250025000", "50000"]])
        }
    }

    @Test func `an answer that stalls in the middle is asked for again`() throws {
        try scratch.rows("COPY (SELECT i, md5(i::varchar) AS m FROM generate_series(1, 50000) AS g(i)) TO 's3://b/one.parquet'")
        let stalled = Atomic(false)
        double.tamper { request, answer in
            if request.header("If-Match") == nil || stalled.exchange(true, ordering: .relaxed) { return }
            answer.fault = .stall(after: answer.body.count / 2)
        }
        let start = Date()
        #expect(try scratch.rows("SELECT count(*), sum(i), max(m) FROM read_parquet('s3://b/one.parquet')").first?[1] == "1250025000")
        #expect(stalled.load(ordering: .relaxed) && Date().timeIntervalSince(start) < 30)
    }

    @Test func `an object that is replaced between statements is read as it is then`() throws {
        for number in 1...3 {
            try scratch.rows(
                "COPY (SELECT \(number) AS n, md5(i::varchar) AS m FROM generate_series(1, 30000) AS g(i)) TO 's3://b/x.parquet'")
            let found = try scratch.rows("SELECT min(n), max(n), count(DISTINCT m) FROM read_parquet('s3://b/x.parquet')")
            #expect(found == [["\(number)", "\(number)", "30000"]])
        }
    }
}
