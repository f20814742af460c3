/// Templates of numbers: `FM9,999.00`.

import LodeCore

/// A template of to_char for numbers, with what its patterns together ask for.
/// - Source: PostgreSQL 17, table 9.30, "Template Patterns for Numeric Formatting", and its `NUMDesc_prepare`.
struct NumberTemplate: Sendable {
    enum Key: Sendable, Equatable {
        case nine, zero, point, localePoint, comma, group, currency
        case sign, minus, plus, signOrPlus, brackets
        case roman, smallRoman, ordinal, smallOrdinal, shift, scientific, fill
        /// B and C of Oracle, which PostgreSQL knows and ignores.
        case blank, isoCurrency, spelled
    }

    enum SignPlace: Sendable { case none, before, after }

    let parts: [TemplatePart<Key>]
    /// Digits before and behind the point, and those that V adds.
    var integerDigits = 0, places = 0, shiftDigits = 0
    /// The first digit that is written as 0 (from 0; nil if none is), and how many digits there are up to the last such.
    var firstZero: Int?
    var zeroEnd = 0
    var signPlace = SignPlace.none
    private var digitsBeforeSign = 0
    var hasPoint = false, isShifted = false, fills = false, hasBrackets = false, hasSign = false
    var hasMinus = false, hasPlus = false, isRoman = false, isScientific = false

    /// - Throws: `42601` for patterns that contradict each other, `0A000` for those that don't exist.
    init(_ text: String) throws(SQLError) {
        parts = try Self.scanner.parts(Array(text.utf8))
        for part in parts { if case .pattern(let key, _) = part { try add(key) } }
        if signPlace == .before, digitsBeforeSign == integerDigits { signPlace = .after }
    }

    private static let scanner: TemplateScanner<Key> = {
        let names: [(String, Key)] = [
            (",", .comma), (".", .point), ("0", .zero), ("9", .nine), ("B", .blank), ("C", .isoCurrency), ("D", .localePoint),
            ("EEEE", .scientific),
            ("FM", .fill), ("G", .group), ("L", .currency), ("MI", .minus), ("PL", .plus), ("PR", .brackets), ("SG", .signOrPlus),
            ("SP", .spelled),
            ("S", .sign), ("TH", .ordinal), ("V", .shift), ("RN", .roman),
        ]
        let lower = names.filter { $0.0 != $0.0.lowercased() }.map { name, key -> (String, Key) in
            (name.lowercased(), key == .ordinal ? .smallOrdinal : key == .roman ? .smallRoman : key)
        }
        return TemplateScanner(names + lower, hasAffixes: false)
    }()

    private func wrong(_ message: String, _ detail: String? = nil) -> SQLError { SQLError(.syntaxError, message, detail: detail) }

    private mutating func add(_ key: Key) throws(SQLError) {
        if isScientific { throw wrong("\"EEEE\" must be the last pattern used") }
        switch key {
        case .nine, .zero: try addDigit(key)
        case .point, .localePoint:
            if hasPoint { throw wrong("multiple decimal points") }
            if isShifted { throw wrong("cannot use \"V\" and decimal point together") }
            hasPoint = true
        case .fill: fills = true
        case .sign:
            if hasSign { throw wrong("cannot use \"S\" twice") }
            if hasPlus || hasMinus || hasBrackets { throw wrong("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together") }
            hasSign = true
            signPlace = hasPoint ? .after : .before
            digitsBeforeSign = integerDigits
        case .minus, .plus, .signOrPlus:
            if hasSign { throw wrong("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together") }
            hasMinus = hasMinus || key != .plus
            hasPlus = hasPlus || key != .minus
        case .brackets:
            if hasSign || hasPlus || hasMinus { throw wrong("cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together") }
            hasBrackets = true
        case .roman, .smallRoman: isRoman = true
        case .shift:
            if hasPoint { throw wrong("cannot use \"V\" and decimal point together") }
            isShifted = true
        case .scientific:
            if fills || hasSign || hasBrackets || hasMinus || hasPlus || isRoman || isShifted {
                throw wrong(
                    "\"EEEE\" is incompatible with other formats",
                    "\"EEEE\" may only be used together with digit and decimal point patterns.")
            }
            isScientific = true
        case .blank: throw .unsupported("the template pattern B")
        case .isoCurrency: throw .unsupported("the template pattern C")
        case .spelled: throw .unsupported("the template modifier SP")
        case .comma, .group, .currency, .ordinal, .smallOrdinal: break
        }
    }

    private mutating func addDigit(_ key: Key) throws(SQLError) {
        if hasBrackets { throw wrong("\"\(key == .zero ? 0 : 9)\" must be ahead of \"PR\"") }
        guard integerDigits + places + shiftDigits < 1000 else { throw SQLError(.programLimitExceeded, "the template has too many digits") }
        if key == .nine, isShifted {
            shiftDigits += 1
            return
        }
        if key == .zero, firstZero == nil, !hasPoint { firstZero = integerDigits }
        if hasPoint { places += 1 } else { integerDigits += 1 }
        if key == .zero { zeroEnd = integerDigits + places }
    }
}
