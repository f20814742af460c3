/// Lists of texts and statistics as the catalog keeps them.

import LodeCore
import Testing

@testable import LodeCatalog

@Suite struct FieldTextTests {
    @Test(
        arguments: [
            [], [nil], [""], ["a", nil, ""], ["a|b", "100%", "%7C", "'quoted'", "line\nbreak", "日本", "\u{0}"], [nil, nil],
        ] as [[String?]])
    func `fields come back`(fields: [String?]) {
        let text = FieldText.write(fields)
        #expect(!text.contains("\n"))
        #expect(FieldText.read(text) == (fields.isEmpty ? [nil] : fields))
    }

    @Test(arguments: ["'%", "'%4", "'%zz", "x", "'a|", "|||'"]) func `damaged text is read somehow`(text: String) {
        #expect(FieldText.read(text).count >= 1)
    }

    @Test func `statistics come back and unknown columns do not`() throws {
        let schema = Schema([Field("a|\n", .decimal(precision: 5, scale: 2)), Field("t", .varchar), Field("d", .double)])
        let statistics = [
            "a|\n": ColumnStatistics(
                minimum: .decimal(-105, scale: 2), maximum: .decimal(999, scale: 2), nullCount: 3, rowCount: 10, boundsAreExact: true),
            "t": ColumnStatistics(minimum: .text(""), maximum: .text("z|'"), rowCount: 10),
            "d": ColumnStatistics(minimum: .double(-.infinity), maximum: .double(0.1), nullCount: 0, rowCount: 10),
        ]
        let text = try #require(StatisticsText.write(statistics))
        #expect(StatisticsText.read(text, StatisticsText.types(schema), rowCount: nil) == statistics)
        #expect(StatisticsText.read(text, [:], rowCount: nil).isEmpty)
        #expect(StatisticsText.write([:]) == nil)
        #expect(StatisticsText.read("junk\n'a|'b\n", ["a": .varchar], rowCount: 1).isEmpty)
    }
}
