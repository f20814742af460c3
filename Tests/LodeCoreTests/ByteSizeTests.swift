// Sizes as people write them.

import LodeCore
import Testing

@Suite struct ByteSizeTests {
    @Test(
        arguments: [
            ("512MB", 512_000_000), ("4 GiB", 4 << 30), ("1.5kb", 1500), ("0", 0), ("17", 17), ("2 b", 2), ("8EB", nil), ("-5", nil),
            ("-5MB", nil),
            ("MB", nil), ("", nil), ("nan", nil), ("inf", nil), ("1e3", nil), ("9999999999TiB", nil), ("9223372036854775807", Int.max),
            ("9223372036854775808", nil), ("1.5", nil),
        ] as [(String, Int?)])
    func `a size is a number of bytes from zero on`(text: String, bytes: Int?) { #expect(ByteSize.parse(text) == bytes) }

    @Test(arguments: [0, 1, 1023, 1024, 5 << 20, 3 << 30, 1 << 40]) func `what is shown reads back`(bytes: Int) {
        #expect(ByteSize.parse(ByteSize.text(bytes)) == bytes)
    }
}
