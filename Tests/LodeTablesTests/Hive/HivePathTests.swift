/// Partition folders: there and back, whatever the values hold.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct HivePathTests {
    static let nasty = [
        "a=b/c%20d", "x", "naïve café", "日本", "{[^]}", "tab\there", "new\nline", "\"quoted\"", "a:b?c*d#e'f\\g", "..", ".", "%", "%%2",
        "%41", " leading", "trailing ", "__HIVE_DEFAULT_PARTITION__", "\u{7F}", "_under", ".dot",
    ]

    @Test(arguments: nasty) func `a value comes back as it was`(text: String) throws {
        let column = Field("key", .varchar)
        let folder = HivePath.folder([column], [.text(text)])
        #expect(!folder.contains("/"))
        let (key, value) = try #require(HivePath.split(folder))
        #expect(key == "key")
        #expect(value == text)
        #expect(!HivePath.isHidden(folder))
    }

    @Test(arguments: nasty) func `a column name comes back as it was`(name: String) throws {
        let folder = HivePath.folder([Field(name, .integer)], [.integer(1)])
        #expect(try #require(HivePath.split(folder)).key == name)
        #expect(!HivePath.isHidden(folder))
    }

    @Test func `NULL becomes the default partition, and the empty text a folder without a value`() throws {
        let null = HivePath.folder([Field("k", .varchar)], [.null])
        #expect(null == "k=__HIVE_DEFAULT_PARTITION__")
        #expect(try #require(HivePath.split(null)).value == nil)
        for empty in [Value.text(""), .bytes([])] {
            let folder = HivePath.folder([Field("k", .varchar)], [empty])
            #expect(folder == "k=")
            #expect(try #require(HivePath.split(folder)).value == "")
        }
        #expect(PartitionText.read("", as: .varbinary) == .bytes([]))
    }

    @Test func `no text behind the key is the empty text`() throws {
        #expect(try #require(HivePath.split("k=")).value == "")
        #expect(PartitionText.read("", as: .varchar) == .text(""))
        #expect(PartitionText.read("", as: .bigint) == .null && PartitionText.read("", as: .date) == .null)
        let found = try #require(try HiveInference(paths: ["t/k=/a", "t/k=1/a", "t/k=__HIVE_DEFAULT_PARTITION__/a"]))
        #expect(found.columns == [Field("k", .varchar)] && found.values == [[.text("")], [.text("1")], [.null]])
    }

    @Test func `files outside of the folders have NULL where partitions are asked for`() throws {
        let paths = ["t/day=1/a", "t/b", "t/region=x/day=2/c"]
        #expect(try HiveInference(paths: paths) == nil)
        let found = try #require(try HiveInference(paths: paths, isWanted: true))
        #expect(found.columns == [Field("day", .bigint), Field("region", .varchar)])
        #expect(found.values == [[.integer(1), .null], [.null, .null], [.integer(2), .text("x")]])
    }

    @Test func `several columns nest`() {
        let columns = [Field("date", .date), Field("region", .varchar)]
        #expect(HivePath.folder(columns, [.date(19753), .text("a/b")]) == "date=2024-01-31/region=a%2Fb")
        let pairs = HivePath.pairs(inPath: "/data/date=2024-01-31/region=a%2Fb/file=1.csv")
        #expect(pairs.map(\.key) == ["date", "region"])
        #expect(pairs.map(\.value) == ["2024-01-31", "a/b"])
    }

    @Test(arguments: ["plain", "=x", ""]) func `other folders are no partitions`(name: String) {
        #expect(HivePath.split(name) == nil)
    }

    @Test func `hidden names are left out and partitions by an underscored column are not`() {
        #expect(HivePath.isHidden("_SUCCESS"))
        #expect(HivePath.isHidden(".part.crc"))
        #expect(!HivePath.isHidden("_date=1"))
        #expect(!HivePath.isHidden("part-0"))
    }
}
