// A warehouse in an object store: every statement that writes writes there.

import CloudDouble
import LodeCloud
import LodeCore
import LodeObjectStore
import Testing

@testable import LodeEngine

@Suite struct ObjectWarehouseTests {
    private let double: S3Double
    private let scratch: ScratchSession

    init() throws {
        double = try S3Double()
        let environment = CloudEnvironment(
            variables: ["AWS_ENDPOINT_URL": double.url, "AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "hush"])
        scratch = try ScratchSession(stores: StoreRegistry(environment: environment), warehouse: "s3://lake/wh", format: "parquet")
    }

    /// Data files in the bucket, without their random names.
    private func folders() -> [String] {
        double.paths.filter { !$0.contains("/_lode/") }.map { StorePath.parent($0) }
    }

    private static let question = "SELECT k, count(*), sum(i), sum(v) FROM t GROUP BY k ORDER BY k"

    private func fill() throws {
        try scratch.rows(
            """
            CREATE TABLE t PARTITIONED BY (k) AS SELECT i, 0 AS v, i % 3 AS k FROM generate_series(1, 30) AS g(i);
            INSERT INTO t SELECT 100, 1, 5;
            UPDATE t SET v = 7 WHERE k = 1;
            DELETE FROM t WHERE k = 2 AND i < 20;
            MERGE INTO t USING (SELECT 3 AS i, 9 AS v) AS s ON t.i = s.i WHEN MATCHED THEN UPDATE SET v = s.v;
            INSERT OVERWRITE t SELECT 1000, 2, 5;
            """)
    }

    private static let answer = [["0", "10", "165", "9"], ["1", "10", "145", "70"], ["2", "4", "98", "0"], ["5", "1", "1000", "2"]]

    @Test func `tables are created, filled and changed in the bucket`() throws {
        try fill()
        #expect(try scratch.rows(Self.question) == Self.answer)
        #expect(folders().allSatisfy { $0.hasPrefix("lake/wh/main/t/k=") })
        try scratch.rows("VACUUM RETAIN 0 HOURS")
        #expect(folders().sorted() == ["lake/wh/main/t/k=0", "lake/wh/main/t/k=1", "lake/wh/main/t/k=2", "lake/wh/main/t/k=5"])
        #expect(try scratch.rows(Self.question) == Self.answer)
        try scratch.rows("DROP TABLE t")
        #expect(folders() == [])
    }

    @Test func `Delta tables are created, filled and changed in the bucket`() throws {
        try scratch.rows("SET default_table_format = delta")
        try fill()
        #expect(try scratch.rows(Self.question) == Self.answer)
        #expect(double.paths.contains { $0.contains("/_delta_log/00000000000000000005.json") })
        try scratch.rows("DROP TABLE t")
        #expect(folders() == [])
    }

    @Test func `a statement that fails leaves no file`() throws {
        try scratch.rows("CREATE TABLE t AS SELECT 1 AS i")
        let before = double.paths
        #expect(scratch.error("INSERT INTO t SELECT 1 / (20000 - i) FROM generate_series(1, 30000) AS g(i)")?.state == .divisionByZero)
        #expect(double.paths == before && double.openUploads == 0)
        double.intercept { $0.method == "PUT" && $0.path.contains("/_lode/") ? DoubleAnswer(403) : nil }
        #expect(scratch.error("INSERT INTO t SELECT 2")?.state == .insufficientPrivilege)
        double.intercept { _ in nil }
        #expect(double.paths == before)
        #expect(try scratch.rows("FROM t") == [["1"]])
    }

    @Test func `files of a table that goes are deleted by one request, its manifests by another`() throws {
        try scratch.rows("CREATE TABLE t PARTITIONED BY (k) AS SELECT i, i % 20 AS k FROM generate_series(1, 100) AS g(i)")
        double.forgetRequests()
        try scratch.rows("DROP TABLE t")
        #expect(double.requests.filter { $0.method == "POST" && $0.query["delete"] != nil }.count == 2)
        #expect(folders() == [])
    }

    @Test func `a catalog that is lost comes back from the bucket`() throws {
        try fill()
        let other = Engine(
            warehouse: "s3://lake/wh", catalogFile: scratch.folder + "/other.sqlite", stores: scratch.session.engine.stores)
        let report = try other.rebuildCatalog(overwrites: false)
        #expect(report.problems == [] && report.tables == 1)
        let sink = TextRows()
        _ = try Session(engine: other).executeAll(Self.question, into: sink)
        #expect(sink.rows == Self.answer)
    }

    @Test func `what is copied into a folder of the warehouse is nobody's orphan`() throws {
        try scratch.rows(
            """
            CREATE TABLE t AS SELECT 1 AS i;
            COPY (SELECT 1 AS i, 2 AS k) TO 's3://lake/wh/out/x' (FORMAT parquet, PARTITION_BY (k), APPEND);
            VACUUM RETAIN 0 HOURS;
            """)
        #expect(try scratch.rows("FROM read_parquet('s3://lake/wh/out/x/*/*.parquet')") == [["1", "2"]])
    }

    @Test func `warehouses elsewhere are refused by name`() throws {
        for place in ["gs://b/w", "https://host/w", "az://b/w"] {
            #expect(throws: SQLError.self) { try Engine.checkWarehouse(place) }
        }
        for place in ["s3://b", "s3a://b/w", "/tmp/w", "w", "file:///tmp/w"] { try Engine.checkWarehouse(place) }
    }
}
