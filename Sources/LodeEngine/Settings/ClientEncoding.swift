/// The encodings in which clients may speak.

/// Text is UTF-8 everywhere else.
package enum ClientEncoding: String, Sendable {
    case utf8 = "UTF8"
    case latin1 = "LATIN1"
    /// Whatever bytes there are: UTF-8, as they are kept.
    case ascii = "SQL_ASCII"

    /// By any of the names that PostgreSQL takes: `utf-8`, `'UTF8'`, `ISO_8859_1`.
    init?(named name: String) {
        switch name.lowercased().filter({ $0.isLetter || $0.isNumber }) {
        case "utf8", "unicode": self = .utf8
        case "latin1", "iso88591": self = .latin1
        case "sqlascii": self = .ascii
        default: return nil
        }
    }
}
