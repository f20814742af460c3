/// Partition values of a Delta log: strings, whatever the column's type.

import LodeCore

enum DeltaPartitionValue {
    /// The value of a column of `type`; no text, and the empty one, is NULL for every type.
    ///
    /// Timestamps without a zone are taken for UTC: the protocol means the zone of the system that wrote them, which it does not record.
    /// - Throws: `XX001` for a text that means no value of the type.
    /// - Source: Delta PROTOCOL.md, "Partition Value Serialization".
    static func read(_ text: String?, _ column: Field) throws(SQLError) -> Value {
        guard let text, !text.isEmpty else { return .null }
        guard let value = value(text, column.type) else {
            throw SQLError(
                .dataCorrupted, "\"\(text)\" is no \(column.type)", in: "partitionValues, column \"\(column.name)\"")
        }
        return value
    }

    /// The values of a file, aligned with the partition columns.
    /// - Parameter names: the columns as the log calls them.
    static func values(
        _ texts: [(name: String, text: String?)], _ columns: [Field], _ names: [String]
    ) throws(SQLError) -> [Value] {
        var values: [Value] = []
        for (column, name) in zip(columns, names) { values.append(try read(texts.first { $0.name == name }?.text, column)) }
        return values
    }

    private static func value(_ text: String, _ type: SQLType) -> Value? {
        switch type {
        case .varbinary: .bytes(Array(text.utf8))
        case .decimal(let precision, let scale): decimal(text, precision: precision, scale: scale)
        default: PartitionText.read(text, as: type)
        }
    }

    /// Also with an exponent, as Java writes small and round decimals: `0E-18`, `1.5E+3`.
    static func decimal(_ text: String, precision: Int, scale: Int) -> Value? {
        guard let letter = text.firstIndex(where: { $0 == "e" || $0 == "E" }) else {
            return PartitionText.decimal(withoutTrailingZeros(text, scale), precision: precision, scale: scale)
        }
        guard var exponent = Int(text[text.index(after: letter)...]), (-400...400).contains(exponent) else { return nil }
        var body = text[..<letter]
        let isNegative = body.hasPrefix("-")
        if isNegative || body.hasPrefix("+") { body = body.dropFirst() }
        let parts = body.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count) else { return nil }
        var digits = String(parts[0])
        if parts.count == 2 {
            digits += parts[1]
            exponent -= parts[1].utf8.count
        }
        guard !digits.isEmpty, digits.utf8.count <= 400, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        let plain: String
        if exponent >= 0 {
            plain = digits + String(repeating: "0", count: exponent)
        } else {
            let padded = String(repeating: "0", count: max(0, 1 - exponent - digits.utf8.count)) + digits
            plain = "\(padded.dropLast(-exponent)).\(padded.suffix(-exponent))"
        }
        let shown = String(plain.drop { $0 == "0" })
        let whole = shown.isEmpty || shown.hasPrefix(".") ? "0" + shown : shown
        return PartitionText.decimal(
            (isNegative ? "-" : "") + withoutTrailingZeros(whole, scale), precision: precision, scale: scale)
    }

    /// Zeros behind the places that the type has say nothing.
    private static func withoutTrailingZeros(_ text: String, _ scale: Int) -> String {
        guard let point = text.firstIndex(of: ".") else { return text }
        var fraction = text[text.index(after: point)...]
        while fraction.utf8.count > scale, fraction.hasSuffix("0") { fraction = fraction.dropLast() }
        return fraction.isEmpty ? String(text[..<point]) : "\(text[..<point]).\(fraction)"
    }
}
