// CSV and JSON: the first bytes are options, the rest is the file.

import LodeCore
import LodeVectors

@testable import LodeFormats

/// Rejected rows, counted.
private final class RejectCount: RejectSink {
    private let count = Lock(0)
    func reject(_ row: RejectedRow) { count.withLock { $0 += 1 } }
    var rows: Int { count.withLock { $0 } }
}

extension FuzzTargets {
    /// Sniffing and reading; reading in small ranges gives what reading in one piece gives.
    static let csv = FuzzTarget(name: "csv") { input in
        var input = FuzzInput(input)
        let choices = input.short(), more = input.byte()
        let object = FuzzObject([UInt8](input.rest), path: "fuzz.csv")
        let options = csvOptions(choices, more)
        let scan: CSVScan
        do {
            guard let opened = try CSVFormat().open(object, options: options) as? CSVScan else { return }
            scan = opened
        } catch let error as SQLError { return try clean(error) }
        let request = ScanRequest(projection: Array(0..<scan.schema.count), cancellation: Cancellation())
        let whole = try readText(scan.schema) { sink throws(SQLError) in
            try sink(try CSVMorselReader(scan, 0, scan.profile.dataStart..<max(scan.profile.dataStart, object.size), request))
        }
        guard scan.profile.dialect.packing.isPlain, scan.profile.dialect.comment == nil || scan.profile.dialect.quote == nil else { return }
        let parts = try readText(scan.schema) { sink throws(SQLError) in
            let size = 4 * scan.options.maximumRowBytes
            var start = scan.profile.dataStart
            var index = 0
            while start < object.size || index == 0 {
                let end = object.size - start < size + size / 2 ? object.size : start + size
                try sink(try CSVMorselReader(scan, index, start..<max(start, end), request))
                index += 1
                start = end
            }
        }
        // Either may refuse a damaged file; that quotes do not pair up is found out only in parts.
        guard let whole, let parts else { return }
        try require(whole == parts, "\(whole.count) rows are read in one piece, \(parts.count) in parts, or others")
    }

    private static func csvOptions(_ choices: Int, _ more: Int) -> FormatOptions {
        var values: [String: FormatOption] = ["max_line_size": .value(.integer(Int64([24, 64, 500, 100_000][more & 3])))]
        func set(_ bit: Int, _ name: String, _ value: FormatOption) { if choices >> bit & 1 == 1 { values[name] = value } }
        func text(_ text: String) -> FormatOption { .value(.text(text)) }
        set(0, "delim", text([",", ";", "||", "\t"][more >> 2 & 3]))
        set(1, "quote", text(more & 16 == 0 ? "\"" : ""))
        set(2, "escape", text(more & 32 == 0 ? "\\" : "\""))
        set(3, "header", .value(.boolean(more & 64 == 0)))
        set(4, "skip", .value(.integer(Int64(more >> 6))))
        set(5, "nullstr", text(more & 128 == 0 ? "NULL" : "x"))
        set(6, "all_varchar", .value(.boolean(true)))
        set(7, "null_padding", .value(.boolean(true)))
        set(8, "comment", text("#"))
        set(9, "ignore_errors", .value(.boolean(true)))
        set(10, "sample_size", .value(.integer(2)))
        set(11, "dateformat", text(more & 64 == 0 ? "%d/%m/%Y" : "%b %-d, %y"))
        set(12, "decimal_separator", text(","))
        set(13, "encoding", text(more & 16 == 0 ? "utf-16" : "latin-1"))
        if choices >> 14 & 3 == 3 {
            let names = ["a", "b", "c"]
            let types = ["bigint", "decimal(9,2)", "date", "timestamp", "varchar", "boolean", "double", "time", "interval", "uuid", "json"]
            values["columns"] = .named(
                names.enumerated().map { .init($0.element, text(types[(more + $0.offset * 3) % types.count])) })
        }
        return FormatOptions(values, rejects: choices & 0x1200 == 0x1200 ? RejectCount() : nil)
    }

    static let json = FuzzTarget(name: "json") { input in
        var input = FuzzInput(input)
        let choices = input.byte(), more = input.byte()
        let object = FuzzObject([UInt8](input.rest), path: "fuzz.json")
        let scan: JSONScan
        do {
            guard let opened = try JSONFormat().open(object, options: jsonOptions(choices, more)) as? JSONScan else { return }
            scan = opened
        } catch let error as SQLError { return try clean(error) }
        let request = ScanRequest(projection: Array(0..<scan.schema.count), cancellation: Cancellation())
        let start = scan.profile.dataStart
        let whole = try readText(scan.schema) { sink throws(SQLError) in
            try sink(try JSONMorselReader(scan, start..<max(start, .max), isFirst: true, request))
        }
        guard scan.profile.layout == .lines, scan.profile.packing.isPlain else { return }
        let parts = try readText(scan.schema) { sink throws(SQLError) in
            let size = 7 + more
            for begin in stride(from: start, to: max(object.size, start + 1), by: size) {
                let range = begin..<max(begin, min(begin + size, object.size))
                try sink(try JSONMorselReader(scan, range, isFirst: begin == start, request))
            }
        }
        // How long a line may be is asked of those only that no buffer holds.
        guard scan.options.maximumRowBytes > object.size else { return }
        try require((whole == nil) == (parts == nil), "a file is refused in one piece but not in parts, or the other way round")
        if let whole, let parts {
            try require(whole == parts, "\(whole.count) rows are read in one piece, \(parts.count) in parts, or others")
        }
    }

    private static func jsonOptions(_ choices: Int, _ more: Int) -> FormatOptions {
        var values: [String: FormatOption] = ["max_line_size": .value(.integer(Int64([24, 100_000][more & 1])))]
        func set(_ bit: Int, _ name: String, _ value: FormatOption) { if choices >> bit & 1 == 1 { values[name] = value } }
        func text(_ text: String) -> FormatOption { .value(.text(text)) }
        set(0, "format", text(["newline_delimited", "array", "unstructured", "auto"][more >> 1 & 3]))
        set(1, "records", .value(.boolean(more & 8 == 0)))
        set(2, "ignore_errors", .value(.boolean(true)))
        set(3, "maximum_depth", .value(.integer(Int64(more >> 4 & 3))))
        set(4, "sample_size", .value(.integer(1)))
        set(5, "timestampformat", text("%d.%m.%Y %H:%M"))
        if choices >> 6 == 3 {
            let types = [
                "bigint", "decimal(9,2)", "varchar[]", "struct(a bigint, b varchar)", "map(varchar, double)", "json", "date", "uuid",
            ]
            values["columns"] = .named(
                ["a", "b", "c"].enumerated().map { .init($0.element, text(types[(more + $0.offset * 3) % types.count])) })
        }
        return FormatOptions(values, rejects: choices & 0x24 == 0x24 ? RejectCount() : nil)
    }

    /// A number a value, for all rows; nil if the file is damaged.
    private static func readText(
        _ schema: Schema, _ read: (_ sink: (any MorselReader) throws(SQLError) -> Void) throws(SQLError) -> Void
    ) throws -> [[Int]]? {
        var rows: [[Int]] = []
        var broken: BrokenRule?
        do {
            try read { reader throws(SQLError) in
                while let chunk = try reader.next() {
                    do { try ColumnRules.check(chunk, schema.fields) } catch let rule as BrokenRule {
                        broken = rule
                        return
                    } catch {}
                    for row in 0..<chunk.count { rows.append(chunk.columns.map { HashFilter.number($0, row) }) }
                }
            }
        } catch {
            try clean(error)
            return nil
        }
        if let broken { throw broken }
        return rows
    }
}
