/// Values of parameters, as Bind brings them.

import LodeCore
import LodeEngine

/// Reads the values of one Bind. Text is read as SQL reads a quoted literal of the type.
struct ParameterDecoder {
    let session: Session

    /// A value with its type, which for numeric is as wide as the value.
    struct Parameter: Equatable {
        var value: Value
        var type: SQLType
    }

    /// - Throws: `22P02`, `22007` and kin for a string that is none of the type, `22P03` for bytes that are not, `22023` for a format that
    ///   does not exist.
    func decode(_ bytes: [UInt8]?, format: Int16, id: UInt32, type: SQLType) throws(SQLError) -> Parameter {
        guard let bytes else { return Parameter(value: .null, type: type) }
        let value: Value
        switch WireFormat(rawValue: format) {
        case .text:
            let isLatin1 = session.settings.clientEncoding == .latin1
            value = try text(try EncodedText.decode(isLatin1 ? Latin1.decoded(bytes) : bytes), type)
        case .binary: value = try BinaryValue.decode(bytes, id: id, type: type)
        case nil: throw SQLError(.invalidParameterValue, "unsupported format code: \(format)")
        }
        return Parameter(value: value, type: Self.narrowed(type, for: value))
    }

    private func text(_ text: String, _ type: SQLType) throws(SQLError) -> Value {
        switch type {
        case .list(let element):
            return try ArrayText.read(text, element: element) { (item) throws(SQLError) in try self.text(item, element) }
        case .decimal: return try session.literal(text, of: DecimalText.type(of: text) ?? type)
        default: return try session.literal(text, of: type)
        }
    }

    /// A decimal is as precise as its digits say, whatever the place that it goes to.
    private static func narrowed(_ type: SQLType, for value: Value) -> SQLType {
        guard type.isDecimal, case .decimal(let unscaled, let scale) = value else { return type }
        return .decimal(precision: min(38, max(String(unscaled.magnitude).utf8.count, scale, 1)), scale: scale)
    }
}

/// How many digits a decimal text has.
enum DecimalText {
    /// The decimal type that holds the number as it is written; nil for what is not plain digits with a point.
    static func type(of text: String) -> SQLType? {
        var whole = 0, fraction = 0, sawPoint = false
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): if sawPoint { fraction += 1 } else { whole += 1 }
            case UInt8(ascii: ".") where !sawPoint: sawPoint = true
            case UInt8(ascii: "-"), UInt8(ascii: "+"): if index > 0 { return nil }
            default: return nil
            }
        }
        guard whole + fraction > 0, whole + fraction <= 38 else { return nil }
        return .decimal(precision: max(1, whole + fraction), scale: fraction)
    }
}
