/// Errors as people read them: the message, the line of SQL with a caret below, what to do.

import LodeCore
import LodeSyntax

package enum ErrorText {
    /// - Parameters:
    ///   - sql: the text that `error.span` counts in.
    ///   - firstLine: the line number of the text's first line in its script.
    ///   - script: the script's name, if it has one.
    package static func text(_ error: SQLError, sql: String, firstLine: Int = 1, script: String? = nil) -> String {
        var lines = ["ERROR \(error.state.rawValue): \(error.message)"]
        if let span = error.span {
            lines += excerpt(sql, span, firstLine, script)
        } else if let script {
            lines.append("  in \(script), line \(firstLine)")
        }
        if let place = error.place { lines.append("IN: \(place)") }
        if let detail = error.detail { lines.append("DETAIL: \(detail)") }
        if let hint = error.hint { lines.append("HINT: \(hint)") }
        return ControlCharacters.visible(lines.joined(separator: "\n"), keepsLines: true)
    }

    private static func excerpt(_ sql: String, _ span: SourceSpan, _ firstLine: Int, _ script: String?) -> [String] {
        let bytes = Array((StatementText.masked(sql) ?? sql).utf8)
        let start = min(max(span.start, 0), bytes.count)
        var lineStart = start
        while lineStart > 0, bytes[lineStart - 1] != 10 { lineStart -= 1 }
        var lineEnd = start
        while lineEnd < bytes.count, bytes[lineEnd] != 10 { lineEnd += 1 }
        let number = firstLine + bytes[..<lineStart].count { $0 == 10 }
        // Long lines are shown around the place.
        let from = max(lineStart, start - 60), to = min(lineEnd, max(start, min(span.end, lineEnd)) + 40)
        let before = DisplayWidth.singleLine(String(decoding: bytes[from..<start], as: UTF8.self))
        let marked = DisplayWidth.singleLine(String(decoding: bytes[start..<max(start, min(span.end, to))], as: UTF8.self))
        let after = DisplayWidth.singleLine(String(decoding: bytes[max(start, min(span.end, to))..<to], as: UTF8.self))
        let lead = from > lineStart ? "…" : "", trail = to < lineEnd ? "…" : ""
        let label = "\(number)"
        let carets = String(repeating: "^", count: max(1, DisplayWidth.of(marked)))
        let gap = String(repeating: " ", count: DisplayWidth.of(lead + before))
        var lines = script.map { ["  in \($0), line \(number)"] } ?? []
        lines.append("  \(label) | \(lead)\(before)\(marked)\(after)\(trail)")
        lines.append("  \(String(repeating: " ", count: label.count)) | \(gap)\(carets)")
        return lines
    }
}
