/// What transforms make of values, and what partitions say of columns.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct IcebergTransformTests {
    /// - Source: Iceberg spec, "Appendix B: 32-bit Hash Requirements".
    @Test func `hashes are those of the specification`() {
        let noon = micros(2017, 11, 16) + (22 * 3600 + 31 * 60 + 8) * 1_000_000
        let cases: [(Value, Int32)] = [
            (.integer(34), 2_017_239_379), (.decimal(1420, scale: 2), -500_754_589),
            (.date(Int32(CivilDate.days(year: 2017, month: 11, day: 16))), -653_330_422),
            (.time((22 * 3600 + 31 * 60 + 8) * 1_000_000), -662_762_989), (.timestamp(noon), -2_047_944_441),
            (.timestamp(noon + 1), -1_207_196_810), (.timestampNanos(noon * 1000), -2_047_944_441),
            (.timestampNanos((noon + 1) * 1000 + 1), -1_207_196_810), (.text("iceberg"), 1_210_000_089),
            (.uuid(0xf79c_3e09_677c_4bbd_a479_3f34_9cb7_85e7), 1_488_055_340), (.bytes([0, 1, 2, 3]), -188_683_207),
        ]
        for (value, hash) in cases { #expect(IcebergTransform.hash(value) == hash, "\(value)") }
    }

    @Test func `buckets are those of pyiceberg`() {
        let cases: [(Value, SQLType, Int64)] = [
            (.integer(0), .integer, 666_669), (.integer(-1), .integer, 855_759), (.integer(.max), .bigint, 977_479),
            (.integer(.min), .bigint, 269_731), (.text(""), .varchar, 0), (.text("a"), .varchar, 81_823),
            (.text("ab"), .varchar, 555_948), (.text("abc"), .varchar, 156_744), (.text("abcde"), .varchar, 22_949),
            (.text("grün🙂"), .varchar, 515_744), (.bytes([]), .varbinary, 0), (.bytes([0xff, 0, 1]), .varbinary, 162_744),
            (.decimal(0, scale: 2), .decimal(precision: 9, scale: 2), 72_635),
            (.decimal(-128, scale: 2), .decimal(precision: 9, scale: 2), 98_876),
            (.decimal(-129, scale: 2), .decimal(precision: 9, scale: 2), 940_676),
            (.decimal(128, scale: 2), .decimal(precision: 9, scale: 2), 72_317),
            (.decimal(99_999_999_999_999_999_999_999_999_999_999_999_999, scale: 0), .decimal(precision: 38, scale: 0), 512_613),
            (.uuid(0xf79c_3e09_677c_4bbd_a479_3f34_9cb7_85e7), .uuid, 50_876),
        ]
        for (value, type, bucket) in cases {
            #expect(IcebergTransform("bucket[1000003]").apply(value, type) == .integer(bucket), "\(value)")
        }
    }

    @Test func `periods begin before 1970 as after it`() {
        let stamps: [(Int64, [Int64])] = [
            (-1, [-1, -1, -1, -1]), (0, [0, 0, 0, 0]), (1_684_326_896_789_000, [53, 640, 19494, 467_868]),
            (-12_212_553_600_000_000, [-387, -4644, -141_349, -3_392_376]), (-31_536_000_000_000, [-1, -12, -365, -8760]),
        ]
        for (stamp, parts) in stamps {
            #expect(IcebergTransform.year.apply(.timestamp(stamp), .timestamp) == .integer(parts[0]))
            #expect(IcebergTransform.month.apply(.timestamp(stamp), .timestamptz) == .integer(parts[1]))
            #expect(IcebergTransform.day.apply(.timestamp(stamp), .timestamp) == .date(Int32(parts[2])))
            #expect(IcebergTransform.hour.apply(.timestamp(stamp), .timestamp) == .integer(parts[3]))
        }
        for (day, year, month) in [(-1, -1, -1), (0, 0, 0), (19782, 54, 649), (-3685, -11, -122)] as [(Int32, Int64, Int64)] {
            #expect(IcebergTransform.year.apply(.date(day), .date) == .integer(year))
            #expect(IcebergTransform.month.apply(.date(day), .date) == .integer(month))
            #expect(IcebergTransform.day.apply(.date(day), .date) == .date(day))
        }
        #expect(IcebergTransform.hour.resultType(of: .date) == nil)
    }

    @Test func `values are truncated downwards, texts by code points`() {
        let cases: [(Int64, Value, SQLType, Value)] = [
            (10, .integer(-1), .integer, .integer(-10)), (10, .integer(-10), .integer, .integer(-10)),
            (10, .integer(-11), .integer, .integer(-20)), (7, .integer(20), .bigint, .integer(14)),
            (3, .text("grün"), .varchar, .text("grü")), (2, .text("🙂🙂🙂"), .varchar, .text("🙂🙂")),
            (2, .bytes([1, 2, 3]), .varbinary, .bytes([1, 2])),
            (50, .decimal(1065, scale: 2), .decimal(precision: 9, scale: 2), .decimal(1050, scale: 2)),
            (50, .decimal(-5, scale: 2), .decimal(precision: 9, scale: 2), .decimal(-50, scale: 2)),
        ]
        for (width, value, type, expected) in cases { #expect(IcebergTransform("truncate[\(width)]").apply(value, type) == expected) }
        #expect(IcebergTransform("truncate[10]").apply(.integer(.min), .bigint) == nil, "the start lies below the type")
    }

    @Test func `what can't be read is an unknown transform`() {
        for text in ["bucket", "bucket[0]", "bucket[-1]", "truncate[x]", "zorder", "bucket[99999999999999999999]", ""] {
            #expect(IcebergTransform(text) == .unknown(text))
            #expect(IcebergTransform(text).resultType(of: .integer) == nil)
        }
        for text in ["identity", "bucket[16]", "truncate[3]", "year", "month", "day", "hour", "void"] {
            #expect(IcebergTransform(text).text == text)
        }
    }

    private func micros(_ year: Int64, _ month: Int, _ day: Int) -> Int64 {
        CivilDate.days(year: year, month: month, day: day) * CivilDate.microsPerDay
    }
}
