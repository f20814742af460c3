/// Bytes that nobody can guess.

enum Randomness {
    static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Printable, without commas.
    static func nonce() -> String { Base64.encode(bytes(18)) }

    /// Letters and digits that are not easily mistaken for each other.
    static func password() -> String {
        let letters = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        var generator = SystemRandomNumberGenerator()
        return String((0..<20).compactMap { _ in letters.randomElement(using: &generator) })
    }
}
