/// Defaults are constants in SQL, and values in the metadata.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct IcebergDefaultTests {
    private static let cases: [(String, IcebergType, Value)] = [
        ("5", .int, .integer(5)), ("-5", .long, .integer(-5)), ("1.25", .double, .double(1.25)), ("TRUE", .boolean, .boolean(true)),
        ("-1.5", .decimal(precision: 8, scale: 2), .decimal(-150, scale: 2)), ("'it''s'", .string, .text("it's")),
        ("DATE '2024-01-31'", .date, .date(19_753)), ("'2024-01-31'", .date, .date(19_753)),
        ("TIMESTAMP '1970-01-01 00:00:01'", .timestamp, .timestamp(1_000_000)),
    ]

    @Test func `constants are read, written and read again`() throws {
        for (sql, type, wanted) in Self.cases {
            let value = try IcebergDefault.value(sql, type, of: "c")
            #expect(value == wanted, "\(sql)")
            let json = try #require(type.json(of: value))
            #expect(try type.value(json: json.json) == wanted, "\(json.json)")
            let text = try #require(IcebergDefault.sql(value, type))
            #expect(try IcebergDefault.value(text, type, of: "c") == wanted, "\(text)")
        }
    }

    @Test(arguments: ["1 + 1", "now()", "'a' || 'b'", "5", "x", ""]) func `what is no constant of the type is refused`(sql: String) {
        let error = #expect(throws: SQLError.self) { try IcebergDefault.value(sql, .date, of: "c") }
        #expect(error?.state == .featureNotSupported)
    }
}
