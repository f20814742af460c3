/// Puffin files: what is written is read, and bytes of others are believed in nothing.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct PuffinFileTests {
    private static var file: [UInt8] {
        var writer = PuffinWriter()
        writer.add([1, 2, 3], .object([.init("type", .string("a")), .init("fields", .array([.integer(7)]))]))
        writer.add([4], .object([.init("type", .string("b")), .init("fields", .array([]))]))
        return writer.finish()
    }

    @Test func `blobs come out as they went in`() throws {
        let blobs = try PuffinFile(Self.file).blobs
        #expect(blobs.map { Array($0.bytes) } == [[1, 2, 3], [4]])
        #expect(blobs.map(\.type) == ["a", "b"])
        #expect(blobs.map(\.fields) == [[7], []])
    }

    @Test func `a file that is cut off or changed is damaged`() {
        let whole = Self.file
        for count in 0..<whole.count { #expect(throws: SQLError.self) { try PuffinFile(Array(whole.prefix(count))) } }
        var longer = whole
        longer[whole.count - 12] &+= 1
        #expect(throws: SQLError.self) { try PuffinFile(longer) }
        var packed = whole
        packed[whole.count - 8] |= 1
        #expect(throws: SQLError.self) { try PuffinFile(packed) }
    }
}
