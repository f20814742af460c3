/// JSON documents that are read, changed in part and written again.

import LodeCore
import LodeVectors

/// A document with nothing lost: members keep their order, numbers their spelling.
indirect enum JSONTree: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([JSONTree])
    case object([Member])

    struct Member: Hashable, Sendable {
        var name: String
        var value: JSONTree

        init(_ name: String, _ value: JSONTree) {
            self.name = name
            self.value = value
        }
    }

    static func integer(_ number: some BinaryInteger) -> JSONTree { .number(String(number)) }

    static func strings(_ texts: [String]) -> JSONTree { .array(texts.map { .string($0) }) }

    /// Members in the order of their names.
    static func texts(_ texts: [String: String]) -> JSONTree {
        .object(texts.sorted { $0.key < $1.key }.map { Member($0.key, .string($0.value)) })
    }

    // MARK: Reading

    init(_ text: String) throws(SQLError) {
        self = try JSONReader.read(text) { (reader) throws(SQLError) in try JSONTree(&reader) }
    }

    init(_ reader: inout JSONReader) throws(SQLError) {
        if try reader.takeNull() {
            self = .null
        } else if reader.isString {
            self = .string(try reader.string())
        } else if reader.isObject {
            var members: [Member] = []
            try reader.object { (reader, name) throws(SQLError) in members.append(Member(name, try JSONTree(&reader))) }
            self = .object(members)
        } else if reader.isArray {
            var items: [JSONTree] = []
            try reader.array { (reader) throws(SQLError) in items.append(try JSONTree(&reader)) }
            self = .array(items)
        } else {
            let text = try reader.source()
            self = text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : .number(text)
        }
    }

    // MARK: Members

    /// A member of an object; setting nil takes it away.
    subscript(name: String) -> JSONTree? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.first { $0.name == name }?.value
        }
        set {
            guard case .object(var members) = self else { return }
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name, value))
            case (nil, nil): break
            }
            self = .object(members)
        }
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var items: [JSONTree] { if case .array(let items) = self { items } else { [] } }
    var members: [Member] { if case .object(let members) = self { members } else { [] } }

    // MARK: Writing

    /// On one line, without spaces.
    var json: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .boolean(let flag): bytes += (flag ? "true" : "false").utf8
        case .number(let text): bytes += text.utf8
        case .string(let text): Self.write(text, to: &bytes)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 10: bytes += "\\n".utf8
            case 13: bytes += "\\r".utf8
            case 9: bytes += "\\t".utf8
            case 0..<32: bytes += "\\u00".utf8 + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
