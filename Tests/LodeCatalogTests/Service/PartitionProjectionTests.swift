// Partition projection: which partitions follow from a table's properties.

import LodeCore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct PartitionProjectionTests {
    /// 2024-03-15 10:30 UTC.
    static let now: Int64 = 1_710_498_600_000_000

    private func partitions(
        _ columns: [Field], _ properties: [String: String], _ predicate: ColumnPredicate? = nil
    ) throws -> [String] {
        var table = GlueTable(name: "t", databaseName: "d", tableType: .external)
        table.parameters = properties.merging(["projection.enabled": "true"]) { own, _ in own }
        table.storageDescriptor.location = "s3://b/t/"
        let projection = try #require(try PartitionProjection(table, columns, now: Self.now))
        return try projection.partitions(predicate).map(\.location)
    }

    @Test func `integers have steps and digits`() throws {
        let found = try partitions(
            [Field("n", .integer)],
            ["projection.n.type": "integer", "projection.n.range": "8,12", "projection.n.interval": "2", "projection.n.digits": "3"])
        #expect(found == ["s3://b/t/n=008", "s3://b/t/n=010", "s3://b/t/n=012"])
    }

    @Test func `values that are listed are combined, and a template says where they lie`() throws {
        let columns = [Field("a", .varchar), Field("n", .integer)]
        let properties = [
            "projection.a.type": "enum", "projection.a.values": "x, y", "projection.n.type": "integer", "projection.n.range": "1,2",
            "storage.location.template": "s3://c/${n}/${a}/",
        ]
        #expect(try partitions(columns, properties) == ["s3://c/1/x", "s3://c/2/x", "s3://c/1/y", "s3://c/2/y"])
        let one = ColumnPredicate.compare(column: "a", .equal, .text("y"))
        #expect(try partitions(columns, properties, one) == ["s3://c/1/y", "s3://c/2/y"])
    }

    @Test(arguments: [
        ("yyyy-MM-dd", "2024-02-28,2024-03-01", nil, nil, ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("yyyy/MM", "2023/11,2024/01", nil, nil, ["2023/11", "2023/12", "2024/01"]),
        ("yyyyMMddHH", "2024022823,2024022901", nil, nil, ["2024022823", "2024022900", "2024022901"]),
        ("yyyy-MM-dd", "NOW-2DAYS,NOW", nil, nil, ["2024-03-13", "2024-03-14", "2024-03-15"]),
        ("yyyy-MM-dd", "2024-01-31,2024-03-31", "1", "MONTHS", ["2024-01-31", "2024-02-29", "2024-03-31"]),
        ("yyyy", "2022,NOW", "1", "YEARS", ["2022", "2023", "2024"]),
        ("'d'yyyy-MM-dd", "d2024-01-01,d2024-01-01", nil, nil, ["d2024-01-01"]),
    ] as [(String, String, String?, String?, [String])])
    func `dates have a pattern, a range and steps`(
        format: String, range: String, interval: String?, unit: String?, expected: [String]
    ) throws {
        var properties = ["projection.d.type": "date", "projection.d.format": format, "projection.d.range": range]
        properties["projection.d.interval"] = interval
        properties["projection.d.interval.unit"] = unit
        #expect(try partitions([Field("d", .varchar)], properties) == expected.map { "s3://b/t/d=\($0)" })
    }

    @Test func `injected values are those that the statement names`() throws {
        let columns = [Field("id", .varchar)], properties = ["projection.id.type": "injected"]
        let named = ColumnPredicate.all([.isIn(column: "id", AscendingValues([.text("a"), .text("b")]))])
        #expect(try partitions(columns, properties, named) == ["s3://b/t/id=a", "s3://b/t/id=b"])
        #expect(throws: SQLError.self) { try partitions(columns, properties) }
    }

    @Test(arguments: [
        ["projection.n.type": "integer", "projection.n.range": "5"],
        ["projection.n.type": "integer", "projection.n.range": "0,9223372036854775807"],
        ["projection.n.type": "integer", "projection.n.range": "1,2", "projection.n.interval": "0"], ["projection.n.type": "enum"],
        ["projection.n.type": "date", "projection.n.format": "EEE", "projection.n.range": "NOW,NOW"], [:], ["projection.n.type": "other"],
        ["projection.n.type": "date", "projection.n.format": "yyyy", "projection.n.range": "NOW-99999999999999999999DAYS,NOW"],
    ])
    func `properties that make no sense are named`(properties: [String: String]) throws {
        #expect(throws: SQLError.self) { try partitions([Field("n", .bigint)], properties) }
    }
}
