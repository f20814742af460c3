// Blocks of Avro files in every codec, and damaged ones.

import LodeCore
import Testing

@testable import LodeFormats

@Suite struct BlockDecompressionTests {
    private static let plain = String(repeating: "abcabcabcabcabcabc hello hello hello", count: 3)

    /// As zlib, snappy and zstd packed it.
    static let packed: [(codec: String, bytes: [UInt8])] = [
        ("deflate", [75, 76, 74, 78, 68, 69, 10, 25, 169, 57, 57, 249, 200, 100, 34, 149, 212, 0, 0]),
        (
            "snappy",
            [
                108, 8, 97, 98, 99, 58, 3, 0, 20, 32, 104, 101, 108, 108, 111, 46, 6, 0, 58, 33, 0, 4, 97, 98, 218, 36, 0, 47, 215, 92, 157,
            ]
        ),
        (
            "zstandard",
            [
                40, 181, 47, 253, 32, 108, 45, 1, 0, 120, 97, 98, 99, 32, 104, 101, 108, 108, 111, 32, 104, 101, 108, 108, 111, 9, 0, 128,
                3, 24, 0, 112, 0, 3, 0, 14, 96, 128, 160, 56, 144, 194, 21, 59, 55, 4,
            ]
        ),
        (
            "gzip",
            [
                31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 75, 76, 74, 78, 68, 69, 10, 25, 169, 57, 57, 249, 200, 100, 34, 149, 212, 0, 0, 157, 92,
                215, 47, 108, 0, 0, 0,
            ]
        ),
    ]

    private func text(_ codec: String, _ bytes: [UInt8]) throws -> String {
        String(decoding: try BlockDecompression.decompress(codec, bytes[...]), as: UTF8.self)
    }

    @Test(arguments: packed.map(\.codec)) func `blocks come out as they were`(codec: String) throws {
        let bytes = try #require(Self.packed.first { $0.codec == codec }).bytes
        #expect(try text(codec, bytes) == Self.plain)
        #expect(try BlockDecompression.decompress(codec, ([9, 9] + bytes)[2...]) == Array(Self.plain.utf8))
    }

    @Test(arguments: packed.map(\.codec)) func `a block that is cut off is damaged`(codec: String) throws {
        let bytes = try #require(Self.packed.first { $0.codec == codec }).bytes
        for end in 0..<bytes.count {
            #expect(#expect(throws: SQLError.self) { try text(codec, Array(bytes[..<end])) }?.state == .dataCorrupted)
        }
    }

    @Test func `what pyiceberg leaves of a checksum is stepped over`() throws {
        #expect(try text("deflate", Self.packed[0].bytes + [160, 81, 40]) == Self.plain)
    }

    @Test func `a wrong checksum is damage`() throws {
        var bytes = Self.packed[1].bytes
        bytes[bytes.count - 1] ^= 1
        #expect(#expect(throws: SQLError.self) { try text("snappy", bytes) }?.state == .dataCorrupted)
    }

    @Test func `members of gzip follow one another`() throws {
        #expect(try text("gzip", Self.packed[3].bytes + Self.packed[3].bytes) == Self.plain + Self.plain)
    }

    @Test func `what is not packed is taken as it is, and other codecs are refused by name`() throws {
        #expect(try text("null", [104, 105]) == "hi")
        let error = #expect(throws: SQLError.self) { try text("bzip2", [1]) }
        #expect(error?.state == .featureNotSupported && error?.message.contains("bzip2") == true)
    }
}
