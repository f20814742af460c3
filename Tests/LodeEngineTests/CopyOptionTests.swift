// Every option of COPY, in both directions and all formats: it does what it says, or it is refused by name.

import Foundation
import LodeCore
import LodeFormats
import Testing

@testable import LodeEngine

/// What an option is given, and what must come of it.
private enum Obeyed {
    /// The file is another one than without the option.
    case changesFile(String)
    /// The rows, or the error, are others than without the option, in a file of this text.
    case changesRows(String, of: String)
    /// It says how to go about it: with this value the statement succeeds, with the other it is refused.
    case isChecked(String, not: String)
    /// It is refused for COPY with this state.
    case isRefused(String, state: String)
}

private let written: [String: [String: Obeyed]] = [
    "csv": [
        "delim": .changesFile("'|'"), "delimiter": .changesFile("'|'"), "sep": .changesFile("'|'"), "quote": .changesFile("'|'"),
        "escape": .changesFile("'\\'"), "header": .changesFile("false"), "null": .changesFile("'none'"),
        "nullstr": .changesFile("'none'"),
        "force_quote": .changesFile("true"), "quote_all": .changesFile("true"), "dateformat": .changesFile("'%d/%m/%Y'"),
        "date_format": .changesFile("'%d/%m/%Y'"), "timestampformat": .changesFile("'%d/%m/%Y'"),
        "timestamp_format": .changesFile("'%d/%m/%Y'"),
        "compression": .changesFile("'gzip'"), "format": .isChecked("csv", not: "cvs"),
    ],
    "json": [
        "array": .changesFile("true"), "compression": .changesFile("'gzip'"), "format": .isChecked("json", not: "jason"),
        "dateformat": .changesFile("'%d/%m/%Y'"), "timestampformat": .changesFile("'%d/%m/%Y'"),
    ],
    "parquet": [
        "compression": .changesFile("'gzip'"), "codec": .changesFile("'gzip'"), "compression_level": .changesFile("19"),
        "row_group_size": .changesFile("100"), "chunk_size": .changesFile("100"), "row_group_size_bytes": .changesFile("1024"),
        "page_rows": .changesFile("100"), "page_size": .changesFile("64"), "dictionary": .changesFile("false"),
        "dictionary_size_limit": .changesFile("2"), "dictionary_page_size_limit": .changesFile("8"),
        "string_dictionary_page_size_limit": .changesFile("8"), "parquet_version": .changesFile("'v2'"),
        "page_checksums": .changesFile("false"),
        "write_page_index": .changesFile("false"), "sorted_by": .changesFile("(a)"), "kv_metadata": .changesFile("{who: 'me'}"),
        "field_ids": .changesFile("'auto'"), "encodings": .changesFile("{a: 'delta_binary_packed'}"),
        "write_bloom_filter": .changesFile("true"),
        "bloom_filters": .changesFile("{a: {fpp: 0.01}}"), "bloom_filter_columns": .changesFile("(['a'])"),
        "bloom_filter_false_positive_ratio": .isChecked("0.1", not: "7"), "format": .isChecked("parquet", not: "parket"),
    ],
]

/// Of COPY itself, whatever the format.
private let ofCopy: [String: Obeyed] = [
    "partition_by": .changesFile("(a)"), "partitioned_by": .changesFile("(a)"), "write_partition_columns": .isChecked("true", not: "maybe"),
    "overwrite": .isChecked("true", not: "maybe"), "overwrite_or_ignore": .isChecked("true", not: "maybe"),
    "append": .isRefused("true", state: "0A000"), "sorted_by": .changesFile("(a)"),
]

private let plain = "id,name\n1,a\n2,b\n"
private let objects = #"{"id": 1, "name": "aaaaaaaa"}\#n{"id": 2, "name": "b"}\#n"#

