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
/// Cells of a row are separated by tabs, or by two or more spaces; NULL is NULL, the empty text is (empty). After an error's statement, `----`
/// may be followed by the whole message as the shell shows it.
private struct SQLRecord {
    enum Kind {
        case succeeds
        case fails(state: String, message: [String])
        case gives(rows: [String], sorted: Bool)
    }

    var kind: Kind
    var sql: String
    var line: Int

    static func read(_ text: String) -> [SQLRecord] {
        var records: [SQLRecord] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var index = 0
        func block(until end: (String) -> Bool) -> [String] {
            var found: [String] = []
            while index < lines.count, !end(lines[index]) {
                found.append(lines[index])
                index += 1
            }
            return found
        }
        while index < lines.count {
            let head = lines[index].split(separator: " ").map(String.init)
            let line = index + 1
            index += 1
            switch head.first {
            case "statement":
                let sql = block { $0.isEmpty || $0 == "----" }.joined(separator: "\n")
                let message = block(until: \.isEmpty).dropFirst()
                let failure = SQLRecord.Kind.fails(state: head.count > 2 ? head[2] : "", message: Array(message))
                records.append(SQLRecord(kind: head.dropFirst().first == "ok" ? .succeeds : failure, sql: sql, line: line))
            case "query":
                let sql = block { $0 == "----" }.joined(separator: "\n")
                index += 1
                records.append(SQLRecord(kind: .gives(rows: block { $0.isEmpty }, sorted: head.contains("rowsort")), sql: sql, line: line))
            default: continue
            }
        }
        return records
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
        let scratch = try ScratchSession()
        let text = try String(contentsOf: sqlFolder.appending(path: file), encoding: .utf8)
        for record in SQLRecord.read(text) {
            let place = "\(file):\(record.line): \(record.sql)"
            do {
                let rows = try scratch.rows(record.sql).map { row in row.map { $0.isEmpty ? "(empty)" : $0 }.joined(separator: "\t") }
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
                #expect(state.isEmpty || error.state.rawValue == state, "\(error.message): \(place)")
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

    /// Cells joined by single tabs.
    private static func canonical(_ row: String) -> String {
        row.replacing(#/\t| {2,}/#, with: "\t").trimmingCharacters(in: .whitespaces)
    }
}
