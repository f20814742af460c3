/// The notation that PostgreSQL's template patterns share: keywords, literals, what stands before and behind a keyword.

import LodeCore

/// One part of a template.
enum TemplatePart<Key: Sendable>: Sendable {
    /// A keyword with its modifiers.
    case pattern(Key, TemplateModifiers)
    /// One character that is copied.
    case literal([UInt8], isQuoted: Bool)
}

struct TemplateModifiers: Sendable {
    /// FM: no blanks or zeros for width.
    var fills = true
    /// TM: names of the locale, which take no blanks either.
    var isLocalized = false
    /// TH or th behind a number: st, nd, rd, th.
    var ordinal: LetterCase?
}

enum LetterCase: Sendable {
    case upper, capital, lower

    func apply(_ text: String) -> String {
        switch self {
        case .upper: text.uppercased()
        case .capital: text.prefix(1).uppercased() + text.dropFirst().lowercased()
        case .lower: text.lowercased()
        }
    }
}

/// Splits templates.
/// - Source: PostgreSQL 17, 9.8, and its `parse_format`.
struct TemplateScanner<Key: Sendable> {
    /// Longest first among those that begin alike.
    let keywords: [(name: [UInt8], key: Key)]
    /// Whether FM and TM stand before, and TH behind, each keyword; else they are keywords themselves.
    let hasAffixes: Bool

    init(_ keywords: [(String, Key)], hasAffixes: Bool) {
        self.keywords = keywords.map { (Array($0.0.utf8), $0.1) }.sorted { $0.name.count > $1.name.count }
        self.hasAffixes = hasAffixes
    }

    /// - Throws: `0A000` for the modifier SP, which spells numbers out.
    func parts(_ text: [UInt8]) throws(SQLError) -> [TemplatePart<Key>] {
        var parts: [TemplatePart<Key>] = [], at = 0
        while at < text.count {
            var modifiers = TemplateModifiers()
            if hasAffixes {
                if take("FM", text, &at) || take("fm", text, &at) {
                    modifiers.fills = false
                } else if take("TM", text, &at) || take("tm", text, &at) {
                    modifiers.isLocalized = true
                }
            }
            if let known = keywords.first(where: { text[at...].starts(with: $0.name) }) {
                at += known.name.count
                if hasAffixes {
                    if take("TH", text, &at) { modifiers.ordinal = .upper } else if take("th", text, &at) { modifiers.ordinal = .lower }
                    if take("SP", text, &at) { throw .unsupported("the template modifier SP") }
                }
                parts.append(.pattern(known.key, modifiers))
            } else if at < text.count {
                literals(text, &at, &parts)
            }
        }
        return parts
    }

    private func take(_ word: StaticString, _ text: [UInt8], _ at: inout Int) -> Bool {
        guard at + 2 <= text.count, text[at] == word.utf8Start[0], text[at + 1] == word.utf8Start[1] else { return false }
        at += 2
        return true
    }

    /// A quoted run, in which a backslash takes the next character, or one character; `\"` is a quote.
    private func literals(_ text: [UInt8], _ at: inout Int, _ parts: inout [TemplatePart<Key>]) {
        let quote = UInt8(ascii: "\""), backslash = UInt8(ascii: "\\")
        guard text[at] == quote else {
            if text[at] == backslash, at + 1 < text.count, text[at + 1] == quote { at += 1 }
            parts.append(.literal(character(text, &at), isQuoted: false))
            return
        }
        at += 1
        while at < text.count, text[at] != quote {
            if text[at] == backslash, at + 1 < text.count { at += 1 }
            parts.append(.literal(character(text, &at), isQuoted: true))
        }
        at += 1
    }

    private func character(_ text: [UInt8], _ at: inout Int) -> [UInt8] {
        let start = at
        at += 1
        while at < text.count, !UTF8Text.begins(text[at]) { at += 1 }
        return Array(text[start..<at])
    }
}

enum TemplateText {
    static let monthNames = DateParts.months
    static let romanMonths = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]

    /// As C's `%0*d`: the sign counts for the width.
    static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number.magnitude), room = width - (number < 0 ? 1 : 0)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, room - digits.utf8.count)) + digits
    }

    /// ST, ND, RD or TH for a string of digits.
    static func ordinal(_ digits: some StringProtocol) -> String {
        let last = digits.suffix(2)
        if last.count == 2, last.first == "1" { return "TH" }
        switch last.last {
        case "1": return "ST"
        case "2": return "ND"
        case "3": return "RD"
        default: return "TH"
        }
    }
}
