/// What makes two readings of an object readings of the same bytes by the same reader.

import Crypto
import LodeCloud

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
        SigV4.hex((0..<32).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(8 * (7 - $0 % 8))) })
    }

    /// Its bytes, for who compares what lies in a file.
    var word: UInt64 { words[0] ^ words[1] ^ words[2] ^ words[3] }

    static func == (one: ObjectIdentity, other: ObjectIdentity) -> Bool { one.words == other.words }
    func hash(into hasher: inout Hasher) { hasher.combine(words[0]) }
}
