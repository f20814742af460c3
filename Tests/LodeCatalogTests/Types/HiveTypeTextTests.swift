/// Type strings of catalogs, both ways.

import LodeCore
import Testing

@testable import LodeCatalog

@Suite struct HiveTypeTextTests {
    static let types: [SQLType] = [
        .null, .boolean, .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal(precision: 12, scale: 2), .varchar,
        .char(3), .varbinary, .date, .time, .timestamp, .timestamptz, .timestampNanos, .timestamptzNanos,
        .interval, .uuid, .json, .list(.list(.integer)),
        .map(key: .varchar, value: .list(.double)), .structure([]),
        .structure([Field("a", .integer), Field("odd name:`x`", .structure([Field("b", .timestamptz)])), Field("c", .varchar)]),
    ]

    @Test(arguments: types) func `a type reads back`(type: SQLType) throws {
        #expect(try HiveTypeText.read(HiveTypeText.write(type)) == type)
    }

    @Test(arguments: [
        ("INT", SQLType.integer), (" decimal( 10 , 2 ) ", .decimal(precision: 10, scale: 2)), ("varchar(20)", .varchar),
        ("decimal", .decimal(precision: 10, scale: 0)), ("timestamp(3)", .timestamp),
        ("timestamp(9)", .timestampNanos), ("timestamp with time zone", .timestamptz),
        ("array<struct<A:int>>", .list(.structure([Field("A", .integer)]))), ("struct<a b:int>", .structure([Field("a b", .integer)])),
    ])
    func `other spellings are understood`(text: String, type: SQLType) throws { #expect(try HiveTypeText.read(text) == type) }

    @Test(arguments: [
        "", "array", "array<", "array<int", "array<int>>", "map<int>", "struct<a>", "struct<a:>", "struct<`a:int>", "decimal(39,0)",
        "decimal(5,6)", "decimal(x)", "char", "char(0)", "int int", "decimal(99999999999999999999)",
        String(repeating: "array<", count: 10_000),
    ])
    func `broken type strings are refused`(text: String) { #expect(throws: SQLError.self) { try HiveTypeText.read(text) } }

    @Test func `an unknown type names the nearest one`() {
        let error = #expect(throws: SQLError.self) { try HiveTypeText.read("bigit") }
        #expect(error?.hint?.contains("bigint") == true)
    }
}
