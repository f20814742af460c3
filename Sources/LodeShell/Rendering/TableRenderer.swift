/// The box table of the shell, fitted to the terminal.

import LodeCore
import LodeEngine
import LodeVectors

/// Shows the first and last rows of a long result, and drops columns from the middle of a wide one, saying so below:
///
///     ┌────────┬─────────┐
///     │ day    │ revenue │
///     │ date   │ bigint  │
///     ├────────┼─────────┤
///     │ …      │      12 │
///     └────────┴─────────┘
///     40 of 1,204 rows, 2 of 9 columns shown
final class TableRenderer: ResultRenderer {
    private let context: RenderingContext
    private var fields: [Field] = []
    private var head: [[String?]] = []
    /// The last rows, as a ring.
    private var tail: [[String?]] = []
    private var count = 0
    private static let longestCell = 10_000

    init(_ context: RenderingContext) { self.context = context }

    func begin(_ columns: [Field]) throws(SQLError) {
        fields = columns.map { Field(DisplayWidth.singleLine($0.name), $0.type, nullable: $0.nullable) }
    }

    private var headLimit: Int { isPlainText ? .max : context.maximumRows.map { ($0 + 1) / 2 } ?? .max }
    private var tailLimit: Int { context.maximumRows.map { $0 / 2 } ?? 0 }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        let texts = context.texts(chunk)
        let scratch = try ByteSink()
        for row in 0..<chunk.count {
            if head.count < headLimit {
                head.append(try cells(texts, chunk, row, scratch))
            } else if tailLimit > 0, row >= chunk.count - tailLimit {
                // Only the last rows of a chunk can be among the last of all.
                let cells = try cells(texts, chunk, row, scratch)
                tail.append(cells)
                if tail.count > tailLimit { tail.removeFirst(tail.count - tailLimit) }
            }
        }
        count += chunk.count
        return true
    }

    private func cells(_ texts: [ValueText], _ chunk: Chunk, _ row: Int, _ scratch: ByteSink) throws(SQLError) -> [String?] {
        try context.cells(texts, chunk, row, scratch).map { cell in
            if isPlainText { return cell }
            return cell.map { DisplayWidth.singleLine($0.utf8.count > Self.longestCell ? String($0.prefix(Self.longestCell)) : $0) }
        }
    }

    func finish() throws(SQLError) {
        if fields.isEmpty { return }
        let rows = head + tail
        if isPlainText { return try context.output.write(rows.map { ($0[0] ?? "") + "\n" }.joined()) }
        let types = fields.map { "\($0.type)" }
        var widths = fields.indices.map { index -> Int in
            let cells = rows.map { DisplayWidth.of($0[index] ?? "NULL") }.max() ?? 0
            return max(cells, DisplayWidth.of(fields[index].name), types[index].count, 1)
        }
        let shown = Self.fit(&widths, into: context.width)
        var text = Self.rule("┌", "┬", "┐", shown, widths)
        text += line(shown, widths) { index in index.map { (fields[$0].name, false) } ?? ("…", false) }
        text += line(shown, widths) { index in index.map { (types[$0], false) } ?? ("", false) }
        text += Self.rule("├", "┼", "┤", shown, widths)
        for (place, row) in rows.enumerated() {
            if place == head.count, count > rows.count {
                text += line(shown, widths) { index in ("·", index.map { isNumber($0) } ?? false) }
            }
            text += line(shown, widths) { index in
                guard let index else { return ("…", false) }
                return (row[index] ?? "NULL", isNumber(index))
            }
        }
        text += Self.rule("└", "┴", "┘", shown, widths)
        try context.output.write(text)
        try writeNotice(rows.count, shown.compactMap { $0 }.count)
    }

    /// A plan or a definition is text to be read as it is, not a value.
    private var isPlainText: Bool { fields.count == 1 && (fields[0].name == "plan" || fields[0].name == "create_statement") }

    private func isNumber(_ index: Int) -> Bool { fields[index].type.isNumeric }

    private func writeNotice(_ rows: Int, _ columns: Int) throws(SQLError) {
        var parts: [String] = []
        if count > rows {
            parts.append("\(rows) of \(Receipt.grouped(count)) rows")
        } else if context.width != nil {
            parts.append("\(Receipt.grouped(count)) row\(count == 1 ? "" : "s")")
        }
        if columns < fields.count { parts.append("\(columns) of \(fields.count) columns") }
        if parts.isEmpty { return }
        let isCut = count > rows || columns < fields.count
        try context.output.write(
            parts.joined(separator: ", ") + (isCut ? " shown (\\x shows rows as lists, \\o FILE writes all)" : "") + "\n")
    }

    /// Which columns to show (nil: the gap), with widths shrunk to fit.
    static func fit(_ widths: inout [Int], into width: Int?) -> [Int?] {
        var shown: [Int?] = widths.indices.map { $0 }
        guard let width else { return shown }
        func total(_ shown: [Int?]) -> Int { shown.reduce(1) { $0 + ($1.map { widths[$0] } ?? 1) + 3 } }
        // Wide columns give way first, down to a width that still says something.
        while total(shown) > width, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > 24 {
            widths[widest] = max(24, widths[widest] - max(1, (total(shown) - width)))
        }
        while total(shown) > width, shown.compactMap({ $0 }).count > 1 {
            if let gap = shown.firstIndex(of: nil) {
                let left = gap, right = shown.count - gap - 1
                shown.remove(at: left >= right ? gap - 1 : gap + 1)
            } else {
                shown[shown.count / 2] = nil
            }
        }
        if total(shown) > width, let only = shown.compactMap({ $0 }).first { widths[only] = max(1, widths[only] - (total(shown) - width)) }
        return shown
    }

    private static func rule(_ left: String, _ cross: String, _ right: String, _ shown: [Int?], _ widths: [Int]) -> String {
        left + shown.map { String(repeating: "─", count: ($0.map { widths[$0] } ?? 1) + 2) }.joined(separator: cross) + right + "\n"
    }

    private func line(_ shown: [Int?], _ widths: [Int], _ cell: (Int?) -> (text: String, right: Bool)) -> String {
        var text = "│"
        for index in shown {
            let width = index.map { widths[$0] } ?? 1
            let (content, right) = cell(index)
            let cut = DisplayWidth.cut(content, to: width)
            let padding = String(repeating: " ", count: max(0, width - DisplayWidth.of(cut)))
            text += " " + (right ? padding + cut : cut + padding) + " │"
        }
        return text + "\n"
    }
}
