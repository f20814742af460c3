// Queries over files in an object store that misbehaves: every result is right, or fails clearly in bounded time.

import CloudDouble
import Foundation
import LodeCloud
import LodeCore
import LodeObjectStore
import Synchronization
import Testing

@testable import LodeEngine

@Suite struct RemoteFilesTests {
    private let double: S3Double
    private let scratch: ScratchSession

    init() throws {
        double = try S3Double(pageSize: 7)
        scratch = try Self.session(double)
    }

    private static func session(_ double: S3Double, _ more: [String: String] = [:]) throws -> ScratchSession {
        let keys = ["AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "hush"]
        let environment = CloudEnvironment(
            variables: (more.isEmpty ? keys : more).merging(["AWS_ENDPOINT_URL": double.url, "AWS_EC2_METADATA_DISABLED": "true"]) { $1 })
        return try ScratchSession(stores: StoreRegistry(environment: environment))
    }

    private func fill() throws {
        try scratch.rows(
            """
            COPY (SELECT i, i % 3 AS k, md5(i::varchar) AS m FROM generate_series(1, 30000) AS g(i))
              TO 's3://b/t' (FORMAT parquet, PARTITION_BY (k));
            COPY (SELECT i, i % 7 AS d FROM generate_series(1, 30000) AS g(i)) TO 's3://b/c/1.csv';
            """)
    }

    private static let question = """
        SELECT count(*), sum(t.i), count(DISTINCT m), sum(d)
        FROM read_parquet('s3://b/t/*/*.parquet') AS t JOIN read_csv('s3://b/c/*.csv') AS c USING (i)
        """
    private static let answer = [["30000", "450015000", "30000", "90000"]]

    @Test func `files are written, listed, read and replaced`() throws {
        try fill()
        #expect(double.paths.count == 4 && double.openUploads == 0)
        #expect(try scratch.rows(Self.question) == Self.answer)
        #expect(
            try scratch.rows("SELECT k, count(*) FROM read_parquet('s3://b/t') GROUP BY k ORDER BY k") == [
                ["0", "10000"], ["1", "10000"], ["2", "10000"],
            ])
        try scratch.rows("COPY (SELECT 1 AS i, 5 AS k) TO 's3://b/t' (FORMAT parquet, PARTITION_BY (k), OVERWRITE)")
        #expect(try scratch.rows("FROM read_parquet('s3://b/t')") == [["1", "5"]])
        #expect(scratch.error("COPY (SELECT 1 AS i, 5 AS k) TO 's3://b/t' (FORMAT parquet, PARTITION_BY (k))")?.state == .duplicateFile)
    }

    @Test func `a Delta table is found by its log`() throws {
        let schema = #"{\"type\":\"struct\",\"fields\":[{\"name\":\"i\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}"#
        func commit(_ version: Int, _ lines: [String]) -> String {
            """
            COPY (SELECT l FROM (VALUES \(lines.map { "('\($0)')" }.joined(separator: ", "))) AS v(l))
              TO 's3://b/d/_delta_log/0000000000000000000\(version).json' (FORMAT csv, HEADER false, QUOTE E'\\x02', DELIMITER E'\\x01');
            """
        }
        try scratch.rows(
            commit(
                0,
                [
                    #"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"#,
                    #"{"metaData":{"id":"m","schemaString":"\#(schema)","partitionColumns":[],"configuration":{}}}"#,
                    #"{"add":{"path":"a.parquet","partitionValues":{},"size":400,"modificationTime":1}}"#,
                ]) + commit(1, [#"{"add":{"path":"s3://b/d/b.parquet","partitionValues":{},"size":400,"modificationTime":1}}"#])
                + """
                COPY (SELECT 1::bigint AS i) TO 's3://b/d/a.parquet';
                COPY (SELECT 2::bigint AS i) TO 's3://b/d/b.parquet';
                """)
        #expect(try scratch.rows("SELECT sum(i) FROM delta_scan('s3://b/d')") == [["3"]])
        #expect(try scratch.rows("SELECT sum(i) FROM 's3://b/d/'") == [["3"]])
        #expect(try scratch.rows("SELECT sum(i) FROM delta_scan('s3://b/d', version => 0)") == [["1"]])
    }

    @Test func `a statement that fails in the middle leaves nothing`() throws {
        #expect(
            scratch.error("COPY (SELECT 1 / (300000 - i) AS x, md5(i::varchar) FROM generate_series(1, 400000) AS g(i)) TO 's3://b/x.csv'")?
                .state == .divisionByZero)
        #expect(double.paths == [] && double.openUploads == 0)
    }

    @Test func `one file is read by three requests at most, and the receipt tells of them`() throws {
        try scratch.rows(
            "COPY (SELECT i, md5(i::varchar) AS m, random() AS r FROM generate_series(1, 100000) AS g(i)) TO 's3://b/x.parquet'")
        double.forgetRequests()
        #expect(try scratch.rows("SELECT sum(i) FROM read_parquet('s3://b/x.parquet')") == [["5000050000"]])
        #expect(double.requests.count <= 3)
        let plan = try scratch.rows("EXPLAIN ANALYZE SELECT sum(i) FROM read_parquet('s3://b/x.parquet')").joined().joined()
        #expect(plan.contains("1 request, ") && plan.contains(" from the cache"))
        #expect(try scratch.rows("SET remote_cache = off; EXPLAIN ANALYZE SELECT sum(i) FROM read_parquet('s3://b/x.parquet')")
            .joined().joined().contains(" requests, "))
    }

