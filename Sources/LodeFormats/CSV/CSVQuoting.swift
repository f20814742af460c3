/// Which bytes of a block are inside quotes.

import CLodeIntrinsics

/// Carries the state of quoting from one block of 64 bytes to the next. Starts at the start of a row.
struct CSVQuoting {
    private let hasQuotes: Bool
    private let quote: UInt8
    /// All ones while the next block begins inside of quotes.
    private var inside: UInt64 = 0
    /// Bit 0: whether a separator or a quote, or a closing quote, stands before the next block.
    private var afterSeparator: UInt64 = 1
    private var afterClose: UInt64 = 0

    init(_ quote: UInt8?) {
        hasQuotes = quote != nil
        self.quote = quote ?? 0
    }

    /// Takes the separators inside of quotes out of the masks of one block.
    /// - Returns: whether a quote stands where a well-formed row has none.
    @inline(__always)
    mutating func isWrong(_ bytes: UnsafePointer<UInt8>, _ valid: UInt64, _ separators: inout UInt64, _ newlines: inout UInt64) -> Bool {
        guard hasQuotes else { return false }
        let quotes = lode_match64(bytes, quote) & valid
        guard quotes | inside | afterClose != 0 else {
            afterSeparator = separators &>> 63
            return false
        }
        let within = Self.prefixParity(quotes) ^ inside
        let openings = quotes & within, closings = quotes & ~within
        // An opening quote stands behind a separator or a quote, and a closing one before such.
        let wrong =
            openings & ~(separators &<< 1 | closings &<< 1 | afterSeparator)
            | (closings &<< 1 | afterClose) & valid & ~(separators | quotes | lode_match64(bytes, 13))
        afterSeparator = (separators | closings) &>> 63
        afterClose = closings &>> 63
        separators &= ~within
        newlines &= ~within
        inside = 0 &- (within &>> 63)
        return wrong != 0
    }

    /// Bit i is the parity of bits 0...i.
    @inline(__always)
    private static func prefixParity(_ bits: UInt64) -> UInt64 {
        var x = bits
        x ^= x &<< 1
        x ^= x &<< 2
        x ^= x &<< 4
        x ^= x &<< 8
        x ^= x &<< 16
        x ^= x &<< 32
        return x
    }
}
