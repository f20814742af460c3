/// Numbers as text by a template.

import Glibc
import LodeCore
import LodeVectors

/// A number as a template takes it.
enum TemplateNumber {
    case decimal(Int128, scale: Int)
    case double(Double)

    /// The digits with this many places, halves rounded away from zero, after a shift of the point; with the sign apart.
    func digits(_ template: NumberTemplate) -> (isNegative: Bool, text: String, places: Int) {
        switch self {
        case .decimal(let unscaled, let scale):
            let text = Self.fixed(unscaled.magnitude, scale - template.shiftDigits, template.places)
            return (unscaled < 0 && text.contains { $0 != "0" && $0 != "." }, text, template.places)
        case .double(let number):
            let shifted = number * pow(10, Double(template.shiftDigits))
            if !shifted.isFinite { return (shifted < 0, shifted.isNaN ? "NaN" : "Infinity", template.places) }
            // A double has 15 digits that count.
            let before = Self.printed("%.0f", [abs(shifted)]).utf8.count
            let places = before >= 15 ? 0 : min(template.places, 15 - before)
            return (shifted < 0, Self.printed("%.*f", [places, abs(shifted)]), places)
        }
    }

    private static func printed(_ format: String, _ arguments: [any CVarArg]) -> String {
        withVaList(arguments) { list in
            var buffer = [CChar](repeating: 0, count: 400)
            let count = vsnprintf(&buffer, buffer.count, format, list)
            return String(decoding: buffer.prefix(max(0, min(buffer.count - 1, Int(count)))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// `magnitude * 10^-scale` with this many places.
    private static func fixed(_ magnitude: UInt128, _ scale: Int, _ places: Int) -> String {
        var digits = Array(String(magnitude).utf8), point = digits.count - (magnitude == 0 ? max(0, scale) : scale)
        if point < 1 {
            digits = Array(repeating: 48, count: 1 - point) + digits
            point = 1
        }
        round(&digits, to: point + places, &point)
        digits += Array(repeating: 48, count: max(0, point + places - digits.count))
        let whole = String(decoding: digits[..<point], as: UTF8.self)
        return places == 0 ? whole : whole + "." + String(decoding: digits[point..<(point + places)], as: UTF8.self)
    }

    /// Cuts digits to a count, halves away from zero; a carry beyond the first moves the point.
    private static func round(_ digits: inout [UInt8], to count: Int, _ point: inout Int) {
        guard count < digits.count else { return }
        var carries = digits[count] >= 53
        digits.removeSubrange(count...)
        var at = count - 1
        while carries, at >= 0 {
            carries = digits[at] == 57
            digits[at] = carries ? 48 : digits[at] + 1
            at -= 1
        }
        if carries {
            digits.insert(49, at: 0)
            point += 1
        }
    }

    /// ` 1.50e+00`: a place for the sign, this many places, an exponent.
    func scientific(_ places: Int) -> String {
        switch self {
        case .double(let number):
            let text = Self.printed("%.*e", [places, number])
            return text.hasPrefix("-") ? text : " " + text
        case .decimal(let unscaled, let scale):
            var digits = Array(String(unscaled.magnitude).utf8), point = 1
            let length = digits.count
            Self.round(&digits, to: places + 1, &point)
            digits += Array(repeating: 48, count: max(0, places + 1 - digits.count))
            let exponent = unscaled == 0 ? 0 : length - 1 - scale + point - 1
            let first = String(decoding: digits[..<1], as: UTF8.self), rest = String(decoding: digits[1..<(1 + places)], as: UTF8.self)
            let size = TemplateText.padded(Int64(exponent.magnitude), 2)
            return (unscaled < 0 ? "-" : " ") + first + (places > 0 ? "." + rest : "") + (exponent < 0 ? "e-" : "e+") + size
        }
    }

    var isFinite: Bool { if case .double(let number) = self { number.isFinite } else { true } }

    /// The nearest whole number, if it has a Roman numeral.
    var roman: String? {
        let whole: Int
        switch self {
        case .decimal(let unscaled, let scale): whole = Int(clamping: Decimal128.rescale(unscaled, from: scale, to: 0) ?? 0)
        case .double(let number): whole = number.isFinite && abs(number) < 1e6 ? Int(number.rounded(.toNearestOrEven)) : 0
        }
        guard (1...3999).contains(whole) else { return nil }
        var rest = whole, text = ""
        let numerals = [
            (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"),
            (5, "V"), (4, "IV"),
            (1, "I"),
        ]
        for (value, numeral) in numerals {
            while rest >= value {
                text += numeral
                rest -= value
            }
        }
        return text
    }
}

extension NumberTemplate {
    func text(_ number: TemplateNumber) -> String {
        if isScientific {
            if !number.isFinite {
                return " " + String(repeating: "#", count: integerDigits) + "." + String(repeating: "#", count: places + 4)
            }
            return number.scientific(places)
        }
        let width = integerDigits + shiftDigits
        var (isNegative, digits, places) = number.digits(self)
        if isRoman { digits = number.roman ?? String(repeating: "#", count: 15) }
        let before =
            digits.utf8.firstIndex(of: UInt8(ascii: ".")).map { digits.utf8.distance(from: digits.startIndex, to: $0) } ?? digits.utf8.count
        if !isRoman, before > width {
            digits = String(repeating: "#", count: width) + "." + String(repeating: "#", count: places)
        }
        var writer = NumberTemplateWriter(
            self, digits: Array(digits.utf8), isNegative: isNegative, blanks: isRoman ? 0 : max(0, width - before))
        for part in parts {
            switch part {
            case .literal(let character, _): writer.output += character
            case .pattern(let key, _): writer.write(key)
            }
        }
        return String(decoding: writer.output, as: UTF8.self)
    }
}

/// Writes one number pattern by pattern.
/// - Source: PostgreSQL 17, `NUM_processor` and `NUM_numpart_to_char`.
private struct NumberTemplateWriter {
    var output: [UInt8] = []
    private let template: NumberTemplate
    private let digits: [UInt8]
    private let isNegative: Bool
    /// Positions of the template before the first digit.
    private let blanks: Int
    private var hasSignWritten: Bool
    private let hasBrackets: Bool
    /// The last digit that FM leaves; the point itself if all behind it are zeros.
    private var lastRelevant: Int?
    private let positions: Int
    /// The digit that comes next, and the digit pattern that is at work.
    private var next = 0, position = 0
    /// Whether a digit was written last.
    private var isInNumber = false

    private static let point = UInt8(ascii: "."), zero = UInt8(ascii: "0"), blank = UInt8(ascii: " ")

    init(_ template: NumberTemplate, digits: [UInt8], isNegative: Bool, blanks: Int) {
        self.template = template
        self.digits = digits
        self.isNegative = isNegative
        self.blanks = blanks
        let fills = template.fills
        if template.hasPlus || template.hasMinus {
            hasSignWritten = !(template.hasPlus && !template.hasMinus)
            hasBrackets = template.hasBrackets
        } else {
            hasBrackets = template.hasBrackets && (isNegative || !fills)
            hasSignWritten = !isNegative && fills && !template.hasSign
        }
        if fills, template.hasPoint, let point = digits.firstIndex(of: Self.point) {
            var last = point
            for at in digits.indices where at > point && digits[at] != Self.zero { last = at }
            if template.zeroEnd > blanks { last = max(last, min(digits.count - 1, template.zeroEnd - blanks)) }
            lastRelevant = last
        }
        let count = template.places + template.integerDigits + template.shiftDigits - 1
        positions = count + (!hasSignWritten && blanks == 0 ? 1 : 0)
    }

    private var sign: UInt8 { isNegative ? UInt8(ascii: "-") : UInt8(ascii: "+") }

    mutating func write(_ key: NumberTemplate.Key) {
        let fills = template.fills
        switch key {
        case .nine, .zero, .point, .localePoint: if !template.isRoman { writeDigit(key) }
        case .comma, .group: if isInNumber { output.append(UInt8(ascii: ",")) } else if !fills { output.append(Self.blank) }
        case .currency: output.append(Self.blank)
        case .roman, .smallRoman:
            let numeral = key == .roman ? digits : digits.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }
            if !fills { output += Array(repeating: Self.blank, count: max(0, 15 - numeral.count)) }
            output += numeral
        case .ordinal, .smallOrdinal:
            if template.isRoman || digits.first == UInt8(ascii: "#") || isNegative || template.hasPoint { return }
            let ending = TemplateText.ordinal(String(decoding: digits, as: UTF8.self))
            output += (key == .ordinal ? ending : ending.lowercased()).utf8
        case .minus: if isNegative { output.append(sign) } else if !fills { output.append(Self.blank) }
        case .plus: if !isNegative { output.append(sign) } else if !fills { output.append(Self.blank) }
        case .signOrPlus: output.append(sign)
        default: break
        }
    }

    /// "9.9" of 0.1 is " .1": a zero before the point is a blank unless the template asks for it.
    private var isBlankBeforePoint: Bool {
        template.firstZero == nil && next == 0 && digits.first == Self.zero && template.places != 0
    }

    private var endsAtPoint: Bool { lastRelevant.map { digits[$0] == Self.point } ?? false }

    private mutating func writeDigit(_ key: NumberTemplate.Key) {
        isInNumber = false
        writeSign()
        let firstZero = template.firstZero
        if position < blanks, firstZero.map({ $0 > position }) ?? true {
            if !template.fills { output.append(Self.blank) }
        } else if position < blanks {
            output.append(Self.zero)
            isInNumber = true
        } else {
            let digit = next < digits.count ? digits[next] : nil
            if digit == Self.point {
                if !endsAtPoint || template.fills { output.append(Self.point) }
            } else if let lastRelevant, next > lastRelevant, key != .zero {
                // FM: zeros at the end are left out.
            } else if isBlankBeforePoint {
                if !template.fills { output.append(Self.blank) } else if endsAtPoint { output.append(Self.zero) }
            } else if let digit {
                output.append(digit)
                isInNumber = true
            }
            if next < digits.count { next += 1 }
        }
        writeEnd()
        position += 1
    }

    private mutating func writeSign() {
        guard !hasSignWritten, position >= blanks || template.firstZero == position, !isBlankBeforePoint || endsAtPoint else { return }
        if template.hasSign {
            guard template.signPlace == .before else { return }
            output.append(sign)
        } else if hasBrackets {
            output.append(isNegative ? UInt8(ascii: "<") : Self.blank)
        } else if isNegative {
            output.append(sign)
        } else if !template.fills {
            output.append(Self.blank)
        }
        hasSignWritten = true
    }

    private mutating func writeEnd() {
        var end = positions + (blanks > 0 ? 1 : 0) + (template.hasPoint ? 1 : 0)
        if let lastRelevant, lastRelevant == next { end = position }
        guard position + 1 == end else { return }
        if hasSignWritten, hasBrackets {
            output.append(isNegative ? UInt8(ascii: ">") : Self.blank)
        } else if template.hasSign, template.signPlace == .after {
            output.append(sign)
        }
    }
}
