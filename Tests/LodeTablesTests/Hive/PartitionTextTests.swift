/// Partition values as text, by type.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct PartitionTextTests {
    static let values: [(Value, SQLType, String)] = [
        (.boolean(true), .boolean, "true"), (.integer(-128), .tinyint, "-128"), (.integer(.min), .bigint, "-9223372036854775808"),
        (.decimal(-105, scale: 2), .decimal(precision: 5, scale: 2), "-1.05"), (.double(0.1), .double, "0.1"),
        (.date(19753), .date, "2024-01-31"), (.date(-719_529), .date, "-0001-12-31"),
        (.time(45_000_250_000), .time, "12:30:00.25"), (.timestamp(-1), .timestamp, "1969-12-31 23:59:59.999999"),
        (.timestamp(1_706_704_200_000_000), .timestamptz, "2024-01-31 12:30:00"), (.bytes([0, 255]), .varbinary, "00ff"),
        (.uuid(1), .uuid, "00000000-0000-0000-0000-000000000001"), (.text("x"), .varchar, "x"),
        (.timestampNanos(-1), .timestampNanos, "1969-12-31 23:59:59.999999999"),
        (.timestampNanos(1_704_067_200_123_456_789), .timestampNanos, "2024-01-01 00:00:00.123456789"),
        (.timestampNanos(1_500_000_000), .timestamptzNanos, "1970-01-01 00:00:01.5"), (.timestampNanos(.max), .timestampNanos, "infinity"),
    ]

    @Test(arguments: values) func `a value reads back`(value: Value, type: SQLType, text: String) {
        #expect(PartitionText.write(value) == text)
        #expect(PartitionText.read(text, as: type) == value)
    }

    @Test(arguments: [
        ("128", SQLType.tinyint), ("2147483648", .integer), ("1.5", .bigint), ("2024-02-30", .date),
        ("2024-13-01", .date), ("24-01-01", .date), ("25:00", .time), ("2024-01-01 1", .timestamp), ("yes", .boolean),
        ("1.234", .decimal(precision: 5, scale: 2)), ("1000", .decimal(precision: 5, scale: 2)), ("-", .decimal(precision: 5, scale: 2)),
        ("0g", .varbinary), ("abc", .varbinary), ("xyz", .uuid), ("1 day", .interval), 
        ("2024-01-01 00:00:00.1234567890", .timestampNanos), ("2300-01-01", .timestampNanos),
        ("2024-01-01 00:00:00.123456789", .timestamp), ("99999999-01-01", .date),
    ])
    func `text of another type is refused`(text: String, type: SQLType) { #expect(PartitionText.read(text, as: type) == nil) }

    @Test func `every day of two centuries reads back`() {
        for day in stride(from: Int32(-40_000), to: 40_000, by: 17) {
            #expect(PartitionText.read(PartitionText.write(.date(day)), as: .date) == .date(day))
        }
    }
}
