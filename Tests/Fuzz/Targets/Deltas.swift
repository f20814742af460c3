// The delta encodings of integers and texts, against a decoder that is slow and simple.

import LodeCore
import LodeVectors

@testable import LodeFormats

extension FuzzTargets {
    static let delta = FuzzTarget(name: "delta") { input in
        var input = FuzzInput(input)
        let count = input.byte()
        let buffer = try input.padded()
        let decoded = try DeltaBinaryPacked.decode(buffer.base, buffer.byteCount, atLeast: count)
        guard let decoded else { return }
        try require(decoded.count >= count && decoded.bytes <= buffer.byteCount, "a stream holds what it is read for")
        guard decoded.count <= 10_000 else { return }
        guard let expected = SimpleDecoder.delta(buffer.bytes) else { throw BrokenRule("a damaged stream is refused") }
        try require(expected.values.count == decoded.count, "\(decoded.count) values, not \(expected.values.count)")
        try require(expected.bytes == decoded.bytes, "the stream has \(expected.bytes) bytes, not \(decoded.bytes)")
        let values = decoded.values.base.assumingMemoryBound(to: Int64.self)
        for (i, value) in expected.values.enumerated() { try require(values[i] == value, "value \(i) is \(value), not \(values[i])") }
    }

    static let deltaTexts = FuzzTarget(name: "delta-texts") { input in
        var input = FuzzInput(input)
        let kind = input.byte(), count = input.byte()
        let buffer = try input.padded()
        if kind & 1 == 0 {
            guard let decoded = try DeltaTexts.lengths(buffer.base, buffer.byteCount, atLeast: count) else { return }
            try require(decoded.count >= count, "a stream holds what it is read for")
            try check(decoded.views, min(decoded.count, 10_000), within: buffer.bytes)
        } else {
            guard let decoded = try DeltaTexts.prefixes(buffer.base, buffer.byteCount, atLeast: count) else { return }
            try require(decoded.count >= count, "a stream holds what it is read for")
            try check(decoded.views, min(decoded.count, 10_000), within: decoded.heap.bytes)
            guard decoded.count <= 2000 else { return }
            try checkPrefixes(decoded.views.base.assumingMemoryBound(to: StringView.self), decoded.count, buffer.bytes)
        }
    }

    private static func check(_ views: Buffer, _ count: Int, within bytes: UnsafeRawBufferPointer) throws {
        let texts = views.base.assumingMemoryBound(to: StringView.self)
        for i in 0..<count where texts[i].count > StringView.inlineCapacity {
            let isWithin = texts[i].withBytes { text in
                guard let start = text.baseAddress, let low = bytes.baseAddress else { return false }
                return start >= low && start + text.count <= low + bytes.count
            }
            try require(isWithin, "text \(i) lies within the page")
        }
    }

    private static func checkPrefixes(_ texts: UnsafePointer<StringView>, _ count: Int, _ bytes: UnsafeRawBufferPointer) throws {
        guard let prefixes = SimpleDecoder.delta(bytes),
            let lengths = SimpleDecoder.delta(UnsafeRawBufferPointer(rebasing: bytes[prefixes.bytes...]))
        else { throw BrokenRule("a damaged stream is refused") }
        var place = prefixes.bytes + lengths.bytes
        var last: [UInt8] = []
        for i in 0..<count {
            let size = Int(lengths.values[i])
            last = Array(last.prefix(Int(prefixes.values[i]))) + bytes[place..<place + size]
            place += size
            try require(texts[i].withBytes { $0.elementsEqual(last) }, "text \(i) is put together wrongly")
        }
    }
}
