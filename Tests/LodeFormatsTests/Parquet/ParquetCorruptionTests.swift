// Damaged Parquet files: an error that says where, never a trap.

import LodeCore
import LodeObjectStore
import Testing

@testable import LodeFormats

@Suite struct ParquetCorruptionTests {
    private func message(_ bytes: [UInt8]) -> String {
        do throws(SQLError) {
            _ = try ParquetFixture.rows(ParquetFixture.open(bytes))
            return "read"
        } catch { return error.description }
    }

    @Test func `what is no Parquet file is called so`() throws {
        #expect(message([]).contains("XX001"))
        #expect(message(Array("a,b\n1,2\n3,4\nlonger than a footer".utf8)).contains("this is not a Parquet file"))
        #expect(message(Array("a,b\n1,2\n3,4\n".utf8)).contains("test.parquet"))
    }

    @Test func `a file that is cut off is refused`() throws {
        let bytes = try ParquetFixture.bytes("nested_v1")
        for cut in [1, 4, 8, 9, 100, bytes.count - 20] { #expect(message(Array(bytes.dropLast(cut))).contains("XX001")) }
    }

    @Test func `encryption is refused by name`() throws {
        var bytes = try ParquetFixture.bytes("nested_v1")
        bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: Array("PARE".utf8))
        #expect(message(bytes).contains("an encrypted Parquet file is not supported"))
    }

    @Test func `a damaged page names file, row group and column`() throws {
        var bytes = try ParquetFixture.bytes("flat_plain_v1")
        for i in 100..<400 { bytes[i] ^= 0x5a }
        let text = message(bytes)
        #expect(text.contains("test.parquet, row group 0, column \"id\""))
    }

    @Test func `codecs and encodings that are not there are refused by name`() throws {
        let file = try ParquetFixture.open("flat_plain_v1")
        for (codec, name) in [(Int32(3), "lzo"), (99, "99")] {
            var metaData = file.footer.metaData
            metaData.rowGroups[0].columns[0].metaData?.codec = codec
            let changed = ParquetFile(file.file, try ParquetFooter(metaData, byteCount: 0))
            #expect {
                try ParquetFixture.rows(changed, [0])
            } throws: { ($0 as? SQLError)?.state == .featureNotSupported && "\($0)".contains(name) }
        }
    }

    @Test func `offsets and counts in the footer are checked`() throws {
        let file = try ParquetFixture.open("flat_plain_v1")
        let changes: [(inout ColumnMetaData) -> Void] = [
            { $0.dataPageOffset = 1 << 60 }, { $0.compressedBytes = 1 << 60 }, { $0.valueCount += 1 }, { $0.valueCount = 1 << 40 },
            { $0.type = .double }, { $0.dataPageOffset = 5 }, { $0.compressedBytes = 10 },
        ]
        for change in changes {
            var metaData = file.footer.metaData
            if var column = metaData.rowGroups[0].columns[0].metaData {
                change(&column)
                metaData.rowGroups[0].columns[0].metaData = column
            }
            let changed = ParquetFile(file.file, try ParquetFooter(metaData, byteCount: 0))
            #expect(throws: SQLError.self) { try ParquetFixture.rows(changed, [0]) }
        }
    }

    @Test func `a text that is not UTF-8 is an error, not a repair`() throws {
        var bytes = try ParquetFixture.bytes("nested_v1")
        // The key "k1" of the maps stands in a dictionary page.
        let key = Array("k1".utf8)
        let place = try #require((0..<bytes.count - 2).first { bytes[$0] == key[0] && bytes[$0 + 1] == key[1] })
        bytes[place] = 0xff
        #expect(message(bytes).contains("22021"))
    }

    /// Flips, cuts and repeats bytes: everything must be read or refused.
    @Test(arguments: ParquetFixture.flat + ParquetFixture.nested) func `no damage ends the process`(name: String) throws {
        let original = try ParquetFixture.bytes(name)
        var random = SplitMix(state: 42)
        for round in 0..<fuzzCount / 5 {
            var bytes = original
            for _ in 0...Int.random(in: 0..<8, using: &random) {
                // Half of the damage goes to the footer.
                let low = round % 2 == 0 ? 0 : max(0, bytes.count - 6000)
                let place = Int.random(in: low..<bytes.count - 8, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 2: for i in place..<min(place + 16, bytes.count - 8) { bytes[i] = 0xff }
                default: bytes[place] = bytes[Int.random(in: 0..<bytes.count - 8, using: &random)]
                }
            }
            _ = message(bytes)
        }
    }
}