private let read: [String: [String: Obeyed]] = [
    "csv": [
        "delim": .changesRows("'|'", of: plain), "delimiter": .changesRows("'|'", of: plain), "sep": .changesRows("'|'", of: plain),
        "quote": .changesRows("''", of: "id,name\n1,\"a\"\n"), "escape": .changesRows("'\"'", of: "id,name\n1,\"a\\\"b\"\n"),
        "comment": .changesRows("'#'", of: "id,name\n#1,a\n2,b\n"), "header": .changesRows("false", of: plain),
        "skip": .changesRows("2", of: plain),
        "nullstr": .changesRows("['a', 'b']", of: plain), "null": .changesRows("'a'", of: plain),
        "na_values": .changesRows("['a']", of: plain),
        "allow_quoted_nulls": .isChecked("false", not: "'maybe'"),
        "columns": .changesRows("{'name': 'varchar', 'id': 'varchar'}", of: plain),
        "types": .isChecked("{'id': 'bigint'}", not: "{'id': 'nothing'}"),
        "dtypes": .isChecked("{'id': 'bigint'}", not: "{'id': 'nothing'}"),
        "column_types": .isChecked("{'id': 'bigint'}", not: "{'id': 'nothing'}"),
        "names": .isChecked("['id', 'name']", not: "['id', 'id']"),
        "column_names": .isChecked("['id', 'name']", not: "['id', 'id']"), "all_varchar": .isChecked("false", not: "'maybe'"),
        "auto_detect": .isChecked("true", not: "'maybe'"), "dateformat": .isChecked("'%Y'", not: "7"),
        "date_format": .isChecked("'%Y'", not: "7"),
        "timestampformat": .isChecked("'%Y'", not: "7"), "timestamp_format": .isChecked("'%Y'", not: "7"),
        "ignore_errors": .changesRows("true", of: "id,name\n1,a\nx,b\n"), "null_padding": .changesRows("true", of: "id,name\n1,a\n2\n"),
        "max_line_size": .changesRows("16", of: "id,name\n1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"),
        "maximum_line_size": .changesRows("16", of: "id,name\n1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"),
        "sample_size": .isChecked("7", not: "'x'"),
        "decimal_separator": .isChecked("','", not: "'long'"), "thousands": .changesRows("','", of: "id,name\n\"1,000\",a\n"),
        "parallel": .isChecked("false", not: "'maybe'"), "compression": .changesRows("'gzip'", of: plain),
        "encoding": .changesRows("'utf-16'", of: plain), "new_line": .isChecked("'\\n'", not: "'x'"),
        "strict_mode": .changesRows("false", of: "id,name\n1,a,x\n2,b\n"),
        "buffer_size": .isChecked("100", not: "'x'"), "force_not_null": .changesRows("['name']", of: "id,name\n1,\n"),
        "normalize_names": .isChecked("true", not: "'maybe'"), "auto_type_candidates": .isChecked("['bigint']", not: "['nothing']"),
    ],
    "json": [
        "format": .changesRows("'array'", of: objects), "columns": .changesRows("{'name': 'varchar', 'id': 'varchar'}", of: objects),
        "keys": .changesRows("{'name': 'id'}", of: objects), "records": .changesRows("false", of: objects),
        "ignore_errors": .changesRows("true", of: #"{"id": 1}\#n{"id": "x"}\#n"#),
        "maximum_depth": .isChecked("3", not: "'x'"), "sample_size": .isChecked("7", not: "'x'"),
        "maximum_object_size": .changesRows("16", of: objects), "max_line_size": .changesRows("16", of: objects),
        "dateformat": .isChecked("'%Y'", not: "7"), "date_format": .isChecked("'%Y'", not: "7"),
        "timestampformat": .isChecked("'%Y'", not: "7"),
        "timestamp_format": .isChecked("'%Y'", not: "7"), "compression": .changesRows("'gzip'", of: objects),
        "encoding": .changesRows("'utf-16'", of: objects), "auto_detect": .isChecked("true", not: "'maybe'"),
        "maximum_sample_files": .isChecked("7", not: "'x'"), "map_inference_threshold": .isChecked("7", not: "'x'"),
        "field_appearance_threshold": .isChecked("0.5", not: "'x'"), "convert_strings_to_integers": .isChecked("true", not: "'maybe'"),
    ],
    "parquet": ["int96_as": .isRefused("'x'", state: "22023")],
]

/// Of every read, whatever the format.
private let ofScans: Set = [
    "filename", "file_row_number", "hive_partitioning", "union_by_name", "rejects_table", "hive_types", "hive_types_autocast",
    "files_to_sniff",
]

@Suite struct CopyOptionTests {
    /// Rows that every option of writing has something to do for.
    private static let rows =
        "SELECT (i * 7) % 50 AS a, CASE WHEN i % 3 = 0 THEN NULL WHEN i % 3 = 1 THEN 'x\"y' ELSE 'z|' || i END AS b, "
        + "DATE '2024-01-02' + CAST(i % 5 AS integer) AS c, TIMESTAMP '2024-01-02 03:04:05' AS d FROM generate_series(1, 5000) g(i)"

    private func files(_ scratch: ScratchSession, _ name: String) -> Data? {
        let path = scratch.folder + "/" + name
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else { return nil }
        return FileManager.default.contents(atPath: path)
    }

    @Test(arguments: FileFormats.all.map(\.name)) func `every option of COPY TO is obeyed or refused`(format: String) throws {
        let known = try FileFormats.named(format).writeOptions
        let expected = try #require(written[format]).merging(format == "parquet" ? ofCopy : ofCopy.filter { $0.key != "sorted_by" }) { $1 }
        #expect(Set(known).union(CopyOptions.writing).subtracting(format == "parquet" ? [] : ["sorted_by"]) == Set(expected.keys))
        let scratch = try ScratchSession(threads: 1)
        func copy(_ name: String, _ options: String) -> SQLError? {
            scratch.error("COPY (\(Self.rows)) TO '{folder}/\(name)' (FORMAT \(format)\(options))")
        }
        #expect(copy("plain", "") == nil)
        let plain = files(scratch, "plain")
        for (option, obeyed) in expected.sorted(by: { $0.key < $1.key }) {
            let name = "with_\(option)"
            switch obeyed {
            case .changesFile(let value):
                #expect(copy(name, ", \(option) \(value)") == nil, "\(format) \(option)")
                #expect(files(scratch, name) != plain, "\(format) \(option)")
            case .isChecked(let value, let wrong):
                #expect(copy(name, ", \(option) \(value)") == nil, "\(format) \(option)")
                #expect(copy(name, ", \(option) \(wrong)")?.state.rawValue == "22023", "\(format) \(option)")
            case .isRefused(let value, let state):
                #expect(copy(name, ", \(option) \(value)")?.state.rawValue == state, "\(format) \(option)")
            case .changesRows: Issue.record("\(option) of COPY TO changes no rows")
            }
        }
        #expect(copy("unknown", ", no_such_option 1")?.state == .invalidParameterValue)
    }

    @Test(arguments: FileFormats.all.map(\.name)) func `every option of COPY FROM is obeyed or refused`(format: String) throws {
        let expected = try #require(read[format])
        #expect(Set(try FileFormats.named(format).readOptions) == Set(expected.keys))
        #expect(Set(FileFunction.scanOptions) == ofScans)
        let scratch = try ScratchSession(threads: 1)
        func result(_ text: String, _ options: String) throws -> String {
            try text.write(toFile: scratch.folder + "/t", atomically: true, encoding: .utf8)
            try scratch.rows("CREATE OR REPLACE TABLE t (id integer, name varchar)")
            if let error = scratch.error("COPY t FROM '{folder}/t' (FORMAT \(format)\(options))") {
                return "\(error.state.rawValue) \(error.message)"
            }
            return "\(try scratch.rows("SELECT id, name FROM t ORDER BY id, name"))"
        }
        let usual = format == "csv" ? plain : objects
        for (option, obeyed) in expected.sorted(by: { $0.key < $1.key }) {
            switch obeyed {
            case .changesRows(let value, let text):
                #expect(try result(text, ", \(option) \(value)") != result(text, ""), "\(option)")
            case .isChecked(let value, let wrong):
                #expect(try result(usual, ", \(option) \(value)").hasPrefix("[["), "\(option)")
                #expect(try !result(usual, ", \(option) \(wrong)").hasPrefix("[["), "\(option)")
            case .isRefused(let value, let state): #expect(try result(usual, ", \(option) \(value)").hasPrefix(state), "\(option)")
            case .changesFile: Issue.record("\(option) of COPY FROM changes no file")
            }
        }
        #expect(try result(usual, ", no_such_option 1").hasPrefix("22023"))
    }

    @Test(arguments: CopyOptions.writing, FileFormats.all.map(\.name))
    func `options of COPY TO are refused by COPY FROM`(option: String, format: String) throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows("CREATE TABLE t (id integer)")
        let error = scratch.error("COPY t FROM '{folder}/x' (FORMAT \(format), \(option) \(option.hasSuffix("_by") ? "(id)" : "true"))")
        #expect(error?.state == .invalidParameterValue && error?.message.contains(option) == true)
    }

    @Test func `a list of null texts is a list in COPY FROM`() throws {
        let scratch = try ScratchSession()
        try "id,name\n1,none\n2,-\n3,x\n".write(toFile: scratch.folder + "/t.csv", atomically: true, encoding: .utf8)
        try scratch.rows("CREATE TABLE t (id integer, name varchar); COPY t FROM '{folder}/t.csv' (NULLSTR ['none', '-'])")
        #expect(try scratch.rows("SELECT id, name FROM t ORDER BY id") == [["1", "NULL"], ["2", "NULL"], ["3", "x"]])
    }
}
