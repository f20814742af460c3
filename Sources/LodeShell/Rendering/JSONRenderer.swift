/// JSON: an array of objects, or one object a line.

import LodeCore
import LodeVectors

/// Numbers are numbers, but decimals and integers beyond 2^53 are strings, since readers of JSON would round them. Lists and structs are
/// arrays and objects; everything else is the text that the shell shows.
final class JSONRenderer: ResultRenderer {
    private let context: RenderingContext
    private let isLines: Bool
    private let out: ByteSink
    private var fields: [Field] = []
    private var count = 0

    init(_ context: RenderingContext, isLines: Bool) throws(SQLError) {
        self.context = context
        self.isLines = isLines
        out = try ByteSink(capacity: 1 << 16)
    }

    func begin(_ columns: [Field]) throws(SQLError) {
        fields = columns
        if !isLines { try out.append("[" as StaticString) }
    }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        for row in 0..<chunk.count {
            if !isLines { try out.append(count == 0 ? "\n" : ",\n" as StaticString) }
            try out.append(UInt8(ascii: "{"))
            for (index, field) in fields.enumerated() {
                if index > 0 { try out.append(UInt8(ascii: ",")) }
                try appendString(field.name)
                try out.append(UInt8(ascii: ":"))
                try append(chunk.columns[index], row)
            }
            try out.append(UInt8(ascii: "}"))
            if isLines { try out.append(10) }
            count += 1
            if out.count > 1 << 15 { try flush() }
        }
        try flush()
        return true
    }

    func finish() throws(SQLError) {
        if fields.isEmpty { return }
        if !isLines { try out.append(count == 0 ? "]\n" : "\n]\n" as StaticString) }
        try flush()
    }

    private func flush() throws(SQLError) {
        try context.output.write(out)
        out.truncate()
    }

    private func append(_ column: Column, _ row: Int) throws(SQLError) {
        if column.isNull(row) {
            try out.append("null" as StaticString)
            return
        }
        switch column.type {
        case .list, .structure, .map: try append(column.value(at: row), column.type)
        case .json, .boolean, .tinyint, .smallint, .integer:
            try ValueText(column, zone: context.zone).append(row, to: out)
        case .bigint, .real, .double: try append(column.value(at: row), column.type)
        default:
            let text = try ByteSink(capacity: 64)
            try ValueText(column, zone: context.zone).append(row, to: text)
            try appendString(text.string)
        }
    }

    private func append(_ value: Value, _ type: SQLType) throws(SQLError) {
        switch (value, type) {
        case (.null, _): try out.append("null" as StaticString)
        case (.integer(let number), _):
            if number.magnitude > 1 << 53 { try appendString(String(number)) } else { try out.append(String(number)) }
        case (.double(let number), _):
            if number.isFinite { try out.append(number == number.rounded() && number.magnitude < 1e15 ? String(Int64(number)) : "\(number)") } else { try appendString("\(number)") }
        case (.boolean(let flag), _): try out.append(flag ? "true" : "false" as StaticString)
        case (.list(let items), .list(let element)):
            try out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { try out.append(UInt8(ascii: ",")) }
                try append(item, element)
            }
            try out.append(UInt8(ascii: "]"))
        case (.structure(let parts), .structure(let fields)):
            try out.append(UInt8(ascii: "{"))
            for (index, part) in parts.enumerated() where index < fields.count {
                if index > 0 { try out.append(UInt8(ascii: ",")) }
                try appendString(fields[index].name)
                try out.append(UInt8(ascii: ":"))
                try append(part, fields[index].type)
            }
            try out.append(UInt8(ascii: "}"))
        case (.map(let entries), .map(let keyType, let valueType)):
            try out.append(UInt8(ascii: "{"))
            for (index, entry) in entries.enumerated() {
                if index > 0 { try out.append(UInt8(ascii: ",")) }
                try appendString(try plain(entry.key, keyType))
                try out.append(UInt8(ascii: ":"))
                try append(entry.value, valueType)
            }
            try out.append(UInt8(ascii: "}"))
        case (.text(let text), .json): try out.append(text.string)
        default: try appendString(try plain(value, type))
        }
    }

    private func plain(_ value: Value, _ type: SQLType) throws(SQLError) -> String {
        let text = try ByteSink(capacity: 64)
        try ValueText(try Column.make(type, [value]), zone: context.zone).append(0, to: text)
        return text.string
    }

    private func appendString(_ text: String) throws(SQLError) {
        try out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case 34: try out.append("\\\"" as StaticString)
            case 92: try out.append("\\\\" as StaticString)
            case 10: try out.append("\\n" as StaticString)
            case 13: try out.append("\\r" as StaticString)
            case 9: try out.append("\\t" as StaticString)
            case 0..<32: try out.append("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
            default: try out.append(byte)
            }
        }
        try out.append(UInt8(ascii: "\""))
    }
}