    @Test(arguments: [
        DoubleAnswer(503, text: "<Error><Code>SlowDown</Code></Error>"),
        DoubleAnswer(500, text: "<Error><Code>InternalError</Code></Error>"),
        DoubleAnswer(200, text: "<Error><Code>InternalError</Code></Error>"), DoubleAnswer(200, text: "<html></html>"),
        DoubleAnswer(200, [], fault: .hangUp), DoubleAnswer(206, [1, 2, 3], fault: .tear(after: 1)),
    ])
    func `answers in place of the right ones change no result`(trouble: DoubleAnswer) throws {
        double.intercept { $0.number % 4 == 2 && $0.method != "HEAD" ? trouble : nil }
        try fill()
        #expect(try scratch.rows(Self.question) == Self.answer)
        #expect(double.paths.count == 4 && double.openUploads == 0)
    }

    @Test func `a store that is down fails the statement, and says who`() throws {
        try fill()
        double.intercept { _ in DoubleAnswer(503, text: "<Error><Code>SlowDown</Code></Error>") }
        let start = Date()
        let error = scratch.error("SET statement_timeout = '20s'; SELECT count(*) FROM read_parquet('s3://b/t/k=1/data_0.parquet')")
        #expect(error?.state == .ioError && Date().timeIntervalSince(start) < 15)
    }

    @Test func `credentials that expire in the middle of a scan are renewed`() throws {
        try fill()
        let issued = Atomic(0)
        let metadata = try CloudDouble { _ in
            let number = issued.add(1, ordering: .relaxed).newValue
            return DoubleAnswer(
                200, text: #"{"AccessKeyId":"K\#(number)","SecretAccessKey":"hush","Token":"T","Expiration":"2099-01-01T00:00:00Z"}"#)
        }
        let other = try Self.session(double, ["AWS_CONTAINER_CREDENTIALS_FULL_URI": metadata.url])
        // Each key is good for three requests.
        let uses = Mutex<[String: Int]>([:])
        double.intercept { request in
            let key = request.header("Authorization")?.split(separator: "/").first.map(String.init) ?? ""
            let count = uses.withLock { uses in
                uses[key, default: 0] += 1
                return uses[key, default: 0]
            }
            return count > 3 ? DoubleAnswer(400, text: "<Error><Code>ExpiredToken</Code><Message>old</Message></Error>") : nil
        }
        #expect(try other.rows(Self.question) == Self.answer)
        #expect(issued.load(ordering: .relaxed) > 1)
    }

    @Test func `no secret is in what a session leaves behind`() throws {
        try scratch.rows("CREATE SECRET s (TYPE s3, KEY_ID 'K', SECRET 'Geheim1', SESSION_TOKEN 'Geheim2', SCOPE 's3://b')")
        var said = ""
        for sql in [
            "SELECT * FROM read_parquet('s3://b/none.parquet')", "CREATE SECRET s (TYPE s3, SECRET 'Geheim1', KEY_ID 'K')",
            "CREATE SECRET u (TYPE s3, SECRET_KEY 'Geheim1')",
        ] { said += "\(scratch.error(sql).map { "\($0)" } ?? "")" }
        for sql in [
            "FROM duckdb_secrets()", "FROM lode.secrets", "SELECT text, error_message FROM lode.query_history", "SHOW ALL",
            "SELECT query FROM pg_stat_activity", "EXPLAIN FROM duckdb_secrets()",
        ] { said += try scratch.rows(sql).joined().joined(separator: " ") }
        #expect(said.contains("redacted") && !said.contains("Geheim"))
        for case let name as String in FileManager.default.enumerator(atPath: scratch.folder) ?? .init() {
            guard let data = FileManager.default.contents(atPath: "\(scratch.folder)/\(name)") else { continue }
            #expect(data.range(of: Data("Geheim".utf8)) == nil, "\(name)")
        }
    }
}
