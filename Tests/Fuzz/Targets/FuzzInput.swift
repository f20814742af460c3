// Inputs taken apart: the first bytes choose, the rest is parsed.

import LodeCore
import LodeVectors

@testable import LodeFormats

/// A cursor over an input that gives zeros behind its end.
struct FuzzInput {
    private(set) var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    mutating func byte() -> Int {
        guard let first = rest.first else { return 0 }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
        return Int(first)
    }

    mutating func short() -> Int { byte() | byte() << 8 }

    /// What is left, followed by the slack that decoders are promised and not a byte more.
    func padded() throws(SQLError) -> Buffer { try Buffer(copying: rest) }

    /// The first `count` bytes of what is left.
    mutating func take(_ count: Int) -> FuzzInput {
        let part = FuzzInput(UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        return part
    }
}

extension Buffer {
    /// Tests hold their buffers for as long as they look into them.
    var base: UnsafeMutableRawPointer { withUnsafeBytes { $0 } }
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: byteCount) }
}

/// A fast, reproducible source of numbers.
struct FuzzRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func below(_ limit: Int) -> Int { limit <= 1 ? 0 : Int(next() % UInt64(limit)) }

    /// A number of the kinds that lengths and offsets go wrong with.
    mutating func number(near: Int) -> Int {
        switch below(8) {
        case 0: 0
        case 1: near &+ 1
        case 2: near &- 1
        case 3: Int(Int32.max) &- below(3)
        case 4: Int.max &- below(3)
        case 5: 1 << below(63)
        case 6: near &* 2
        default: below(300)
        }
    }
}
