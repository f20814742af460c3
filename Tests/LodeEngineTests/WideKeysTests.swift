// Keys of any number of columns: grouping, sets, joins, windows and sorts.

import Testing

@testable import LodeEngine

/// What a column of a wide relation holds.
enum WideColumn: String, CaseIterable {
    /// Texts too long for their lanes.
    case text = "'a text that is not held inline ' || (i + {k})::varchar"
    case integer = "i + {k}"
    /// NULL in every second row.
    case nullable = "CASE WHEN i % 2 = 0 THEN (i + {k})::smallint END"
    case mixed = "CASE {k} % 3 WHEN 0 THEN i::double WHEN 1 THEN NULL ELSE i + {k} END"

    /// Rows 0 ..< `rows` of `width` columns c0, c1, …
    func relation(_ width: Int, rows: Int) -> String {
        let columns = list(width) { rawValue.replacing("{k}", with: String($0)) + " AS c\($0)" }
        return "(SELECT \(columns) FROM range(\(rows)) t(i))"
    }
}

private func list(_ width: Int, separator: String = ", ", _ item: (Int) -> String) -> String {
    (0..<width).map(item).joined(separator: separator)
}

@Suite struct WideKeysTests {
    private static let widths = [33, 64, 300]

    private func single(_ sql: String) throws -> String { try ScratchSession().rows("SELECT count(*) FROM \(sql)").first?.first ?? "" }

    /// Of rows 0 to 4, those with odd numbers are one where every second row is NULL.
    private func distinctRows(_ column: WideColumn) -> String { column == .nullable ? "4" : "5" }

    @Test(arguments: WideColumn.allCases, widths) func `DISTINCT, GROUP BY and UNION take any number of columns`(
        column: WideColumn, width: Int
    ) throws {
        let five = column.relation(width, rows: 5), three = column.relation(width, rows: 3)
        let names = list(width) { "c\($0)" }
        #expect(try single("(SELECT DISTINCT * FROM \(five))") == distinctRows(column))
        #expect(
            try single("(SELECT \(names), count(*) FROM (FROM \(five) UNION ALL FROM \(three)) GROUP BY \(names))") == distinctRows(column))
        #expect(try single("(FROM \(three) UNION FROM \(five))") == distinctRows(column))
        #expect(try single("(FROM \(three) INTERSECT FROM \(five))") == "3")
        #expect(try single("(FROM \(five) EXCEPT ALL FROM \(three))") == "2")
        #expect(try single("(SELECT count(*) FROM \(five) GROUP BY GROUPING SETS ((\(names)), ()))") == (column == .nullable ? "5" : "6"))
    }

    @Test(arguments: [WideColumn.text, .integer], widths) func `joins take any number of columns`(column: WideColumn, width: Int) throws {
        let five = column.relation(width, rows: 5), three = column.relation(width, rows: 3)
        let equal = list(width, separator: " AND ") { "a.c\($0) = b.c\($0)" }
        #expect(try single("\(five) a JOIN \(three) b ON \(equal)") == "3")
        #expect(try single("\(five) a LEFT JOIN \(three) b USING (\(list(width) { "c\($0)" }))") == "5")
        #expect(try single("\(five) a WHERE NOT EXISTS (SELECT 1 FROM \(three) b WHERE \(equal))") == "2")
    }

    @Test(arguments: WideColumn.allCases, widths) func `windows, sorts and recursions take any number of columns`(
        column: WideColumn, width: Int
    ) throws {
        let five = column.relation(width, rows: 5)
        let names = list(width) { "c\($0)" }
        #expect(try single("(SELECT row_number() OVER (PARTITION BY \(names)) AS r FROM \(five)) WHERE r = 1") == distinctRows(column))
        #expect(try single("(SELECT DISTINCT ON (\(names)) * FROM \(five))") == distinctRows(column))
        #expect(try single("(SELECT * FROM \(five) ORDER BY \(list(width) { "c\($0) DESC" }) LIMIT 3)") == "3")
        #expect(
            try ScratchSession().rows(
                "WITH RECURSIVE r AS (FROM \(column.relation(width, rows: 2)) UNION FROM r) SELECT count(*) FROM r") == [["2"]])
    }
}
