/// A text whose variables have become values, as a server without them reads it.

import LodeCore
import LodeSyntax

/// `:name` of a variable that is set becomes a literal. What is sent is longer than what was written; places that a server names are found
/// in what was written.
struct VariableText: Equatable {
    let sent: String
    private let written: String
    /// Where in both texts, in bytes, what follows a value begins.
    private var places: [(sent: Int, written: Int)] = []

    init(_ text: String, _ variables: [String: Value]) {
        written = text
        if variables.isEmpty {
            sent = text
            return
        }
        var result = "", places: [(sent: Int, written: Int)] = []
        for piece in StatementText.variables(in: text) {
            let part = piece.text
            guard let name = piece.variable, let value = variables[name] else {
                result += part
                continue
            }
            result += Self.literal(value)
            places.append((result.utf8.count, piece.end))
        }
        sent = result
        self.places = places
    }

    static func == (left: VariableText, right: VariableText) -> Bool { left.sent == right.sent && left.written == right.written }

    /// - Parameter number: of a character of what was sent, from 1.
    func span(ofCharacter number: Int) -> SourceSpan? {
        guard number >= 1 else { return nil }
        let offset = sent.unicodeScalars.prefix(number - 1).reduce(0) { $0 + $1.utf8.count }
        let place = places.last { $0.sent <= offset } ?? (0, 0)
        let start = min(place.written + offset - place.sent, written.utf8.count)
        return SourceSpan(start, max(start, StatementText.end(ofPieceAt: start, in: written)))
    }

    private static func literal(_ value: Value) -> String {
        switch value {
        case .null: "NULL"
        case .boolean(let flag): flag ? "TRUE" : "FALSE"
        case .text(let text): text.literal
        case .integer(let number): String(number)
        case .decimal(let unscaled, let scale): Decimal128.text(unscaled, scale: scale)
        default: SQLText("\(value)").literal
        }
    }
}
