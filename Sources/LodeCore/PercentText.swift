/// Percent-encoding: of URLs, and of partition values in paths.

/// - Source: RFC 3986, 2.3 "Unreserved Characters"; AWS Signature Version 4, "UriEncode".
package enum PercentText {
    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func encoded(_ bytes: some Sequence<UInt8>, _ keeps: (UInt8) -> Bool) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            if keeps(byte) {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    package static func encoded(_ text: String, keepingSlashes: Bool = false) -> String {
        encoded(text.utf8) { isUnreserved($0) || (keepingSlashes && $0 == UInt8(ascii: "/")) }
    }

    /// Encodes what no URL may hold and leaves the rest, as a browser does with what a user types.
    package static func completed(_ text: some StringProtocol) -> String {
        encoded(text.utf8) { $0 > 0x20 && $0 < 0x7F && !"\"<>^`{|}\\".utf8.contains($0) }
    }

    /// A `%` without two hexadecimal digits stands for itself, bytes that are not UTF-8 are replaced.
    package static func decoded(_ text: some StringProtocol) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var i = 0
        while i < bytes.count {
            if bytes[i] == UInt8(ascii: "%"), i + 2 < bytes.count, let high = HexDigit.value(bytes[i + 1]),
                let low = HexDigit.value(bytes[i + 2])
            {
                result.append(high << 4 | low)
                i += 3
            } else {
                result.append(bytes[i])
                i += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
