/// What makes two readings of an object readings of the same bytes by the same reader.

import Crypto

/// Endpoint, key, ETag and length, and whose credentials asked: what one account has read is nothing that another one finds. Only a digest
/// is kept, so that no name and no key stands in a cache.
struct ObjectIdentity: Hashable, Sendable {
    private let words: SIMD4<UInt64>

    /// - Parameters:
    ///   - reader: the identity of the credentials, no secret of theirs.
    ///   - place: the whole URL of the object.
    init(reader: String, place: String, etag: String, size: Int) {
        var hash = SHA256()
        for part in ["lode 1", reader, place, etag, "\(size)"] {
            hash.update(data: Array("\(part.utf8.count):\(part)".utf8))
        }
        var words = SIMD4<UInt64>()
        for (index, byte) in hash.finalize().enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
        self.words = words
    }

    /// 64 hexadecimal digits.
    var name: String {
        (0..<4).map { index in
            let digits = String(words[index], radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Its bytes, for who compares what lies in a file.
    var word: UInt64 { words[0] ^ words[1] ^ words[2] ^ words[3] }

    static func == (one: ObjectIdentity, other: ObjectIdentity) -> Bool { one.words == other.words }
    func hash(into hasher: inout Hasher) { hasher.combine(words[0]) }
}
