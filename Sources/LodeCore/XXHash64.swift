/// A fast hash of bytes: that of Parquet's Bloom filters, and a checksum of files of our own.

/// XXH64 with seed 0. Bloom filters hash the bytes of a PLAIN-encoded value, a string's without its length.
/// - Source: xxHash fast digest algorithm, "XXH64 Algorithm Description".
package enum XXHash64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    package static func hash(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes(hash) }

    package static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var place = 0
        let end = bytes.count
        var hash = prime5
        if end >= 32 {
            var lanes = SIMD4<UInt64>(prime1 &+ prime2, prime2, 0, 0 &- prime1)
            while place &+ 32 <= end {
                for lane in 0..<4 { lanes[lane] = round(lanes[lane], word(bytes, place &+ lane &* 8)) }
                place &+= 32
            }
            hash = rotated(lanes[0], 1) &+ rotated(lanes[1], 7) &+ rotated(lanes[2], 12) &+ rotated(lanes[3], 18)
            for lane in 0..<4 { hash = (hash ^ round(0, lanes[lane])) &* prime1 &+ prime4 }
        }
        hash &+= UInt64(truncatingIfNeeded: end)
        while place &+ 8 <= end {
            hash = rotated(hash ^ round(0, word(bytes, place)), 27) &* prime1 &+ prime4
            place &+= 8
        }
        if place &+ 4 <= end {
            let half = UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
            hash = rotated(hash ^ half &* prime1, 23) &* prime2 &+ prime3
            place &+= 4
        }
        while place < end {
            hash = rotated(hash ^ UInt64(bytes[place]) &* prime5, 11) &* prime1
            place &+= 1
        }
        hash = (hash ^ hash &>> 33) &* prime2
        hash = (hash ^ hash &>> 29) &* prime3
        return hash ^ hash &>> 32
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 { rotated(lane &+ input &* prime2, 31) &* prime1 }

    @inline(__always)
    private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word &<< bits | word &>> (64 &- bits) }
}
