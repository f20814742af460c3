// Behaviour as text: every file below Tests/SQL is a script of statements with what they must give.

import Foundation
import LodeCore
import LodeShell
import Testing

@testable import LodeEngine

/// Sqllogictest's form:
///
///     statement ok                 query rowsort                 statement error 42P01
///     CREATE TABLE t (a integer)   SELECT a FROM t               SELECT * FROM missing
///                                  ----
///                                  1
///
/// Cells of a row are separated by tabs, or by two or more spaces; NULL is NULL, the empty text is (empty). After an error's statement,
/// `----`
/// may be followed by the whole message as the shell shows it. A comment begins with `#`. Whatever else is found between records is
/// refused,
/// so that no misspelled record passes by being skipped.
///
/// A file that begins with `formats delta parquet` is run once with each of these formats for tables that name none.
private struct SQLRecord {
    enum Kind {
        case succeeds
        case fails(state: String, message: [String])
        case gives(rows: [String], sorted: Bool)
    }

    /// A file that is not written in this form.
    struct Malformed: Error, CustomStringConvertible {
        var line: Int
        var what: String
        var description: String { "line \(line): \(what)" }
    }

    var kind: Kind
    var sql: String
    var line: Int

    /// The formats that the first line of a file names, and the rest of it.
    static func formats(_ text: String) -> (formats: [String], rest: String) {
        let head = text.prefix { $0 != "\n" }, words = head.split(separator: " ").map(String.init)
        guard words.first == "formats", words.count > 1 else { return ([], text) }
        return (Array(words.dropFirst()), String(text.dropFirst(head.count)))
    }

    static func read(_ text: String) throws -> [SQLRecord] {
        var records: [SQLRecord] = []
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
        while let head = lines.first {
            let line = lines.startIndex + 1
            lines.removeFirst()
            if head.isEmpty || head.hasPrefix("#") { continue }
            var body = lines.prefix { !$0.isEmpty }
            // The rows of a query end with an empty line, and so does its text; a text with an empty line in it is written with ----.
            if let end = lines.firstIndex(of: "----"), head.hasPrefix("query"), end > body.endIndex {
                if lines[body.endIndex..<end].contains(where: isHead) { throw Malformed(line: line, what: "the query has no ----") }
                body = lines[..<end] + lines[end...].prefix { !$0.isEmpty }
            }
            lines = lines[body.endIndex...]
            records.append(try SQLRecord(head, body, line))
        }
        if records.isEmpty { throw Malformed(line: 1, what: "the file has no records") }
        return records
    }

    private static func isHead(_ line: String) -> Bool { line.hasPrefix("query") || line.hasPrefix("statement ") }

    private init(_ head: String, _ body: ArraySlice<String>, _ line: Int) throws {
        let parts = body.split(separator: "----", maxSplits: 1, omittingEmptySubsequences: false)
        let words = head.split(separator: " ").map(String.init)
        self.line = line
        sql = parts[0].joined(separator: "\n")
        if sql.isEmpty { throw Malformed(line: line, what: "\"\(head)\" has no statement") }
        switch (words.first, words.dropFirst().first, words.count) {
        case ("statement", "ok", 2) where parts.count == 1: kind = .succeeds
        case ("statement", "error", 3) where Self.isState(words[2]):
            kind = .fails(state: words[2], message: parts.count > 1 ? Array(parts[1]) : [])
        case ("query", nil, 1) where parts.count == 2: kind = .gives(rows: Array(parts[1]), sorted: false)
        case ("query", "rowsort", 2) where parts.count == 2: kind = .gives(rows: Array(parts[1]), sorted: true)
        default: throw Malformed(line: line, what: "\"\(head)\" is no directive, or lacks its ---- or its SQLSTATE")
        }
    }

    /// Five capitals and digits; an internal fault is never what a test may expect.
    private static func isState(_ word: String) -> Bool {
        word.count == 5 && word != "XX000" && word.allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
    }
}

private let sqlFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "SQL")

private let sqlFiles: [String] = {
    let walker = FileManager.default.enumerator(at: sqlFolder, includingPropertiesForKeys: nil)
    let urls = (walker?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "slt" }
    return urls.map { String($0.path(percentEncoded: false).dropFirst(sqlFolder.path(percentEncoded: false).count)) }.sorted()
}()

@Suite struct SQLFileTests {
    @Test func `there are SQL files to run`() { #expect(sqlFiles.count > 5) }

    @Test(arguments: sqlFiles) func `a SQL file does what it says`(file: String) throws {
        let (formats, text) = SQLRecord.formats(try String(contentsOf: sqlFolder.appending(path: file), encoding: .utf8))
        if formats.isEmpty { return try run(try SQLRecord.read(text), of: file, try ScratchSession()) }
        for format in formats {
            try run(try SQLRecord.read(text), of: "\(format): \(file)", try ScratchSession(format: format))
        }
    }

    private func run(_ records: [SQLRecord], of file: String, _ scratch: ScratchSession) throws {
        for record in records {
            let place = "\(file):\(record.line): \(record.sql)"
            do {
                // What other programs wrote lies beside the scripts.
                let sql = record.sql.replacingOccurrences(of: "{fixtures}", with: sqlFolder.path(percentEncoded: false) + "/fixtures")
                let rows = try scratch.rows(sql).map { row in row.map { $0.isEmpty ? "(empty)" : $0 }.joined(separator: "\t") }
                switch record.kind {
                case .succeeds: break
                case .fails(let state, let message): Issue.record("no error, but \(state) \(message.first ?? "") was expected: \(place)")
                case .gives(let expected, let sorted):
                    let wanted = expected.map(Self.canonical)
                    let found = rows.map(Self.canonical)
                    #expect((sorted ? found.sorted() : found) == (sorted ? wanted.sorted() : wanted), "\(place)")
                }
            } catch let error as SQLError {
                guard case .fails(let state, let message) = record.kind else {
                    Issue.record("\(error): \(place)")
                    continue
                }
                #expect(error.state.rawValue == state, "\(error.message): \(place)")
                if !message.isEmpty { #expect(Self.shown(error, record.sql, scratch) == message, "\(place)") }
            }
        }
    }

    /// The lines of the message. The excerpt of a statement that names the scratch folder is left out: its width is the folder's.
    private static func shown(_ error: SQLError, _ sql: String, _ scratch: ScratchSession) -> [String] {
        let text = ErrorText.text(error, sql: sql.replacingOccurrences(of: "{folder}", with: scratch.folder))
        let lines = text.replacingOccurrences(of: scratch.folder, with: "{folder}").split(separator: "\n").map(String.init)
        return sql.contains("{folder}") ? lines.filter { !$0.hasPrefix("  ") } : lines
    }

    /// Cells joined by single tabs, as text that is equal by bytes.
    private static func canonical(_ row: String) -> SQLText {
        SQLText(row.replacing(#/\t| {2,}/#, with: "\t").trimmingCharacters(in: .whitespaces))
    }

    @Test(arguments: [
        "", "# a comment\n", "querry\nSELECT 1\n----\n1\n", "query I\nSELECT 1\n----\n1\n", "query\nSELECT 1\n", "statement ok\n",
        "statement error\nSELECT x\n", "statement error XX000\nSELECT x\n", "statement error nope\nSELECT x\n", "hash-threshold 8\n",
        "query\nSELECT 1\n\nquery\nSELECT 2\n----\n2\n",
    ])
    func `a file that is not written in the form is refused`(text: String) {
        #expect(throws: SQLRecord.Malformed.self) { try SQLRecord.read(text) }
    }
}
