/// Default values, as the metadata's JSON has them.

import LodeCore
import LodeVectors

extension IcebergType {
    /// - Throws: `XX001` for what is no value of the type.
    /// - Source: Iceberg Table Spec, Appendix D "JSON single-value serialization".
    func value(json text: String) throws(SQLError) -> Value {
        try JSONReader.read(text) { (reader) throws(SQLError) in try value(&reader) }
    }

    private func value(_ reader: inout JSONReader) throws(SQLError) -> Value {
        if try reader.takeNull() { return .null }
        switch self {
        case .boolean: return .boolean(try reader.boolean())
        case .int, .long:
            let number = try reader.integer()
            guard self == .long || Int32(exactly: number) != nil else { throw Self.wrong(String(number)) }
            return .integer(number)
        case .float, .double:
            // Numbers that JSON has not are written as strings.
            let text = try reader.scalarText() ?? ""
            guard let number = Double(text) else { throw Self.wrong(text) }
            return .double(self == .float ? Double(Float(number)) : number)
        case .structure(let fields): return try structure(&reader, fields)
        case .list(let element):
            var items: [Value] = []
            try reader.array { (reader) throws(SQLError) in items.append(try element.type.value(&reader)) }
            return .list(items)
        case .map(let key, let value): return try map(&reader, key.type, value.type)
        case .variant, .unknown, .other: throw Self.wrong("a value of a type that has none but NULL")
        default: return try scalar(try reader.string())
        }
    }

    /// Fields that it does not have are what they say themselves.
    private func structure(_ reader: inout JSONReader, _ fields: [IcebergField]) throws(SQLError) -> Value {
        var values = fields.map { $0.initialDefault ?? .null }
        try reader.object { (reader, name) throws(SQLError) in
            guard let place = fields.firstIndex(where: { String($0.id) == name }) else { return try reader.skip() }
            values[place] = try fields[place].type.value(&reader)
        }
        return .structure(values)
    }

    private func map(_ reader: inout JSONReader, _ key: IcebergType, _ value: IcebergType) throws(SQLError) -> Value {
        var keys: [Value] = [], values: [Value] = []
        try reader.object { (reader, name) throws(SQLError) in
            switch name {
            case "keys": try reader.array { (reader) throws(SQLError) in keys.append(try key.value(&reader)) }
            case "values": try reader.array { (reader) throws(SQLError) in values.append(try value.value(&reader)) }
            default: try reader.skip()
            }
        }
        guard keys.count == values.count else { throw Self.wrong("\(keys.count) keys and \(values.count) values") }
        return .map(zip(keys, values).map { .init(key: $0, value: $1) })
    }

    private func scalar(_ text: String) throws(SQLError) -> Value {
        let found: Value?
        switch self {
        case .string: return .text(text)
        case .binary, .fixed: found = text.isEmpty ? .bytes([]) : PartitionText.read(text, as: .varbinary)
        case .decimal(let precision, let scale):
            found = Self.decimal(text, scale).flatMap { Decimal128.fits($0, precision: precision) ? .decimal($0, scale: scale) : nil }
        case .timestamp, .timestampNanos, .timestamptz, .timestamptzNanos:
            // Instants end with +00:00, and with nothing else.
            let isZoned = self == .timestamptz || self == .timestamptzNanos
            let local = isZoned && text.hasSuffix("+00:00") ? String(text.dropLast(6)) : text
            found = PartitionText.read(local, as: sqlType)
        default: found = PartitionText.read(text, as: sqlType)
        }
        guard let found, !found.isNull else { throw Self.wrong(text) }
        return found
    }

    /// `14.20`, `2E+20`.
    private static func decimal(_ text: String, _ scale: Int) -> Int128? {
        var digits = text, exponent = 0
        if let mark = text.firstIndex(where: { $0 == "E" || $0 == "e" }) {
            guard let number = Int(text[text.index(after: mark)...]), (-100...100).contains(number) else { return nil }
            exponent = number
            digits = String(text[..<mark])
        }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let unscaled = Int128(parts.joined()) else { return nil }
        let own = (parts.count == 2 ? parts[1].utf8.count : 0) - exponent
        guard own >= 0 else {
            var number = unscaled
            for _ in 0..<min(100, scale - own) {
                let (next, overflow) = number.multipliedReportingOverflow(by: 10)
                if overflow { return nil }
                number = next
            }
            return number
        }
        return own <= 76 ? Decimal128.rescale(unscaled, from: own, to: scale) : nil
    }

    private static func wrong(_ text: String) -> SQLError { JSONReader.corrupted("\(text.prefix(100)) is no value of the field's type") }
}
