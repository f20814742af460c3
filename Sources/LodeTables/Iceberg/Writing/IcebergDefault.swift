/// Default values of columns: constants, in SQL and in the metadata's JSON.

import LodeCore

/// What SQL declares is an expression; Iceberg keeps a value.
/// - Source: Iceberg spec, "Default values"; Appendix D "JSON single-value serialization".
enum IcebergDefault {
    /// The value of a constant that is written in SQL.
    /// - Throws: `0A000` for any other expression.
    static func value(_ sql: String, _ type: IcebergType, of column: String) throws(SQLError) -> Value {
        if let literal = literal(sql) {
            let json: JSONTree
            switch (literal, type) {
            case (.number(let digits), .decimal): json = .string(digits)
            default: json = literal
            }
            if let value = try? type.value(json: json.json) { return value }
        }
        throw SQLError.unsupported(
            "the default \(sql) of column \"\(column)\" of an Iceberg table", hint: "It must be a constant of the column's type.")
    }

    /// A constant as the metadata could have it; nil for another expression.
    private static func literal(_ sql: String) -> JSONTree? {
        let text = sql.drop { $0 == " " }
        switch text.uppercased() {
        case "TRUE": return .boolean(true)
        case "FALSE": return .boolean(false)
        case "NULL": return .null
        default: break
        }
        if let quote = text.firstIndex(of: "'"), text.last == "'", text.index(after: quote) < text.endIndex {
            let word = text[..<quote].filter { $0 != " " }.uppercased()
            guard ["", "DATE", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "UUID", "X"].contains(word) else { return nil }
            let inner = text[text.index(after: quote)...].dropLast()
            guard !inner.replacing("''", with: "").contains("'") else { return nil }
            return .string(String(inner.replacing("''", with: "'")))
        }
        let isNumber = !text.isEmpty && text.allSatisfy { ($0.isASCII && $0.isNumber) || "+-.eE".contains($0) }
        return isNumber && Double(text) != nil ? .number(String(text.drop { $0 == "+" })) : nil
    }

    /// The value as a constant of SQL; nil for one that SQL has no constant for.
    static func sql(_ value: Value, _ type: IcebergType) -> String? {
        switch value {
        case .null: nil
        case .boolean(let flag): flag ? "TRUE" : "FALSE"
        case .integer, .decimal: PartitionText.write(value)
        case .double(let number): number.isFinite ? "\(number)" : nil
        case .text(let text): text.literal
        case .date: "DATE '\(PartitionText.write(value))'"
        case .timestamp, .timestampNanos: type == .timestamp ? "TIMESTAMP '\(PartitionText.write(value))'" : nil
        case .uuid, .time: "'\(PartitionText.write(value))'"
        default: nil
        }
    }
}

extension IcebergType {
    /// A value as the metadata's JSON has it; nil for what is no value of the type.
    func json(of value: Value) -> JSONTree? {
        switch (self, value) {
        case (_, .null): return .null
        case (.boolean, .boolean(let flag)): return .boolean(flag)
        case (.int, .integer(let number)), (.long, .integer(let number)): return .integer(number)
        case (.float, .double(let number)), (.double, .double(let number)): return number.isFinite ? .number("\(number)") : nil
        case (.binary, .bytes(let bytes)), (.fixed, .bytes(let bytes)): return .string(Self.hexadecimal(bytes))
        case (.timestamp, .timestamp), (.timestampNanos, .timestampNanos): return .string(Self.stamp(value))
        case (.timestamptz, .timestamp), (.timestamptzNanos, .timestampNanos): return .string(Self.stamp(value) + "+00:00")
        case (.decimal, .decimal), (.date, .date), (.time, .time), (.uuid, .uuid): return .string(PartitionText.write(value))
        case (.string, .text(let text)): return .string(text.string)
        case (.structure(let fields), .structure(let values)):
            var members: [JSONTree.Member] = []
            for (field, value) in zip(fields, values) {
                guard let tree = field.type.json(of: value) else { return nil }
                members.append(.init(String(field.id), tree))
            }
            return .object(members)
        case (.list(let element), .list(let items)):
            let trees = items.compactMap { element.type.json(of: $0) }
            return trees.count == items.count ? .array(trees) : nil
        default: return nil
        }
    }

    private static func stamp(_ value: Value) -> String { PartitionText.write(value).replacing(" ", with: "T") }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
