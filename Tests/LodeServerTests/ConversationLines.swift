// The lines of a conversation: messages of the client, and those of the server.

@testable import LodeServer

/// `query select 1`, `parse s (23, 0) select $1`, `bind p s (1) (x'0001', null, text) (0)`, `describe S s`, `execute p 10`, `close P p`,
/// `sync`, `flush`, `data a\tb\n`, `done`, `fail why`, `raw Q 00ff`, `terminate`. A name that is empty is `-`.
enum ClientLine {
    static func message(_ line: String) -> (type: UInt8, body: [UInt8]) {
        let (verb, rest) = cut(line)
        switch verb {
        case "query": return made("Q", z(unescaped(rest)))
        case "parse":
            let (name, more) = cut(rest)
            let (types, sql) = list(more)
            let ids = types.flatMap { int32(Int($0) ?? 0) }
            return made("P", [z(name), z(unescaped(sql)), int16(types.count), ids].flatMap { $0 })
        case "bind":
            let (portal, more) = cut(rest)
            let (statement, lists) = cut(more)
            let (formats, second) = list(lists)
            let (values, third) = list(second)
            let (results, _) = list(third)
            let parts = [z(portal), z(statement), shorts(formats), int16(values.count), values.flatMap(value), shorts(results)]
            return made("B", parts.flatMap { $0 })
        case "describe", "close":
            let (kind, name) = cut(rest)
            return made(verb == "close" ? "C" : "D", Array(kind.utf8) + z(name))
        case "execute":
            let (portal, count) = cut(rest)
            return made("E", z(portal) + int32(Int(count) ?? 0))
        case "sync": return made("S", [])
        case "flush": return made("H", [])
        case "data": return made("d", Array(unescaped(rest).utf8))
        case "done": return made("c", [])
        case "fail": return made("f", z(rest))
        case "raw":
            let (type, bytes) = cut(rest)
            return made(type, hex(bytes))
        case "datahex": return made("d", hex(rest))
        default: return made("X", [])
        }
    }

    private static func made(_ type: String, _ body: [UInt8]) -> (type: UInt8, body: [UInt8]) { (type.utf8.first ?? 0, body) }

    private static func cut(_ text: String) -> (String, String) {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        return (parts.first.map(String.init) ?? "", parts.count > 1 ? String(parts[1]) : "")
    }

    /// `(a, b) rest`
    private static func list(_ text: String) -> ([String], String) {
        guard text.hasPrefix("("), let end = text.firstIndex(of: ")") else { return ([], text) }
        let items = text[text.index(after: text.startIndex)..<end].split(separator: ",").map { String($0.drop { $0 == " " }) }
        return (items, String(text[text.index(after: end)...].drop { $0 == " " }))
    }

    private static func value(_ text: String) -> [UInt8] {
        if text == "null" { return int32(-1) }
        let bytes = text.hasPrefix("x'") ? hex(String(text.dropFirst(2).dropLast())) : Array(unescaped(text).utf8)
        return int32(bytes.count) + bytes
    }

    private static func hex(_ text: String) -> [UInt8] {
        let digits = Array(text)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
    }

    private static func z(_ text: String) -> [UInt8] { (text == "-" ? [] : Array(text.utf8)) + [0] }
    private static func int16(_ value: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)] }
    private static func int32(_ value: Int) -> [UInt8] { int16(value >> 16) + int16(value) }
    private static func shorts(_ list: [String]) -> [UInt8] { int16(list.count) + list.flatMap { int16(Int($0) ?? 0) } }
    private static func unescaped(_ text: String) -> String {
        let letters: [Character: String] = ["n": "\n", "t": "\t", "p": ")", "c": ",", "\\": "\\"]
        var result = "", isEscaped = false
        for character in text {
            if isEscaped {
                result += letters[character] ?? "\\\(character)"
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
            }
        }
        return result
    }
}

/// What the server sent, a line a message.
enum ServerLines {
    static func texts(of bytes: [UInt8]) -> [String] {
        var lines: [String] = [], offset = 0
        while offset + 5 <= bytes.count {
            let length = bytes[(offset + 1)..<(offset + 5)].reduce(0) { $0 << 8 | Int($1) }
            let end = min(bytes.count, offset + 1 + length)
            lines.append("< " + text(bytes[offset], Array(bytes[(offset + 5)..<end])))
            offset += 1 + length
        }
        return lines
    }

