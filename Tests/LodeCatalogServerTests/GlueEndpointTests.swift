// AWS Glue's reading actions.

import LodeCloud
import LodeCore
import LodeHTTP
import Testing

@testable import LodeCatalogServer

@Suite struct GlueEndpointTests {
    private func warehouse() throws -> ServedWarehouse {
        let served = try ServedWarehouse()
        let hive = served.folder + "/elsewhere/hive"
        try served.rows(
            """
            CREATE SCHEMA shop COMMENT 'what is sold'; CREATE TABLE shop.orders USING iceberg AS SELECT 1 AS id, 'one' AS v;
            CREATE TABLE shop.log USING delta AS SELECT 1 AS x; CREATE TABLE shop.own USING parquet AS SELECT 1 AS x;
            CREATE VIEW shop.seen AS SELECT 1 AS x;
            COPY (SELECT * FROM (VALUES (1, 2024, 'fr'), (2, 2025, 'de'), (3, 2026, 'de')) t(id, year, country)) TO '\(hive)'
                (FORMAT parquet, PARTITION_BY (year, country));
            CREATE EXTERNAL TABLE shop.hive (id int) PARTITIONED BY (year int, country string) STORED AS PARQUET LOCATION '\(hive)';
            MSCK REPAIR TABLE shop.hive
            """)
        return served
    }

