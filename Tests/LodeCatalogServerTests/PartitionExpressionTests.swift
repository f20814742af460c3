// Expressions of GetPartitions.

import LodeCore
import LodeTables
import Testing

@testable import LodeCatalogServer

@Suite struct PartitionExpressionTests {
    private let columns = [Field("year", .integer), Field("day", .date), Field("country", .varchar)]

    private func holds(_ text: String, _ values: [String]) throws -> Bool { try PartitionExpression(text, columns).holds(values) }

    @Test(arguments: [
        ("year = 2024", true), ("YEAR=2024", true), ("year <> 2024", false),
        ("year != 9", true), ("year < 10000", true), ("year >= 2024", true),
        ("country = 'de'", true), ("country > 'd'", true), ("country = 'o''k'", false), ("day = '2024-02-01'", true),
        ("day >= date '2024-01-31'", true), ("day between '2024-01-01' and '2024-01-31'", false), ("year IN (1, 2024)", true),
        ("year NOT IN (1, 2)", true), ("country LIKE 'd%'", true), ("country like '_'", false), ("country LIKE '%e%'", true),
        ("NOT (year = 2024 AND country = 'fr')", true), ("year = 1 OR country = 'de' AND year = 2024", true), ("country IS NULL", false),
        ("country is not null", true), ("(((year = 2024)))", true), ("\"year\" = 2024", true),
    ]) func `an expression holds for a partition or not`(text: String, expected: Bool) throws {
        #expect(try holds(text, ["2024", "2024-02-01", "de"]) == expected)
    }

    @Test func `what is unknown is not true`() throws {
        let values = ["2024", HivePath.defaultPartition, "de"]
        for text in ["day = '2024-01-01'", "NOT day = '2024-01-01'", "day IN ('2024-01-01')", "year = 2024 AND day > '2000-01-01'"] {
            #expect(try !holds(text, values), "\(text)")
        }
        #expect(try holds("day IS NULL", values) && holds("year = 2024 OR day = '2024-01-01'", values))
    }

    @Test(arguments: [
        "", "year", "year =", "= 2024", "year == 2024", "year = 2024 AND", "year = 'x'", "other = 1", "(year = 1", "year = 1)", "year IN ()",
        "country = 'x", "year BETWEEN 1", "country LIKE 3", "year = 1 year = 2", String(repeating: "(", count: 1000),
        String(repeating: "NOT ", count: 400) + "year = 1", String(repeating: "year = 1 OR ", count: 500) + "year = 1",
    ]) func `what is none is refused`(text: String) {
        #expect(throws: SQLError.self) { try PartitionExpression(text, columns) }
    }

    @Test func `a pattern with many signs is matched in time`() throws {
        let text = String(repeating: "a", count: 900)
        #expect(try !holds("country LIKE '\(String(repeating: "%a", count: 400))b'", ["1", "2024-01-01", text]))
    }
}

@Suite struct NamePatternTests {
    @Test(arguments: [
        ("orders", "ORDERS", true), ("order", "orders", false), ("o*", "orders", true), ("*s", "orders", true), (".*rd.*", "orders", true),
        ("a|orders", "orders", true), ("o*x*s", "orders", false), ("*", "orders", true), ("o*o*s", "oos", true), ("", "orders", false),
    ]) func `names match patterns`(pattern: String, name: String, expected: Bool) throws {
        #expect(try NamePattern(pattern).matches(name) == expected)
    }

    @Test(arguments: ["a+", "(a)", "[ab]", "a.b", "^a$"]) func `other expressions are refused`(pattern: String) {
        #expect(throws: SQLError.self) { try NamePattern(pattern) }
    }
}
