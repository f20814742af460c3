// Every function called through SQL with the arguments that are easily forgotten: NULL, empty and extreme ones.

import Glibc
import LodeCore
import LodeFunctions
import Testing

@testable import LodeEngine

@Suite struct EveryCallTests {
    private static let literals = [
        "NULL", "''", "0", "-1", "list_value()", "MAP()", "[NULL]", "[1, 2]", "{'a': NULL}", "'NaN'::double", "'-Infinity'::double",
        "date 'infinity'", "timestamp '-infinity'", "interval '0'", "''::varbinary", "'{}'::json", "true", "9223372036854775807",
        "99999999999999999999999999999999999999", "1.5", "'day'", "x -> x", "map([1], [NULL])", "time '24:00'", "'x'::char(2)",
    ]

    /// Argument lists of up to four literals: all of one, some of the others, spread evenly.
    private static let argumentLists: [String] = {
        var lists = [""] + literals
        let isFull = getenv("LODE_EVERY") != nil
        let n = literals.count
        for at in 0..<(isFull ? n * n : 16) {
            lists.append("\(literals[(at * 7 + 3) % n]), \(literals[(at / (isFull ? n : 1) + at * 5) % n])")
        }
        for at in 0..<(isFull ? 300 : 8) {
            lists.append("\(literals[(at * 7) % n]), \(literals[(at * 3 + 1) % n]), \(literals[(at * 11 + 4) % n])")
        }
        for at in 0..<(isFull ? 100 : 4) {
            lists.append(
                "\(literals[(at * 7) % n]), \(literals[(at * 3 + 1) % n]), \(literals[(at * 11 + 4) % n]), \(literals[(at * 5) % n])")
        }
        return lists
    }()

    private static func note(_ sql: String) {
        guard getenv("LODE_EVERY_LOG") != nil else { return }
        let line = Array((sql + "\n").utf8)
        _ = write(2, line, line.count)
    }

    private static func run(_ sql: String, _ scratch: ScratchSession) -> String? {
        note(sql)
        guard let error = scratch.error(sql), error.state == .internalError else { return nil }
        return "\(sql): \(error)"
    }

    /// Names that can be called as they are written.
    private static func callable(_ names: some Sequence<String>) -> [String] {
        names.filter { $0.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 95 } }.sorted()
    }

    @Test func `no scalar call is an internal error`() throws {
        let scratch = try ScratchSession(threads: 1)
        var faults: [String] = []
        for (name, function) in FunctionRegistry.scalars.sorted(by: { $0.key < $1.key })
        where name == function.name && Self.callable([name]) != [] {
            for arguments in Self.argumentLists {
                if let fault = Self.run("SELECT \(name)(\(arguments))", scratch) { faults.append(fault) }
            }
        }
        #expect(faults == [])
    }

    @Test func `no aggregate or window call is an internal error`() throws {
        let scratch = try ScratchSession(threads: 1)
        var faults: [String] = []
        func check(_ sql: String) { if let fault = Self.run(sql, scratch) { faults.append(fault) } }
        let aggregates = FunctionRegistry.aggregates.filter { $0.key == $0.value.name }.map(\.key)
        let windows = FunctionRegistry.windows.filter { $0.key == $0.value.documentation.name }.map(\.key)
        let rows = [
            "(VALUES (1, NULL), (2, NULL), (3, NULL)) t(i, x)", "(VALUES (1, 5), (2, NULL), (2, 5), (3, -7)) t(i, x)",
            "(VALUES (1, ''), (2, NULL), (3, 'a')) t(i, x)", "(VALUES (1, [1]), (2, NULL), (3, [])) t(i, x)",
            "(VALUES (1, 'NaN'::double), (2, NULL), (3, 1e308)) t(i, x)",
            "(VALUES (1, date '-infinity'), (2, NULL), (3, date '2024-02-29')) t(i, x)",
            "(VALUES (1, 5), (2, 6)) t(i, x) WHERE i > 9", "(VALUES (1, {'a': 1}), (2, NULL)) t(i, x)",
        ]
        let frames = [
            "", "ORDER BY i", "PARTITION BY x ORDER BY i ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
            "ORDER BY i ROWS BETWEEN 2 FOLLOWING AND 3 FOLLOWING",
        ]
        for name in Self.callable(aggregates + windows) {
            for source in rows {
                for arguments in ["", "x", "x, i", "x, x", "x, 0", "x, NULL", "x, 2, x"] {
                    if aggregates.contains(name) {
                        check("SELECT \(name)(\(arguments)) FROM \(source)")
                        check("SELECT \(name)(\(arguments)) FROM \(source) GROUP BY i")
                    }
                    if arguments.count < 5 { for frame in frames { check("SELECT \(name)(\(arguments)) OVER (\(frame)) FROM \(source)") } }
                }
            }
        }
        #expect(faults == [])
    }

    @Test func `no table function is an internal error`() throws {
        let scratch = try ScratchSession(threads: 1)
        let bounds = [
            "NULL", "0", "-1", "9223372036854775807", "-9223372036854775807 - 1", "timestamp 'infinity'", "timestamp '2024-01-01'",
            "timestamptz '-infinity'",
            "date '5874897-12-31'", "interval '0'", "interval '-1 day'", "interval '1 month'", "interval '2147483647 months'", "'x'", "1.5",
            "[]", "[NULL]", "[[1], []]",
            "MAP()", "NULL::integer[]",
        ]
        var faults: [String] = []
        for name in ["generate_series", "range", "unnest"] {
            for (at, first) in bounds.enumerated() {
                for second in [nil] + bounds.map(Optional.some) {
                    let third = second == nil ? nil : bounds[(at * 3 + second!.count) % bounds.count]
                    for arguments in [[first, second], [first, second, third]] {
                        let sql = "SELECT count(*) FROM (FROM \(name)(\(arguments.compactMap { $0 }.joined(separator: ", "))) LIMIT 100)"
                        if let fault = Self.run(sql, scratch) { faults.append(fault) }
                    }
                }
            }
        }
        #expect(faults == [])
    }
}
