/// Text to timestamps in nanoseconds.

import LodeCore

/// As `ParseTimestamp`, with nine places behind the point.
package enum ParseNanos {
    package static func timestamp(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) -> ParseOutcome {
        parse(text, count, out) { ParseTimestamp.timestamp($0, $1, $2) }
    }

    package static func timestamptz(
        _ text: UnsafePointer<UInt8>, _ count: Int, zones: ParseTimestamp.Zones?, _ out: UnsafeMutablePointer<Int64>
    ) -> ParseOutcome {
        parse(text, count, out) { ParseTimestamp.timestamptz($0, $1, zones: zones, $2) }
    }

    /// Whether a text has digits behind the sixth place of a second that are not zero: what microseconds would lose.
    package static func hasNanos(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        // Of a date, a time and six places.
        guard count > 26, let extra = extraDigits(text, count) else { return false }
        return extra.contains { text[$0] != UInt8(ascii: "0") }
    }

    /// Where the digits behind the sixth place lie; nil if there are none. No other part of a timestamp has this many behind a point.
    private static func extraDigits(_ text: UnsafePointer<UInt8>, _ count: Int) -> Range<Int>? {
        var at = 0
        while at < count {
            guard text[at] == UInt8(ascii: ".") else {
                at &+= 1
                continue
            }
            let start = at &+ 1
            at = start
            while at < count, TextByte.isDigit(text[at]) { at &+= 1 }
            if at &- start > 6 { return start &+ 6..<at }
        }
        return nil
    }

    /// Takes the digits behind the sixth place out of the text, and reads the rest of it as microseconds.
    @inline(__always)
    private static func parse(
        _ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int64>,
        _ micros: (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<Int64>) -> ParseOutcome
    ) -> ParseOutcome {
        var rest: Int64 = 0, whole: Int64 = 0
        var outcome: ParseOutcome
        if let extra = extraDigits(text, count) {
            rest = nanos(text, extra)
            if extra.upperBound == count {
                outcome = micros(text, extra.lowerBound, &whole)
            } else {
                // Parsers load whole words: sixteen bytes more.
                outcome = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count + 16) { copy in
                    copy.initialize(repeating: 0)
                    guard let base = copy.baseAddress else { return .malformed }
                    let behind = count - extra.upperBound
                    base.update(from: text, count: extra.lowerBound)
                    (base + extra.lowerBound).update(from: text + extra.upperBound, count: behind)
                    return micros(base, extra.lowerBound + behind, &whole)
                }
            }
        } else {
            outcome = micros(text, count, &whole)
        }
        guard outcome == .parsed else { return outcome }
        guard let nanos = Nanoseconds.join(whole, rest) else { return .outOfRange }
        out.pointee = nanos
        return .parsed
    }

    /// Three digits, missing ones being zero; those behind them round, a half to even.
    private static func nanos(_ text: UnsafePointer<UInt8>, _ digits: Range<Int>) -> Int64 {
        var nanos: Int64 = 0
        for place in 0..<3 {
            let at = digits.lowerBound &+ place
            nanos = nanos &* 10 &+ (at < digits.upperBound ? Int64(text[at] &- 48) : 0)
        }
        guard digits.count > 3 else { return nanos }
        let next = text[digits.lowerBound &+ 3] &- 48
        let hasMore = digits.dropFirst(4).contains { text[$0] != UInt8(ascii: "0") }
        return nanos &+ (next > 5 || (next == 5 && (hasMore || nanos & 1 == 1)) ? 1 : 0)
    }
}
