/// XML as S3 and STS answer it: a small tree.

/// An element. Attributes, comments and namespaces' prefixes are left out, since no answer needs them; document types are refused.
package struct CloudXML: Sendable, Equatable {
    package var name: String
    /// Of its own, without that of the elements inside.
    package var text: String
    package var children: [CloudXML]

    package init(_ name: String, text: String = "", children: [CloudXML] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    /// The root element; nil if the text is not whole.
    package init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard let root = reader.document() else { return nil }
        self = root
    }

    package func child(_ name: String) -> CloudXML? { children.first { $0.name == name } }
    package func all(_ name: String) -> [CloudXML] { children.filter { $0.name == name } }
    /// The text of the element at the end of a path; nil if there is none.
    package func text(_ path: String...) -> String? {
        var element = self
        for name in path {
            guard let next = element.child(name) else { return nil }
            element = next
        }
        return element.text
    }

    /// The text of the elements, as it is sent.
    package var written: String {
        "<\(name)>\(Self.escaped(text))\(children.map(\.written).joined())</\(name)>"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\r", "\n", "\t": result += "&#\(scalar.value);"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0

        private static let open = UInt8(ascii: "<"), close = UInt8(ascii: ">"), slash = UInt8(ascii: "/")

        private func begins(_ text: String) -> Bool { at <= bytes.count && bytes[at...].starts(with: text.utf8) }

        /// Goes behind the next `text`.
        private mutating func skip(behind text: String) -> Bool {
            let wanted = Array(text.utf8)
            while at + wanted.count <= bytes.count {
                if bytes[at] == wanted[0], begins(text) {
                    at += wanted.count
                    return true
                }
                at += 1
            }
            return false
        }

        mutating func document() -> CloudXML? {
            while at < bytes.count {
                if begins("<?") {
                    guard skip(behind: "?>") else { return nil }
                } else if begins("<!--") {
                    guard skip(behind: "-->") else { return nil }
                } else if begins("<!") {
                    return nil
                } else if bytes[at] == Self.open {
                    return element(depth: 0)
                } else {
                    at += 1
                }
            }
            return nil
        }

        private mutating func element(depth: Int) -> CloudXML? {
            guard depth < 100 else { return nil }
            at += 1
            let start = at
            while at < bytes.count, ![0x20, 0x09, 0x0A, 0x0D, Self.slash, Self.close].contains(bytes[at]) { at += 1 }
            let local = bytes[start..<at].lastIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? start
            var element = CloudXML(String(decoding: bytes[local..<at], as: UTF8.self))
            guard !element.name.isEmpty, let isEmpty = skipAttributes() else { return nil }
            if isEmpty { return element }
            var text: [UInt8] = []
            while at < bytes.count {
                if bytes[at] != Self.open {
                    guard character(into: &text) else { return nil }
                } else if begins("</") {
                    let name = bytes[(at + 2)...]
                    guard name.starts(with: bytes[start..<start + (local - start) + element.name.utf8.count]), skip(behind: ">") else {
                        return nil
                    }
                    element.text = String(decoding: text, as: UTF8.self)
                    return element
                } else if begins("<!--") {
                    guard skip(behind: "-->") else { return nil }
                } else if begins("<![CDATA[") {
                    let first = at + 9
                    guard skip(behind: "]]>") else { return nil }
                    text += bytes[first..<at - 3]
                } else {
                    guard let child = self.element(depth: depth + 1) else { return nil }
                    element.children.append(child)
                }
            }
            return nil
        }

        /// - Returns: whether the tag ends its element; nil if it does not end.
        private mutating func skipAttributes() -> Bool? {
            var quote: UInt8?
            while at < bytes.count {
                let byte = bytes[at]
                at += 1
                if let open = quote {
                    if byte == open { quote = nil }
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    quote = byte
                } else if byte == Self.close {
                    return bytes[at - 2] == Self.slash
                }
            }
            return nil
        }

        private mutating func character(into text: inout [UInt8]) -> Bool {
            guard bytes[at] == UInt8(ascii: "&") else {
                text.append(bytes[at])
                at += 1
                return true
            }
            guard let end = bytes[at...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else { return false }
            let name = String(decoding: bytes[at + 1..<end], as: UTF8.self)
            at = end + 1
            switch name {
            case "amp": text.append(UInt8(ascii: "&"))
            case "lt": text.append(UInt8(ascii: "<"))
            case "gt": text.append(UInt8(ascii: ">"))
            case "quot": text.append(UInt8(ascii: "\""))
            case "apos": text.append(UInt8(ascii: "'"))
            default:
                let number =
                    name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
                guard let number, let scalar = Unicode.Scalar(number) else { return false }
                text += Array(String(Character(scalar)).utf8)
            }
            return true
        }
    }
}
