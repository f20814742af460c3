/// Bytes as printable text, five characters for four bytes.

/// - Source: ZeroMQ RFC 32/Z85, which Delta uses for deletion vectors and their file names.
enum Z85 {
    private static let alphabet = Array(
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#".utf8)
    private static let digits: [UInt8] = {
        var digits = Array(repeating: UInt8.max, count: 256)
        for (value, character) in alphabet.enumerated() { digits[Int(character)] = UInt8(value) }
        return digits
    }()

    /// Nil for text that is no encoding: another character, not a multiple of five, a group beyond four bytes.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count % 5 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 5 * 4)
        for start in stride(from: 0, to: characters.count, by: 5) {
            var group: UInt64 = 0
            for character in characters[start..<start + 5] {
                let digit = digits[Int(character)]
                guard digit < 85 else { return nil }
                group = group * 85 + UInt64(digit)
            }
            guard group <= UInt64(UInt32.max) else { return nil }
            for shift in [24, 16, 8, 0] as [UInt64] { bytes.append(UInt8(truncatingIfNeeded: group >> shift)) }
        }
        return bytes
    }

    /// - Parameter bytes: a multiple of four.
    static func encode(_ bytes: [UInt8]) -> String {
        var characters: [UInt8] = []
        for start in stride(from: 0, to: bytes.count - bytes.count % 4, by: 4) {
            var group = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            var five: [UInt8] = []
            for _ in 0..<5 {
                five.append(alphabet[group % 85])
                group /= 85
            }
            characters += five.reversed()
        }
        return String(decoding: characters, as: UTF8.self)
    }
}
