// The hybrid of run lengths and bit packing, against a decoder that is slow and simple.

import LodeCore
import LodeVectors

@testable import LodeFormats

extension FuzzTargets {
    /// Repetition and definition levels in both encodings, and which rows of a page hold a value.
    static let levels = FuzzTarget(name: "levels") { input in
        var input = FuzzInput(input)
        let maximum = 1 + input.byte() % 130
        let count = input.short() % 5000
        let width = Int.bitWidth - maximum.leadingZeroBitCount
        let buffer = try input.padded()
        let expected = SimpleDecoder.hybrid(buffer.bytes, width: width, count: count)
        let highest = expected?.max() ?? 0

        if let decoded = try? LevelDecoding.hybrid(buffer.bytes, maximum: maximum, count: count) {
            try require(expected != nil && Int(highest) <= maximum, "damaged levels are refused")
            for (i, level) in (expected ?? []).enumerated() {
                try require(UInt32(decoded.bytes[i]) == level, "level \(i) is \(level), not \(decoded.bytes[i])")
            }
        } else { try require(expected == nil || Int(highest) > maximum, "good levels are read") }

        if let base = buffer.bytes.baseAddress {
            do {
                let nulls = try PageNulls.read(base, buffer.byteCount, maximum: maximum, rows: count)
                guard let expected else { throw BrokenRule("damaged levels are refused") }
                try check(nulls, expected.map { Int($0) == maximum })
            } catch let error as SQLError {
                try clean(error)
                try require(expected == nil, "good levels are read")
            }
        }
        if let packed = try? LevelDecoding.bitPacked(buffer.bytes, maximum: maximum, count: count) {
            try require(count * width <= buffer.byteCount * 8, "levels beyond the end are refused")
            let levels = packed.base.assumingMemoryBound(to: UInt8.self)
            try check(
                try PageNulls.make(levels: packed, atLeast: UInt8(maximum), rows: count), (0..<count).map { Int(levels[$0]) >= maximum })
        } else { try require(count * width > buffer.byteCount * 8, "good levels are read") }
    }

    private static func check(_ nulls: PageNulls?, _ expected: [Bool]) throws {
        let total = expected.count(where: { $0 })
        guard let nulls else { return try require(total == expected.count, "a page without nulls has none") }
        try require(nulls.valueCount == total, "\(nulls.valueCount) values are counted, \(total) are there")
        var rank = 0
        for (row, isValid) in expected.enumerated() {
            try require(nulls.isValid(row) == isValid && nulls.rank(row) == rank, "row \(row) is the \(rank)th value")
            try require((nulls.word(row) & 1 == 1) == isValid, "the bits from row \(row) on begin with it")
            rank += isValid ? 1 : 0
        }
    }

    /// Dictionary codes, read, passed over and picked in turns.
    static let codes = FuzzTarget(name: "codes") { input in
        var input = FuzzInput(input)
        let width = input.byte() % 33
        var script = input.take(8)
        let buffer = try input.padded()
        var cursor = RunLengthCursor(count: buffer.byteCount, width: width)
        var position = 0
        let out = try Buffer(byteCount: 4096 * 4)
        let codes = out.base.assumingMemoryBound(to: UInt32.self)
        while !script.rest.isEmpty {
            let step = script.byte()
            let count = (step >> 2) * (step & 1 == 0 ? 1 : 17)
            let end = position + count
            let expected = SimpleDecoder.hybrid(buffer.bytes, width: width, count: end)
            let isComplete: Bool
            var wanted: [UInt32] = []
            switch step & 3 {
            case 0, 1:
                isComplete = cursor.read(count, of: buffer.base, into: codes)
                wanted = (position..<end).map { UInt32($0) }
            case 2: isComplete = cursor.skip(count, of: buffer.base)
            default:
                wanted = (position..<end).filter { ($0 * 7919) % 5 < 3 }.map { UInt32($0) }
                isComplete = cursor.pick(&wanted, wanted.count, of: buffer.base, into: codes)
                if wanted.isEmpty { continue }
            }
            guard isComplete else {
                let last = step & 3 == 3 ? Int(wanted[wanted.count - 1]) + 1 : end
                try require(SimpleDecoder.hybrid(buffer.bytes, width: width, count: last) == nil, "good codes are read")
                return
            }
            let needed = wanted.last.map { Int($0) + 1 } ?? position
            if step & 3 != 2 {
                let all = expected ?? SimpleDecoder.hybrid(buffer.bytes, width: width, count: needed)
                guard let all else { throw BrokenRule("damaged codes are refused") }
                for (i, row) in wanted.enumerated() {
                    try require(codes[i] == all[Int(row)], "code \(row) is \(all[Int(row)]), not \(codes[i])")
                }
            }
            position = step & 3 == 3 ? needed : end
            try require(cursor.position == position, "the cursor stands at \(position), not \(cursor.position)")
        }
    }
}

