/// Which requests fetch some ranges of a remote object.

import LodeCloud

/// A request costs time before its first byte comes; bytes cost time too. Ranges whose gap costs less than a request become one.
///
///     wanted    ██  ██        ████████████████████
///     fetched   ██████        █████████ ██████████      small gap: one request; long range: several at once
struct RangeCoalescing: Sendable {
    /// Bytes that arrive in the time that one more request costs.
    var gap: Int
    /// Longer ranges are fetched by several requests at a time.
    var longest: Int

    /// So many requests share the line: each costs a part of the time that it waits.
    private static let atOnce = 64

    init(gap: Int, longest: Int) {
        self.gap = gap
        self.longest = longest
    }

    /// By what the service has been measured to do.
    init(_ meter: ServiceMeter) {
        let inFlight = meter.bytesInFlight
        // And a request costs the processor what so many bytes do, however fast the line is.
        gap = min(256 << 10, max(128 << 10, inFlight / Self.atOnce))
        // Parts that a single connection brings in about the time of an answer.
        longest = min(16 << 20, max(2 << 20, inFlight / 4))
    }

    /// Ascending, without overlaps; each wanted byte is in one of them.
    func plan(_ wanted: [Range<Int>]) -> [Range<Int>] {
        var merged: [Range<Int>] = []
        for range in wanted.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = merged.last, range.lowerBound - last.upperBound <= gap {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged.flatMap(split)
    }

    /// Parts of equal length, none longer than `longest`.
    private func split(_ range: Range<Int>) -> [Range<Int>] {
        let parts = (range.count + longest - 1) / longest
        guard parts > 1 else { return [range] }
        return (0..<parts).map { part in
            range.lowerBound + range.count / parts
                * part..<(part == parts - 1 ? range.upperBound : range.lowerBound + range.count / parts * (part + 1))
        }
    }
}