    private func table(_ served: ServedWarehouse, _ name: String) -> CloudJSON {
        served.glue("GetTable", #"{"DatabaseName": "shop", "Name": "\#(name)"}"#).json["Table"] ?? .null
    }

    @Test func `databases are the schemas that a role may look into`() throws {
        let served = try warehouse()
        let all = served.glue("GetDatabases", "{}").json["DatabaseList"]?.items.compactMap { $0["Name"]?.string }
        #expect(all == ["main", "shop"])
        #expect(served.glue("GetDatabase", #"{"Name": "shop"}"#).json["Database"]?["Description"] == "what is sold")
        let missing = served.glue("GetDatabase", #"{"Name": "other"}"#)
        #expect(missing.status == 400 && missing.json["__type"] == "EntityNotFoundException")
    }

    @Test func `tables say how they are read`() throws {
        let served = try warehouse()
        let iceberg = table(served, "orders"), delta = table(served, "log"), own = table(served, "own"), hive = table(served, "hive")
        #expect(iceberg["Parameters"]?["table_type"] == "ICEBERG" && iceberg["TableType"] == "EXTERNAL_TABLE")
        #expect(iceberg["Parameters"]?["metadata_location"]?.string?.hasSuffix("/metadata/v1.metadata.json") == true)
        #expect(delta["Parameters"]?["spark.sql.sources.provider"] == "delta" && delta["StorageDescriptor"]?["Location"]?.string != nil)
        #expect(own["Parameters"]?["table_type"] == "LODE" && own["StorageDescriptor"]?["Location"] == nil)
        #expect(hive["PartitionKeys"]?.items.compactMap { $0["Name"]?.string } == ["year", "country"])
        #expect(
            table(served, "seen")["TableType"] == "VIRTUAL_VIEW" && table(served, "seen")["ViewOriginalText"]?.string == "SELECT 1 AS x")
    }

    @Test func `tags are those of the table`() throws {
        let served = try warehouse()
        try served.rows("ALTER TABLE shop.orders SET TAGS ('team' = 'sales')")
        func tags(_ resource: String) -> CloudJSON? { served.glue("GetTags", #"{"ResourceArn": "\#(resource)"}"#).json["Tags"] }
        let account = table(served, "orders")["CatalogId"]?.string ?? ""
        #expect(tags("arn:aws:glue:eu-west-1:\(account):table/shop/orders") == ["team": "sales"])
        #expect(tags("arn:aws:glue:eu-west-1:\(account):table/shop/log") == [:] && tags("arn:aws:glue:eu-west-1:1:database/shop") == [:])
        #expect(tags("arn:aws:glue:eu-west-1:1:table/shop/nothing") == nil && tags("table/shop/orders") == nil)
    }

    @Test func `tables come in pages, and by patterns of names`() throws {
        let served = try warehouse()
        var names: [String] = [], token = ""
        repeat {
            let page = served.glue("GetTables", #"{"DatabaseName": "shop", "MaxResults": 2, "NextToken": "\#(token)"}"#).json
            names += page["TableList"]?.items.compactMap { $0["Name"]?.string } ?? []
            token = page["NextToken"]?.string ?? ""
        } while !token.isEmpty
        #expect(names == ["hive", "log", "orders", "own", "seen"])
        let some = served.glue("GetTables", #"{"DatabaseName": "shop", "Expression": "o*|seen"}"#).json["TableList"]
        #expect(some?.items.compactMap { $0["Name"]?.string } == ["orders", "own", "seen"])
        #expect(served.glue("SearchTables", #"{"SearchText": "ORD"}"#).json["TableList"]?.items.count == 1)
        #expect(served.glue("GetTableVersions", #"{"DatabaseName": "shop", "TableName": "own"}"#).json["TableVersions"]?.items.count == 1)
    }

    @Test func `partitions are found by expressions and by their values`() throws {
        let served = try warehouse()
        func partitions(_ more: String) -> [CloudJSON] {
            let answer = served.glue("GetPartitions", #"{"DatabaseName": "shop", "TableName": "hive"\#(more)}"#)
            return answer.json["Partitions"]?.items.compactMap { $0["Values"] } ?? []
        }
        #expect(partitions("").count == 3)
        #expect(partitions(#", "Expression": "year > 2024 AND country = 'de'""#) == [["2025", "de"], ["2026", "de"]])
        let segments = [0, 1].map { partitions(#", "Segment": {"SegmentNumber": \#($0), "TotalSegments": 2}"#) }
        #expect(segments.map(\.count) == [2, 1])
        let wanted = #"{"DatabaseName": "shop", "TableName": "hive", "PartitionValues": ["2024", "fr"]}"#
        let one = served.glue("GetPartition", wanted).json["Partition"]
        #expect(one?["StorageDescriptor"]?["Location"]?.string?.hasSuffix("year=2024/country=fr") == true)
        #expect(one?["StorageDescriptor"]?["Columns"]?.items.count == 1)
        let none = served.glue("GetPartition", #"{"DatabaseName": "shop", "TableName": "hive", "PartitionValues": ["1", "fr"]}"#)
        #expect(none.json["__type"] == "EntityNotFoundException")
    }

    @Test(arguments: [
        ("DeleteTable", "{}", "UnknownOperationException"), ("GetTable", "", "InvalidInputException"),
        ("GetTable", "{", "SerializationException"),
        ("GetTable", #"{"DatabaseName": 1, "Name": 2}"#, "InvalidInputException"),
        ("GetTables", #"{"DatabaseName": "main", "MaxResults": 0}"#, "InvalidInputException"),
        ("GetTables", #"{"DatabaseName": "main", "Expression": "(a+)+$"}"#, "InvalidInputException"),
        ("", "{}", "UnknownOperationException"),
        ("GetDatabase", #"{"Name": "pg_catalog"}"#, "EntityNotFoundException"),
    ]) func `what can't be answered is refused by its name`(action: String, body: String, type: String) throws {
        #expect(try ServedWarehouse().glue(action, body).json["__type"]?.string == type)
    }

    @Test func `a signature proves the role`() throws {
        let served = try ServedWarehouse(trustsLoopback: false), key = try served.key("lode")
        func status(_ secret: String) throws -> Int {
            var request = CloudRequest(
                .post, try CloudURL("http://127.0.0.1/"), headers: ["X-Amz-Target": "AWSGlue.GetDatabases"], body: Array("{}".utf8))
            SigV4(region: "eu-west-1", service: "glue").sign(
                &request, AWSCredentials(keyID: key.id, secret: Secret(secret)), seconds: CloudTime.secondsNow())
            let headers = request.headers.fields.filter { $0.name != "X-Amz-Target" }.map { HTTPHeader($0.name, $0.value) }
            return served.glue("GetDatabases", "{}", headers: headers).status
        }
        #expect(try status(key.secret) == 200)
        #expect(try status("x" + key.secret) == 403)
        #expect(served.glue("GetDatabases", "{}").status == 403)
    }
}
