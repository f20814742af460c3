// Deletion vectors: the examples of the protocol, and what is damaged.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct DeletionVectorTests {
    private let example = DeltaVectorDescriptor(
        storageType: "i", pathOrInline: "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", sizeInBytes: 44, cardinality: 6)

    private func rows(_ vector: DeletionVector, of rowCount: Int = 100) throws -> [Int64] {
        let found = try vector.positions(rowCount: rowCount) { _, _, _ in [] }
        return (0..<Int64(rowCount)).filter { found.contains($0) }
    }

    /// The rows of Delta PROTOCOL.md, "JSON Example 3 — Inline", in the format that the protocol describes; the example's own bytes are
    /// in an earlier one.
    @Test func `an inline vector is read`() throws {
        #expect(try rows(try example.vector(in: "/t")) == [3, 4, 7, 11, 18, 29])
    }

    /// - Source: Delta PROTOCOL.md, "JSON Example 1 — On Disk with Relative Path (with Random Prefix)".
    @Test func `the name of a file comes from its UUID`() throws {
        let vector = DeltaVectorDescriptor(
            storageType: "u", pathOrInline: "ab^-aqEH.-t@S}K{vb[*k^", offset: 4, sizeInBytes: 40, cardinality: 6)
        #expect(
            try vector.vector(in: "s3://mytable").place
                == .file("s3://mytable/ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin", offset: 4))
    }

    @Test func `files have a size and a checksum`() throws {
        guard case .inline(let bitmap) = try example.vector(in: "/t").place else { throw LogFolder.Broken() }
        let sum = CRC32.of(bitmap[...])
        let checksum = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
        let stored = [UInt8(0), 0, 0, 44] + bitmap + checksum
        let vector = DeletionVector(place: .file("dv.bin", offset: 1), size: 44, cardinality: 6)
        func read(_ bytes: [UInt8]) throws -> Int { try vector.positions(rowCount: 100) { _, _, _ in bytes }.count }
        #expect(try read(stored) == 6)
        for index in [0, 20, 51] {
            var damaged = stored
            damaged[index] ^= 1
            let error = #expect(throws: SQLError.self) { try read(damaged) }
            #expect(error?.state == .dataCorrupted && error?.place == "dv.bin")
        }
        #expect(throws: SQLError.self) { try read(Array(stored.dropLast())) }
    }

    @Test func `a vector fits its file and its log`() throws {
        let vector = try example.vector(in: "/t")
        #expect(throws: SQLError.self) { try rows(vector, of: 29) }
        var other = vector
        other.cardinality = 5
        #expect(throws: SQLError.self) { try rows(other) }
        #expect(throws: SQLError.self) { try DeltaVectorDescriptor(storageType: "i", pathOrInline: "abc", sizeInBytes: 4).vector(in: "/t") }
        #expect(throws: SQLError.self) { try DeltaVectorDescriptor(storageType: "x", pathOrInline: "", sizeInBytes: 4).vector(in: "/t") }
    }

    @Test func `the text of the checksum's standard example`() {
        #expect(CRC32.of(Array("123456789".utf8)[...]) == 0xcbf4_3926)
        #expect(Z85.decode("HelloWorld") == [0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B])
        #expect(Z85.encode([0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B]) == "HelloWorld")
    }
}

@Suite struct RoaringBitmapTests {
    private func bytes(_ numbers: [(UInt64, Int)]) -> [UInt8] {
        numbers.flatMap { number, count in (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) } }
    }

    private func rows(_ numbers: [(UInt64, Int)], below limit: Int64 = 1 << 20) throws -> RowPositions {
        var rows = RowPositions()
        try RoaringBitmap.insert(bytes(numbers)[...], below: limit, into: &rows)
        return rows
    }

    @Test func `lists, bitmaps and runs`() throws {
        // One bucket: a block of a run 5...9 and one of a list; the offsets are left out for fewer than four blocks.
        let runs = try rows([
            (1, 8), (0, 4), (12347 | 1 << 16, 4), (1, 1), (0, 2), (4, 2), (2, 2), (1, 2), (1, 2), (5, 2), (4, 2), (7, 2), (8, 2),
        ])
        #expect(runs.count == 7)
        for row in [5, 9, 2 << 16 | 7, 2 << 16 | 8] as [Int64] { #expect(runs.contains(row)) }
        // A bitmap of all even members.
        let even = UInt64(0x5555_5555_5555_5555)
        let bitmap = try rows([(1, 8), (0, 4), (12346, 4), (1, 4), (3, 2), (32767, 2), (0, 4)] + Array(repeating: (even, 8), count: 1024))
        #expect(bitmap.count == 32768 && bitmap.contains(3 << 16 | 2) && !bitmap.contains(3 << 16 | 1))
        #expect(try rows([(0, 8)]).count == 0)
    }

    @Test func `what is no bitmap is damage`() {
        let damaged: [[(UInt64, Int)]] = [
            [], [(1, 8)], [(1, 8), (0, 4), (99, 4)], [(0, 8), (0, 1)], [(1, 8), (1 << 31, 4), (12346, 4), (0, 4)],
            [(1, 8), (0, 4), (12346, 4), (1 << 20, 4)],
            // A run beyond its block, and runs that overlap.
            [(1, 8), (0, 4), (12347, 4), (1, 1), (0, 2), (1, 2), (1, 2), (65535, 2), (1, 2)],
            [(1, 8), (0, 4), (12347, 4), (1, 1), (0, 2), (1, 2), (2, 2), (5, 2), (5, 2), (7, 2), (1, 2)],
            // The same bucket again.
            [(2, 8), (0, 4), (12346, 4), (0, 4), (0, 4), (12346, 4), (0, 4)],
        ]
        for numbers in damaged { #expect(throws: SQLError.self) { try rows(numbers) } }
        #expect(throws: SQLError.self) { try rows([(1, 8), (1, 4), (12346, 4), (1, 4), (0, 2), (0, 2), (0, 4), (0, 2)], below: 10) }
    }

    static let sets: [[Int64]] = [
        [], [0], [63, 64, 65_535, 65_536], Array(10..<5_000), Array(stride(from: 0, to: 200_000, by: 3)),
        Array(stride(from: 1, to: 60_000, by: 7)), (0..<4).map { $0 * 65_536 + $0 },
        Array(65_536..<131_072), Array(stride(from: 65_535, to: 70_000, by: 2)),
        [5] + Array(100_000..<100_300) + Array(stride(from: 140_000, to: 150_000, by: 2)),
    ]

    @Test(arguments: sets) func `what is written is read`(members: [Int64]) throws {
        let rows = RowPositions(members), bitmap = DeletionVector.encode(rows)
        #expect(try DeletionVector.decode(bitmap[...], members.count, 300_000).subtracting(rows).count == 0)
        let stored = DeletionVector.stored(bitmap)
        let vector = DeletionVector(place: .file("dv.bin", offset: 1), size: bitmap.count, cardinality: members.count)
        #expect(try vector.positions(rowCount: 300_000) { _, _, _ in stored }.count == members.count)
    }

    @Test func `blocks have the form that takes the fewest bytes`() {
        let header = 4 + 8 + 4
        #expect(DeletionVector.encode(RowPositions(0..<60_000)).count < header + 32)
        #expect(DeletionVector.encode(RowPositions(stride(from: 0, to: 65_536, by: 2))).count < header + 8_192 + 32)
        #expect(DeletionVector.encode(RowPositions(stride(from: 0, to: 20, by: 2))).count == header + 8 + 4 + 4 + 20)
    }
}