    private static func text(_ type: UInt8, _ body: [UInt8]) -> String {
        switch type {
        case UInt8(ascii: "T"): return "RowDescription " + columns(body)
        case UInt8(ascii: "D"): return "DataRow " + row(body)
        case UInt8(ascii: "C"): return "CommandComplete " + String(decoding: body.dropLast(), as: UTF8.self)
        case UInt8(ascii: "E"): return "ErrorResponse " + fields(body)
        case UInt8(ascii: "N"): return "NoticeResponse " + fields(body)
        case UInt8(ascii: "Z"): return "ReadyForQuery " + String(decoding: body, as: UTF8.self)
        case UInt8(ascii: "I"): return "EmptyQueryResponse"
        case UInt8(ascii: "1"): return "ParseComplete"
        case UInt8(ascii: "2"): return "BindComplete"
        case UInt8(ascii: "3"): return "CloseComplete"
        case UInt8(ascii: "n"): return "NoData"
        case UInt8(ascii: "s"): return "PortalSuspended"
        case UInt8(ascii: "t"): return "ParameterDescription " + numbers(body.dropFirst(2)).map(String.init).joined(separator: " ")
        case UInt8(ascii: "S"): return "ParameterStatus " + strings(body).joined(separator: " = ")
        case UInt8(ascii: "d"): return "CopyData " + printable(body)
        case UInt8(ascii: "c"): return "CopyDone"
        case UInt8(ascii: "G"): return "CopyInResponse \(body.first ?? 0) \(body.count / 2 - 1)"
        case UInt8(ascii: "H"): return "CopyOutResponse \(body.first ?? 0) \(body.count / 2 - 1)"
        default: return "\(Character(UnicodeScalar(type))) " + printable(body)
        }
    }

    private static func numbers(_ bytes: some Collection<UInt8>) -> [Int] {
        let list = Array(bytes)
        return stride(from: 0, to: list.count - 3, by: 4).map { start in list[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) } }
    }

    private static func strings(_ body: [UInt8]) -> [String] {
        body.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
    }

    /// `name:type[/modifier]`, with `b` for binary.
    private static func columns(_ body: [UInt8]) -> String {
        var texts: [String] = [], rest = body.dropFirst(2)
        while let end = rest.firstIndex(of: 0) {
            let name = String(decoding: rest[..<end], as: UTF8.self), facts = Array(rest[(end + 1)...].prefix(18))
            let type = numbers(facts[6..<10])[0], modifier = Int32(truncatingIfNeeded: numbers(facts[12..<16])[0])
            texts.append("\(name):\(type)" + (modifier == -1 ? "" : "/\(modifier)") + (facts[17] == 1 ? " binary" : ""))
            rest = rest[(end + 1)...].dropFirst(18)
        }
        return texts.joined(separator: ", ")
    }

    private static func row(_ body: [UInt8]) -> String {
        var texts: [String] = [], offset = 2
        while offset + 4 <= body.count {
            let length = Int(Int32(truncatingIfNeeded: body[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }))
            offset += 4
            texts.append(length < 0 ? "NULL" : printable(Array(body[offset..<(offset + length)])))
            offset += max(0, length)
        }
        return texts.joined(separator: " | ")
    }

    /// Severity, code and message, then what else is said.
    private static func fields(_ body: [UInt8]) -> String {
        var values: [Character: String] = [:]
        for field in strings(body) { if let key = field.first { values[key] = String(field.dropFirst()) } }
        var text = "\(values["S"] ?? "") \(values["C"] ?? ""): \(values["M"] ?? "")"
        for key in ["D", "H", "P", "W"] as [Character] { if let value = values[key] { text += " [\(key): \(value)]" } }
        return text
    }

    private static func printable(_ bytes: [UInt8]) -> String {
        if bytes.contains(where: { $0 < 32 && $0 != 10 && $0 != 9 || $0 == 127 }) || String(validating: bytes, as: UTF8.self) == nil {
            return "x'" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
        }
        let text = String(decoding: bytes, as: UTF8.self).replacing("\\", with: "\\\\")
        return text.replacing("\n", with: "\\n").replacing("\t", with: "\\t")
    }
}
