/// Names of managed data files are unique and known again.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct ManagedFileNameTests {
    @Test func `names are unique and recognized`() {
        let names = Set((0..<1_000).map { _ in ManagedFileName.make(fileExtension: "parquet") })
        #expect(names.count == 1_000)
        #expect(names.allSatisfy { ManagedFileName.matches($0) })
    }

    @Test(arguments: [
        "data-1.parquet", "data.parquet", "part-0000000000000000-0000000000000000.parquet", "data-0000000000000000-000000000000000g.csv",
        "",
    ])
    func `other names are not ours`(name: String) { #expect(!ManagedFileName.matches(name)) }

    @Test func `paths hold the partition's folder`() {
        let path = ManagedFileName.path(in: "w/t/", [Field("d", .date)], [.null], fileExtension: "csv.zst")
        #expect(path.hasPrefix("w/t/d=__HIVE_DEFAULT_PARTITION__/data-"))
        #expect(path.hasSuffix(".csv.zst"))
    }
}
