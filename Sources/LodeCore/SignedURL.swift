/// URLs that carry what lets anybody in.

package enum SignedURL {
    /// Parameters of queries that must not be shown, in lower case.
    private static let names = ["x-amz-signature", "x-goog-signature", "signature", "x-amz-security-token", "sig"]

    /// The text with `…` for the values of such parameters.
    /// - Returns: the same text if it has none.
    package static func hidden(in text: String) -> String {
        var text = text
        // Nearly all texts have none.
        guard text.withUTF8({ $0.contains(UInt8(ascii: "=")) && ($0.contains(UInt8(ascii: "?")) || $0.contains(UInt8(ascii: "&"))) }) else {
            return text
        }
        let bytes = Array(text.utf8)
        var result: [UInt8] = [], index = 0
        while index < bytes.count {
            result.append(bytes[index])
            let isMark = bytes[index] == UInt8(ascii: "?") || bytes[index] == UInt8(ascii: "&")
            index += 1
            guard isMark, let end = bytes[index...].prefix(32).firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: bytes[index..<end], as: UTF8.self).lowercased()
            guard names.contains(name) else { continue }
            result += bytes[index...end] + Array("…".utf8)
            index = bytes[(end + 1)...].firstIndex(where: Self.endsValue) ?? bytes.count
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func endsValue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "#"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: " "), UInt8(ascii: "\n"),
            UInt8(ascii: ","), UInt8(ascii: ")"): true
        default: false
        }
    }
}
