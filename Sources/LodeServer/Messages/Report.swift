/// ErrorResponse and NoticeResponse: what went wrong, or is worth knowing.

import LodeCore

struct Report: Equatable {
    /// ERROR ends the statement, FATAL the connection; the others end nothing.
    enum Severity: String, Equatable {
        case error = "ERROR"
        case fatal = "FATAL"
        case warning = "WARNING"
        case notice = "NOTICE"
    }

    var severity: Severity
    var code: String
    var message: String
    var detail: String?
    var hint: String?
    /// In characters, from 1.
    var position: Int?
    /// Where in the data.
    var place: String?
}

extension Report {
    /// - Parameter text: what the span of the error counts in.
    init(_ error: SQLError, in text: String? = nil, severity: Severity = .error) {
        self.severity = severity
        code = error.state.rawValue
        message = error.message
        detail = error.detail
        hint = error.hint
        place = error.place
        position = nil
        if let text, let span = error.span { position = Self.position(of: span.start, in: text) }
    }

    static func notice(_ message: String, severity: Severity = .notice) -> Report {
        Report(severity: severity, code: severity == .warning ? "01000" : "00000", message: message)
    }

    /// The number of the character that begins at, or holds, a byte.
    static func position(of offset: Int, in text: String) -> Int {
        var characters = 0, bytes = 0
        for scalar in text.unicodeScalars {
            if bytes > offset { break }
            bytes += scalar.utf8.count
            characters += 1
        }
        return bytes > offset ? max(1, characters) : characters + 1
    }

    func encode(_ writer: inout MessageWriter) throws(SQLError) {
        let fields: [(UnicodeScalar, String?)] = [
            ("S", severity.rawValue), ("V", severity.rawValue), ("C", code), ("M", message), ("D", detail), ("H", hint),
            ("P", position.map(String.init)), ("W", place),
        ]
        for (key, value) in fields {
            guard let value else { continue }
            try writer.uint8(UInt8(ascii: key))
            try writer.string(value)
        }
        try writer.uint8(0)
    }
}