/// Decoders written for plainness: a bit at a time, by the letter of the specification.
enum SimpleDecoder {
    /// `count` values of the hybrid encoding; nil if the stream is damaged or ends too early.
    static func hybrid(_ bytes: UnsafeRawBufferPointer, width: Int, count: Int) -> [UInt32]? {
        var values: [UInt32] = []
        var place = 0
        while values.count < count {
            var header: UInt64 = 0
            var shift = 0
            while true {
                guard place < bytes.count, shift < 35 else { return nil }
                header |= UInt64(bytes[place] & 0x7f) << UInt64(shift)
                place += 1
                shift += 7
                if bytes[place - 1] < 0x80 { break }
            }
            if header & 1 == 0 {
                let size = (width + 7) / 8
                guard size <= bytes.count - place else { return nil }
                var value: UInt64 = 0
                for i in 0..<size { value |= UInt64(bytes[place + i]) << UInt64(8 * i) }
                guard value < 1 << UInt64(width) else { return nil }
                place += size
                for _ in 0..<min(Int(header >> 1), count - values.count) { values.append(UInt32(value)) }
            } else {
                let total = Int(header >> 1) * 8
                var i = 0
                while i < total, values.count < count {
                    guard place * 8 + (i + 1) * width <= bytes.count * 8 else {
                        // Cut off: what is there of the run counts, and nothing can follow it.
                        return nil
                    }
                    values.append(UInt32(bits(bytes, place * 8 + i * width, width)))
                    i += 1
                }
                place += min(total / 8 * width, bytes.count - place)
            }
        }
        return values
    }

    /// `width` bits, least significant first.
    static func bits(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ width: Int) -> UInt64 {
        var value: UInt64 = 0
        for i in 0..<width where bytes[(start + i) / 8] >> UInt8((start + i) % 8) & 1 == 1 { value |= 1 << UInt64(i) }
        return value
    }

    /// A DELTA_BINARY_PACKED stream: all values and its length; nil if it ends before them.
    static func delta(_ bytes: UnsafeRawBufferPointer) -> (values: [Int64], bytes: Int)? {
        var place = 0
        func varint() -> UInt64? {
            var value: UInt64 = 0
            var shift = 0
            while place < bytes.count, shift < 64 {
                value |= UInt64(bytes[place] & 0x7f) << UInt64(shift)
                place += 1
                shift += 7
                if bytes[place - 1] < 0x80 { return value }
            }
            return nil
        }
        func zigzag() -> Int64? { varint().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) } }
        guard let block = varint(), let parts = varint(), let total = varint(), let first = zigzag(), parts > 0, block % parts == 0,
            block / parts % 8 == 0, block > 0
        else { return nil }
        var values = total > 0 ? [first] : []
        while values.count < total {
            guard let least = zigzag(), parts <= UInt64(bytes.count - place) else { return nil }
            let widths = bytes[place..<place + Int(parts)]
            place += Int(parts)
            for width in widths where values.count < total {
                let size = Int(block / parts)
                guard width <= 64 else { return nil }
                let take = min(size, Int(total) - values.count)
                guard place * 8 + take * Int(width) <= bytes.count * 8 else { return nil }
                for i in 0..<take {
                    let delta = Int64(bitPattern: bits(bytes, place * 8 + i * Int(width), Int(width)))
                    values.append(values[values.count - 1] &+ least &+ delta)
                }
                place = min(place + size * Int(width) / 8, bytes.count)
            }
        }
        return (values, place)
    }
}
