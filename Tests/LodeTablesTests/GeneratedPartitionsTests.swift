// What partition values tell of the columns that they are computed from.

import LodeCore
import LodeTables
import Testing

@Suite struct GeneratedPartitionsTests {
    private static let schema = Schema([Field("ts", .timestamp), Field("tz", .timestamptz), Field("d", .date), Field("n", .integer)])

    private static func bounds(_ expression: String, of column: String, _ type: SQLType, _ value: Value) -> ColumnStatistics? {
        GeneratedPartitions(["p": expression], schema, partitionColumns: [Field("p", type)]).statistics(of: column, [value])
    }

    private static let day = Value.date(19_753)
    private static let midnight = Int64(19_753) * 86_400_000_000

    @Test func `a day bounds a timestamp`() {
        for text in ["CAST(ts AS date)", "cast(\"ts\" as DATE)", "date(ts)", "(CAST(ts AS date))", "to_date(ts)", "date_trunc('day', ts)"] {
            let known = Self.bounds(text, of: "TS", .date, Self.day)
            #expect(known?.minimum == .timestamp(Self.midnight), "\(text)")
            #expect(known?.maximum == .timestamp(Self.midnight + 86_400_000_000 - 1), "\(text)")
        }
    }

    @Test func `an instant may be on the day before or after`() {
        let known = Self.bounds("CAST(tz AS date)", of: "tz", .date, Self.day)
        #expect(known?.minimum == .timestamp(Self.midnight - 86_400_000_000))
        #expect(known?.maximum == .timestamp(Self.midnight + 2 * 86_400_000_000 - 1))
    }

    @Test func `a year bounds a date, and a month within it more closely`() {
        #expect(Self.bounds("year(d)", of: "d", .integer, .integer(2024))?.minimum == .date(19_723))
        let both = GeneratedPartitions(
            ["y": "year(d)", "m": "EXTRACT(month FROM d)"], Self.schema, partitionColumns: [Field("m", .integer), Field("y", .integer)])
        let known = both.statistics(of: "d", [.integer(2), .integer(2024)])
        #expect(known?.minimum == .date(19_754))
        #expect(known?.maximum == .date(19_784))
        #expect(Self.bounds("month(d)", of: "d", .integer, .integer(2)) == nil)
    }

    @Test func `NULL comes from NULL`() {
        #expect(Self.bounds("CAST(ts AS date)", of: "ts", .date, .null)?.nullCount == 1)
    }

    @Test func `of other expressions nothing is concluded`() {
        let others = ["CAST(ts + INTERVAL '1 day' AS date)", "n % 10", "CAST(n AS date)", "date_trunc('decade', ts)", "", "(", "CAST(ts AS"]
        for text in others {
            #expect(Self.bounds(text, of: "ts", .date, Self.day) == nil, "\(text)")
        }
        #expect(Self.bounds("CAST(ts AS date)", of: "d", .date, Self.day) == nil)
        #expect(Self.bounds("year(d)", of: "d", .integer, .integer(.max)) == nil)
    }
}
