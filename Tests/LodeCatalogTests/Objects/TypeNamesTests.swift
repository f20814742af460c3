/// Types by number and name.

import LodeCore
import Testing

@testable import LodeCatalog

@Suite struct TypeNamesTests {
    @Test(arguments: [
        (23, Int32(-1), "integer"), (1043, 24, "character varying(20)"), (1700, 786438, "numeric(12,2)"), (1007, -1, "integer[]"),
        (1184, -1, "timestamp with time zone"), (18, -1, "\"char\""), (1042, 5, "character(1)"), (26, -1, "oid"),
    ])
    func `types are called as SQL calls them`(number: Int64, modifier: Int32, text: String) {
        #expect(TypeNames.text(number, modifier: modifier) == text)
    }

    @Test(arguments: [
        ("integer", Int64(23)), ("character varying(20)", 1043), ("timestamp (3) with time zone", 1184), ("double precision", 701),
    ])
    func `and are found by these names`(text: String, number: Int64) { #expect(TypeNames.number(text) == number) }

    @Test func `every type that goes over the wire is listed`() throws {
        let types: [SQLType] = [
            .boolean, .smallint, .integer, .bigint, .real, .double, .decimal(precision: 10, scale: 2), .varchar, .char(3), .varbinary,
            .date, .time, .timestamp, .timestamptz, .interval, .uuid, .json,
        ]
        for type in types + types.map { .list($0) } + CatalogType.allCases.map({ .catalog($0) }) {
            let found = try #require(TypeRows.type(Int64(WireType(type).id)), "\(type)")
            #expect(found.length == Int64(WireType(type).size), "\(type)")
        }
    }
}
