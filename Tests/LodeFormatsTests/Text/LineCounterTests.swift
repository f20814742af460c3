// Line numbers of errors: right, and cheap however many errors there are.

import LodeCore
import LodeObjectStore
import Testing

@testable import LodeFormats

/// A file that counts what is read of it.
private final class CountedObject: ObjectReader {
    let path = "test.csv"
    private let inner: BytesObject
    private let total = Lock(0)
    init(_ bytes: [UInt8]) { inner = BytesObject(bytes) }
    var size: Int { inner.size }
    var bytesRead: Int { total.withLock { $0 } }
    func read(offset: Int, count: Int, into destination: UnsafeMutableRawPointer) throws(SQLError) {
        total.withLock { $0 += count }
        try inner.read(offset: offset, count: count, into: destination)
    }
}

@Suite struct LineCounterTests {
    /// Lines of 1 to 7 bytes.
    private let text = (0..<20_000).flatMap { Array(repeating: UInt8(ascii: "x"), count: $0 % 7) + [10] }

    /// Offsets and lines of all line starts.
    private var starts: [(offset: Int, line: Int)] {
        var offset = 0
        return (0..<20_000).map { line in
            defer { offset += line % 7 + 1 }
            return (offset, line + 1)
        }
    }

    @Test func `lines are counted from the nearest known one, in any order`() throws {
        let counter = LineCounter(BytesObject(text), TextPacking(), newline: 10)
        var random = SplitMix(state: 1)
        for place in starts.shuffled(using: &random).prefix(5000) { #expect(try counter.line(at: place.offset) == place.line) }
    }

    @Test(arguments: [TextPacking(), TextPacking(compression: .none, encoding: .latin1)])
    func `a file full of errors is read once`(packing: TextPacking) throws {
        let object = CountedObject(text)
        let counter = LineCounter(object, packing, newline: 10)
        for place in starts { #expect(try counter.line(at: place.offset) == place.line) }
        #expect(object.bytesRead <= 2 * text.count)
    }

    @Test func `a packed text can be gone back in`() throws {
        let counter = LineCounter(BytesObject(text), TextPacking(compression: .none, encoding: .latin1), newline: 10)
        for place in [starts[9000], starts[9000], starts[12], starts[19_999]] {
            #expect(try counter.line(at: place.offset) == place.line)
        }
    }
}
