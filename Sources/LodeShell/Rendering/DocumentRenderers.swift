/// Results for documents and for reading one row at a time: Markdown, HTML and lists.

import LodeCore
import LodeEngine
import LodeVectors

/// A Markdown table.
final class MarkdownRenderer: ResultRenderer {
    private let context: RenderingContext

    init(_ context: RenderingContext) { self.context = context }

    func begin(_ columns: [Field]) throws(SQLError) {
        try context.output.write("| " + columns.map { Self.escaped($0.name) }.joined(separator: " | ") + " |\n")
        try context.output.write("|" + columns.map { $0.type.isNumeric ? "--:" : "---" }.joined(separator: "|") + "|\n")
    }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        let texts = context.texts(chunk), scratch = try ByteSink()
        for row in 0..<chunk.count {
            let cells = try context.cells(texts, chunk, row, scratch).map { $0.map(Self.escaped) ?? "" }
            try context.output.write("| " + cells.joined(separator: " | ") + " |\n")
        }
        return true
    }

    func finish() throws(SQLError) {}

    private static func escaped(_ text: String) -> String {
        DisplayWidth.singleLine(text).split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}

/// An HTML table.
final class HTMLRenderer: ResultRenderer {
    private let context: RenderingContext
    private var isOpen = false

    init(_ context: RenderingContext) { self.context = context }

    func begin(_ columns: [Field]) throws(SQLError) {
        isOpen = true
        let head = columns.map { "<th>\(Self.escaped($0.name))</th>" }.joined()
        try context.output.write("<table>\n<thead><tr>\(head)</tr></thead>\n<tbody>\n")
    }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        let texts = context.texts(chunk), scratch = try ByteSink()
        for row in 0..<chunk.count {
            let cells = try context.cells(texts, chunk, row, scratch).map { "<td>\($0.map(Self.escaped) ?? "")</td>" }
            try context.output.write("<tr>\(cells.joined())</tr>\n")
        }
        return true
    }

    func finish() throws(SQLError) { if isOpen { try context.output.write("</tbody>\n</table>\n") } }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
        return result
    }
}

/// A block a row, one line per column: for wide rows (`\x`).
final class VerticalRenderer: ResultRenderer {
    private let context: RenderingContext
    private let scratch: ByteSink
    private var fields: [Field] = []
    private var count = 0

    init(_ context: RenderingContext) throws(SQLError) {
        self.context = context
        scratch = try ByteSink()
    }

    func begin(_ columns: [Field]) throws(SQLError) {
        fields = columns.map { Field(DisplayWidth.singleLine($0.name), $0.type, nullable: $0.nullable) }
    }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        let texts = context.texts(chunk)
        let width = fields.map { DisplayWidth.of($0.name) }.max() ?? 0
        for row in 0..<chunk.count {
            count += 1
            if let limit = context.maximumRows, count > limit { continue }
            try context.output.write("─[ row \(count) ]" + String(repeating: "─", count: max(4, width + 8)) + "\n")
            for (field, cell) in zip(fields, try context.cells(texts, chunk, row, scratch)) {
                let padding = String(repeating: " ", count: width - DisplayWidth.of(field.name))
                try context.output.write("\(field.name)\(padding) │ \(cell ?? "NULL")\n")
            }
        }
        return true
    }

    func finish() throws(SQLError) {
        if let limit = context.maximumRows, count > limit {
            try context.output.write("\(limit) of \(Receipt.grouped(count)) rows shown\n")
        }
    }
}
