/// `approx_count_distinct`: how many different values, about.

import Glibc
import LodeCore
import LodeVectors

extension AggregateFunction {
    static let approximate: [AggregateFunction] = [
        AggregateFunction(
            "approx_count_distinct", aliases: ["approx_distinct"], "About how many different values; the error is 1.6 % as a rule.",
            source: "Flajolet et al., \"HyperLogLog\", 2007",
            examples: [("approx_count_distinct(x) FROM (VALUES (1), (2), (2)) t(x)", "2")],
            ignoresDuplicates: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in
                .boxed([types[0]], .bigint, make: { DistinctSketch() }) { box, arguments, row, _ throws(SQLError) in
                    if !arguments[0].isNull(row) { box.add(LaneHash.hash(arguments[0], row)) }
                } merge: { source, target throws(SQLError) in
                    target.merge(source)
                } result: { box throws(SQLError) in
                    .integer(box?.estimate ?? 0)
                }
            })
    ]
}

/// HyperLogLog with 4,096 registers; the first few hashes are kept as they are, which is exact and small.
final class DistinctSketch: StateBox {
    private static let bits = 12
    private static let registerCount = 1 << bits
    private static let exactLimit = 256

    private var hashes: Set<UInt64> = []
    private var registers: [UInt8] = []

    var byteCount: Int { 96 + hashes.capacity * 16 + registers.count }

    func add(_ hash: UInt64) {
        if registers.isEmpty {
            hashes.insert(hash)
            if hashes.count > Self.exactLimit { spread() }
        } else {
            register(hash)
        }
    }

    private func spread() {
        registers = Array(repeating: 0, count: Self.registerCount)
        for hash in hashes { register(hash) }
        hashes = []
    }

    private func register(_ hash: UInt64) {
        let index = Int(hash >> UInt64(64 - Self.bits))
        let rank = UInt8(min(64 - Self.bits, (hash << UInt64(Self.bits)).leadingZeroBitCount) + 1)
        if rank > registers[index] { registers[index] = rank }
    }

    func merge(_ other: DistinctSketch) {
        if other.registers.isEmpty {
            for hash in other.hashes { add(hash) }
            return
        }
        if registers.isEmpty { spread() }
        for index in 0..<Self.registerCount { registers[index] = max(registers[index], other.registers[index]) }
    }

    var estimate: Int64 {
        if registers.isEmpty { return Int64(hashes.count) }
        let count = Double(Self.registerCount)
        var sum = 0.0, zeros = 0.0
        for register in registers {
            sum += 1 / Double(UInt64(1) << UInt64(register))
            zeros += register == 0 ? 1 : 0
        }
        let raw = 0.7213 / (1 + 1.079 / count) * count * count / sum
        if raw <= 2.5 * count, zeros > 0 { return Int64((count * log(count / zeros)).rounded()) }
        return Int64(raw.rounded())
    }
}
