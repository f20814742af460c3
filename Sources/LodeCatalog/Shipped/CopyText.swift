/// Rows in the text format of PostgreSQL's COPY.

import LodeCore

/// Reads values of the types that shipped rows have.
/// - Source: PostgreSQL, "COPY", "Text Format".
enum CopyText {
    /// - Throws: `22P04` for a line with more or fewer columns than the table, `22P02` for a value that is none of its type.
    static func rows(_ text: String, _ schema: Schema) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let cells = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            guard cells.count == schema.count else {
                throw SQLError(.badCopyFileFormat, "line \(rows.count + 1) has \(cells.count) columns, not \(schema.count)")
            }
            var row: [Value] = []
            row.reserveCapacity(cells.count)
            for (cell, field) in zip(cells, schema.fields) {
                row.append(cell.elementsEqual("\\N".utf8) ? .null : try value(unescaped(Array(cell)), field.type))
            }
            rows.append(row)
        }
        return rows
    }

    private static func unescaped(_ bytes: [UInt8]) -> String {
        guard bytes.contains(UInt8(ascii: "\\")) else { return String(decoding: bytes, as: UTF8.self) }
        var result: [UInt8] = [], index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
                index += 1
                switch bytes[index] {
                case UInt8(ascii: "n"): result.append(10)
                case UInt8(ascii: "t"): result.append(9)
                default: result.append(bytes[index])
                }
            } else {
                result.append(bytes[index])
            }
            index += 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func value(_ text: String, _ type: SQLType) throws(SQLError) -> Value {
        switch type.base {
        case .boolean: return .boolean(text == "t")
        case .smallint, .integer, .bigint:
            if let number = Int64(text) { return .integer(number) }
        case .real, .double:
            if let number = Double(text) { return .double(number) }
        case .varchar: return .text(text)
        case .list(let element):
            let isVector = type.base != type
            let items = isVector ? text.split(separator: " ").map(String.init) : elements(text)
            return .list(try items.map { (item) throws(SQLError) in try value(item, element) })
        default: break
        }
        throw SQLError(.invalidTextRepresentation, "invalid input syntax for type \(type): \"\(text)\"")
    }

    /// The elements of `{a,"b c"}`.
    private static func elements(_ text: String) -> [String] {
        var items: [String] = [], item = "", isQuoted = false, isEscaped = false, hasItem = false
        for character in text.dropFirst().dropLast() {
            if isEscaped {
                item.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
                hasItem = true
            } else if character == ",", !isQuoted {
                items.append(item)
                item = ""
            } else {
                item.append(character)
                hasItem = true
            }
        }
        return hasItem ? items + [item] : items
    }
}
