// Timestamps with nine places of a second: from text, to text, and beside microseconds.

import LodeCore
import Testing

@testable import LodeVectors

@Suite struct ParseNanosTests {
    private static let noon: Int64 = 1_709_208_000_000_000_000

    private func parse(_ text: String, zoned: Bool = false) -> Int64? {
        let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 16)
        return bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            var out: Int64 = 0
            let count = buffer.count - 16
            let outcome =
                zoned
                ? ParseNanos.timestamptz(base, count, zones: { name, _ in name == "CET" ? 3600 : nil }, &out)
                : ParseNanos.timestamp(base, count, &out)
            return outcome == .parsed ? out : nil
        }
    }

    @Test func `nine places are kept`() {
        #expect(parse("2024-02-29 12:00:00.123456789") == Self.noon + 123_456_789)
        #expect(parse("2024-02-29T12:00:00.1234567") == Self.noon + 123_456_700)
        #expect(parse("2024-02-29 12:00:00.5") == Self.noon + 500_000_000)
        #expect(parse("2024-02-29 12:00") == Self.noon)
        #expect(parse("1969-12-31 23:59:59.999999999") == -1)
    }

    @Test func `further places round`() {
        #expect(parse("2024-02-29 12:00:00.0000000015") == Self.noon + 2)
        #expect(parse("2024-02-29 12:00:00.0000000025") == Self.noon + 2)
        #expect(parse("2024-02-29 12:00:00.00000000251") == Self.noon + 3)
        #expect(parse("2024-02-29 11:59:59.9999999999") == Self.noon)
    }

    @Test func `what follows the digits is read`() {
        #expect(parse("2024-02-29 13:00:00.000000001+01", zoned: true) == Self.noon + 1)
        #expect(parse("2024-02-29T12:00:00.000000001Z", zoned: true) == Self.noon + 1)
        #expect(parse("2024-02-29 13:00:00.000000001 CET", zoned: true) == Self.noon + 1)
        #expect(parse("2024-02-29 12:00:00.000000001 PM") == Self.noon + 1)
        #expect(parse("2024-02-29 12:00:00.00000000?1") == nil)
    }

    @Test func `the range is that of 64 bits without its ends`() {
        #expect(parse("2262-04-11 23:47:16.854775806") == Int64.max - 1)
        #expect(parse("2262-04-11 23:47:16.854775807") == nil)
        #expect(parse("1677-09-21 00:12:43.145224193") == Int64.min + 1)
        #expect(parse("1677-09-21 00:12:43.145224192") == nil)
        #expect(parse("9999-12-31") == nil)
        #expect(parse("infinity") == Int64.max && parse("-infinity") == Int64.min)
    }

    @Test func `texts read back`() throws {
        for nanos in [0, 1, -1, 999, -1000, 123_456_789, .max - 1, .min + 1, Self.noon + 1_000, .max, .min] as [Int64] {
            let sink = try ByteSink()
            try TimeText.append(timestampNanos: nanos, to: sink)
            #expect(parse(String(decoding: sink.bytes, as: UTF8.self)) == nanos)
        }
    }

    @Test func `nanoseconds are seen in a text`() {
        func hasNanos(_ text: String) -> Bool {
            Array(text.utf8).withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { ParseNanos.hasNanos($0, buffer.count) } ?? false
            }
        }
        #expect(hasNanos("2024-02-29 12:00:00.0000001"))
        #expect(!hasNanos("2024-02-29 12:00:00.123456000"))
        #expect(!hasNanos("2024-02-29 12:00:00.123456+01:00"))
    }

    @Test func `halves round away from 1970, and infinity stays`() {
        #expect(Nanoseconds.rounded(1500) == 2 && Nanoseconds.rounded(1499) == 1)
        #expect(Nanoseconds.rounded(-1500) == -2 && Nanoseconds.rounded(-1499) == -1)
        #expect(Nanoseconds.rounded(.max) == .max && Nanoseconds.rounded(.max - 1) == 9_223_372_036_854_776)
    }

    @Test func `splitting and joining are each other's opposite`() {
        for nanos in [0, 1, -1, -999, -1000, -1001, .max - 1, .min + 1, .max, .min] as [Int64] {
            let (micros, rest) = Nanoseconds.split(nanos)
            #expect((0..<1000).contains(rest))
            #expect(Nanoseconds.join(micros, rest) == nanos)
        }
        #expect(Nanoseconds.join(9_223_372_036_854_775, 807) == nil)
        #expect(Nanoseconds.join(-9_223_372_036_854_776, 192) == nil)
        #expect(Nanoseconds.join(.max - 1) == nil)
    }

    @Test func `microseconds compare with nanoseconds whatever their years`() {
        #expect(Value.compare(.timestamp(1), .timestampNanos(1000)) == 0)
        #expect(Value.compare(.timestamp(1), .timestampNanos(1001)) == -1)
        #expect(Value.compare(.timestampNanos(1001), .timestamp(1)) == 1)
        #expect(Value.compare(.timestamp(253_402_300_799_000_000), .timestampNanos(.max - 1)) == 1)
        #expect(Value.compare(.timestamp(253_402_300_799_000_000), .timestampNanos(.max)) == -1)
        #expect(Value.compare(.timestamp(.min), .timestampNanos(.min)) == 0)
    }
}
