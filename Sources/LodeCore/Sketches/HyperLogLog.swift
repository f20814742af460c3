/// HyperLogLog: how many different values there are, about, in little room.

import Glibc

/// 4,096 registers, each with the longest run of zeros among the hashes that fall to it; the first few hashes are kept as they are, which
/// is exact and small.
/// - Source: Flajolet et al., "HyperLogLog", 2007.
package struct HyperLogLog: Sendable {
    private static let bits = 12
    private static let registerCount = 1 << bits
    private static let exactLimit = 256

    private var hashes: Set<UInt64> = []
    /// Empty as long as the hashes are kept.
    private var registers: [UInt8] = []

    package init() {}

    package var byteCount: Int { 96 + hashes.capacity * 16 + registers.count }

    package mutating func add(_ hash: UInt64) {
        if registers.isEmpty {
            hashes.insert(hash)
            if hashes.count > Self.exactLimit { spread() }
        } else {
            register(hash)
        }
    }

    private mutating func spread() {
        registers = Array(repeating: 0, count: Self.registerCount)
        for hash in hashes { register(hash) }
        hashes = []
    }

    private mutating func register(_ hash: UInt64) {
        let index = Int(hash >> UInt64(64 - Self.bits))
        let rank = UInt8(min(64 - Self.bits, (hash << UInt64(Self.bits)).leadingZeroBitCount) + 1)
        if rank > registers[index] { registers[index] = rank }
    }

    package mutating func merge(_ other: HyperLogLog) {
        if other.registers.isEmpty {
            for hash in other.hashes { add(hash) }
            return
        }
        if registers.isEmpty { spread() }
        for index in 0..<Self.registerCount { registers[index] = max(registers[index], other.registers[index]) }
    }

    package var estimate: Int64 { registers.isEmpty ? Int64(hashes.count) : Self.estimate(registers) }

    private static func estimate(_ registers: [UInt8]) -> Int64 {
        let count = Double(registers.count)
        var sum = 0.0, zeros = 0.0
        for register in registers {
            sum += 1 / Double(UInt64(1) << UInt64(min(register, 63)))
            zeros += register == 0 ? 1 : 0
        }
        let raw = 0.7213 / (1 + 1.079 / count) * count * count / sum
        if raw <= 2.5 * count, zeros > 0 { return Int64((count * log(count / zeros)).rounded()) }
        return Int64(exactly: raw.rounded()) ?? .max
    }

    // MARK: Bytes

    private static let sparse: UInt8 = 2
    private static let dense: UInt8 = 3
    private static let oldDense: UInt8 = 1
    /// Of a hash, in an entry of the sparse form; the rest of the entry is the number of zeros that follow.
    private static let prefixBits = 26
    private static let greatestDelta: UInt8 = 15

    /// The form in which Trino keeps them, all numbers little-endian:
    ///
    ///     2, bits of an index, count (2), entries (4 each)                    26 bits of a hash and 6 with the zeros after them
    ///     3, bits of an index, baseline, registers less the baseline (4 bits each, the first one above),
    ///        count (2), registers that exceed 15 (2 each), by how much (1 each)
    ///
    /// - Source: Airlift, "HyperLogLog", "Format".
    package var bytes: [UInt8] {
        func littleEndian(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
        guard registers.isEmpty else {
            let baseline = registers.min() ?? 0, deltas = registers.map { $0 - baseline }
            let exceeding = deltas.indices.filter { deltas[$0] > Self.greatestDelta }
            var bytes: [UInt8] = [Self.dense, UInt8(Self.bits), baseline]
            for index in stride(from: 0, to: deltas.count, by: 2) {
                bytes.append(min(deltas[index], Self.greatestDelta) << 4 | min(deltas[index + 1], Self.greatestDelta))
            }
            bytes += littleEndian(exceeding.count, 2) + exceeding.flatMap { littleEndian($0, 2) }
            return bytes + exceeding.map { deltas[$0] - Self.greatestDelta }
        }
        var entries: [UInt32: UInt32] = [:]
        for hash in hashes {
            let prefix = UInt32(hash >> UInt64(64 - Self.prefixBits)), rest = hash << UInt64(Self.prefixBits)
            let zeros = UInt32(min(64 - Self.prefixBits, rest.leadingZeroBitCount))
            entries[prefix] = max(entries[prefix] ?? 0, zeros)
        }
        return [Self.sparse, UInt8(Self.bits)] + littleEndian(entries.count, 2)
            + entries.sorted { $0.key < $1.key }.flatMap { littleEndian(Int($0.key << 6 | $0.value), 4) }
    }

    /// What bytes of that form, which somebody else may have written, estimate; nil for what is none.
    package static func estimate(_ bytes: [UInt8]) -> Int64? {
        func number(_ place: Int, _ count: Int) -> Int? {
            guard place + count <= bytes.count else { return nil }
            return bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard let form = bytes.first, let bits = number(1, 1), (1...16).contains(bits) else { return nil }
        switch form {
        // Of prefixes hardly two fall together.
        case sparse: return number(2, 2).map { Int64($0) }
        case dense, oldDense:
            let packed = (1 << bits) / 2, end = 3 + packed
            guard let baseline = number(2, 1), bytes.count >= end else { return nil }
            var registers = bytes[3..<end].flatMap { pair in
                [pair >> 4, pair & Self.greatestDelta].map { UInt8(clamping: baseline + Int($0)) }
            }
            if form == dense {
                guard let count = number(end, 2) else { return nil }
                for entry in 0..<count {
                    guard let index = number(end + 2 + entry * 2, 2), let excess = number(end + 2 + count * 2 + entry, 1),
                        index < registers.count
                    else { return nil }
                    registers[index] = UInt8(clamping: Int(registers[index]) + excess)
                }
            }
            return estimate(registers)
        default: return nil
        }
    }
}
