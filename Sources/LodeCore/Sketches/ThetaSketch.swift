/// Theta sketches: how many different values there are, about, in a form that other engines read and put together.

/// The hashes below a threshold, theta, which falls as values come: what share of all hashes lies below it is known, so that the number of
/// those that do tells how many values there were. As long as there are few, they are all kept and counted.
///
/// - Source: Apache DataSketches, "Theta Sketch Framework"; Puffin spec, "apache-datasketches-theta-v1 blob type".
package struct ThetaSketch: Sendable {
    /// Hashes that are kept at least, once theta has fallen: the error is 1.6 % as a rule.
    private static let least = 4_096
    private static let most = 2 * least
    /// The default of the library, and what it makes of it to tell sketches of other seeds.
    private static let seed: UInt64 = 9_001
    private static let seedHash: UInt16 = 0x93cc
    /// All hashes lie below it.
    private static let everything = UInt64(Int64.max)

    private var theta = everything
    private var hashes: Set<UInt64> = []

    package init() {}

    package var byteCount: Int { 64 + hashes.capacity * 16 }

    /// Takes a value in, by its bytes as Iceberg has single values. The library counts no value without bytes, and so empty strings are
    /// left out.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        if bytes.isEmpty { return }
        keep(Murmur3x64.hash(bytes, seed: Self.seed) >> 1)
    }

    private mutating func keep(_ hash: UInt64) {
        guard hash < theta, hash != 0, hashes.insert(hash).inserted, hashes.count > Self.most else { return }
        let sorted = hashes.sorted()
        theta = sorted[Self.least]
        hashes = Set(sorted.prefix(Self.least))
    }

    /// Takes in all that another one has seen.
    package mutating func merge(_ other: ThetaSketch) {
        if other.theta < theta {
            theta = other.theta
            hashes = hashes.filter { $0 < other.theta }
        }
        for hash in other.hashes { keep(hash) }
    }

    package var estimate: Int64 { Self.estimate(count: hashes.count, theta: theta) }

    private static func estimate(count: Int, theta: UInt64) -> Int64 {
        if theta >= everything { return Int64(count) }
        let estimate = Double(count) / (Double(max(theta, 1)) / Double(everything))
        return Int64(exactly: estimate.rounded()) ?? .max
    }

    // MARK: Bytes

    private enum Flag {
        static let readOnly: UInt8 = 1 << 1, empty: UInt8 = 1 << 2, compact: UInt8 = 1 << 3, ordered: UInt8 = 1 << 4
        static let single: UInt8 = 1 << 5
    }

    private static let uncompressed: UInt8 = 3
    private static let compressed: UInt8 = 4
    private static let compactFamily: UInt8 = 3

    /// A compact, ordered sketch, all numbers little-endian:
    ///
    ///     words of the preamble, version 3, family 3, 0, 0, flags, hash of the seed (2)
    ///     count (4), 1 as a float       unless it is empty or has one hash
    ///     theta (8)                     if it is not the greatest
    ///     hashes (8 each)
    ///
    /// - Source: Apache DataSketches, `PreambleUtil`, "CompactSketch".
    package var bytes: [UInt8] {
        let isExact = theta >= Self.everything, isShort = isExact && hashes.count < 2
        var flags = Flag.readOnly | Flag.compact | Flag.ordered
        if isExact, hashes.isEmpty { flags |= Flag.empty }
        if isExact, hashes.count == 1 { flags |= Flag.single }
        var bytes: [UInt8] = [isShort ? 1 : isExact ? 2 : 3, Self.uncompressed, Self.compactFamily, 0, 0, flags]
        func append(_ number: some FixedWidthInteger) {
            for shift in stride(from: 0, to: number.bitWidth, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        append(Self.seedHash)
        if !isShort {
            append(UInt32(hashes.count))
            append(Float(1).bitPattern)
        }
        if !isExact { append(theta) }
        for hash in hashes.sorted() { append(hash) }
        return bytes
    }

    /// What the bytes of a compact sketch, which somebody else may have written, estimate; nil for what is none.
    package static func estimate(_ bytes: some Collection<UInt8>) -> Int64? {
        let head = Array(bytes.prefix(64))
        func number(_ place: Int, _ count: Int) -> UInt64? {
            guard place + count <= head.count else { return nil }
            return head[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard head.count >= 8, head[2] == compactFamily else { return nil }
        let words = Int(head[0] & 0x3f), isEmpty = head[5] & Flag.empty != 0
        if isEmpty { return 0 }
        switch (head[1], words) {
        case (uncompressed, 1): return 1
        case (uncompressed, 2), (uncompressed, 3):
            guard let count = number(8, 4) else { return nil }
            if words == 2 { return Int64(count) }
            guard let theta = number(16, 8), theta > 0 else { return nil }
            return estimate(count: Int(count), theta: theta)
        case (compressed, 1), (compressed, 2):
            // Bits of an entry in place of the nominal size, then the bytes that the count takes.
            guard (1...4).contains(head[4]), let count = number(words * 8, Int(head[4])) else { return nil }
            if words == 1 { return Int64(count) }
            guard let theta = number(8, 8), theta > 0 else { return nil }
            return estimate(count: Int(count), theta: theta)
        default: return nil
        }
    }
}
