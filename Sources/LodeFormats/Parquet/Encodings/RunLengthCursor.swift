/// The hybrid of run lengths and bit packing: dictionary codes, levels and booleans.

/// A forward cursor over a hybrid stream.
///
///     header & 1 = 0   header >> 1 times one value, which follows in (width + 7) / 8 bytes
///     header & 1 = 1   (header >> 1) * 8 values of `width` bits, least significant bit first
///
/// It is a place in bytes that come with each call, and are the same each time. They must be followed by `Decompressor.slack`.
/// Every function gives false when the stream ends too early.
/// - Source: Parquet format, Encodings, "Run Length Encoding / Bit-Packing Hybrid".
struct RunLengthCursor {
    /// Bits of a value, 0...32.
    let width: Int
    /// The number of the next value.
    private(set) var position = 0
    /// Where the next run begins.
    private var next = 0
    private let end: Int
    /// Values left in the current run.
    private var left = 0
    private var isPacked = false
    private var runValue: UInt32 = 0
    /// Where the bits of the current run begin.
    private var bits = 0
    /// The next value's number within a packed run.
    private var index = 0

    /// - Parameter count: how many bytes there are.
    init(count: Int, width: Int) {
        self.width = width
        end = count
    }

    /// Goes to the next run that holds values.
    private mutating func nextRun(_ source: UnsafeRawPointer) -> Bool {
        while left == 0 {
            var header: UInt64 = 0
            var shift: UInt64 = 0
            while true {
                guard next < end, shift < 35 else { return false }
                let byte = source.load(fromByteOffset: next, as: UInt8.self)
                next += 1
                header |= UInt64(byte & 0x7f) &<< shift
                if byte < 0x80 { break }
                shift &+= 7
            }
            let count = Int(truncatingIfNeeded: header &>> 1)
            let available = end - next
            isPacked = header & 1 == 1
            if isPacked {
                // The last group may be cut off after its last value.
                let bytes = min(count &* width, available)
                left = width == 0 ? count &* 8 : min(count &* 8, bytes &* 8 / width)
                bits = next
                index = 0
                next += bytes
            } else {
                let bytes = (width &+ 7) &>> 3
                guard bytes <= available else { return false }
                runValue = 0
                var i = 0
                while i < bytes {
                    runValue |= UInt32(source.load(fromByteOffset: next &+ i, as: UInt8.self)) &<< UInt32(truncatingIfNeeded: i &* 8)
                    i &+= 1
                }
                next += bytes
                // The bytes have room for more bits than a value has: what does not fit would be no code and no level.
                guard width == 32 || runValue &>> UInt32(truncatingIfNeeded: width) == 0 else { return false }
                left = count
            }
        }
        return true
    }

    @inline(__always)
    private mutating func pass(_ count: Int) {
        left &-= count
        index &+= count
        position &+= count
    }

    /// Reads the next `count` values.
    mutating func read(_ count: Int, of source: UnsafeRawPointer, into out: UnsafeMutablePointer<UInt32>) -> Bool {
        var done = 0
        while done < count {
            guard nextRun(source) else { return false }
            let take = min(left, count &- done)
            if isPacked {
                BitUnpacking.unpack(source + bits, from: index, take, width: width, into: out + done)
            } else {
                (out + done).update(repeating: runValue, count: take)
            }
            pass(take)
            done &+= take
        }
        return true
    }

    mutating func skip(_ count: Int, of source: UnsafeRawPointer) -> Bool {
        var rest = count
        while rest > 0 {
            guard nextRun(source) else { return false }
            let take = min(left, rest)
            pass(take)
            rest &-= take
        }
        return true
    }

    /// Reads the values with the numbers `wanted` (ascending, none before `position`), and stands behind the last of them.
    mutating func pick(
        _ wanted: UnsafePointer<UInt32>, _ count: Int, of source: UnsafeRawPointer, into out: UnsafeMutablePointer<UInt32>
    ) -> Bool {
        var i = 0
        while i < count {
            guard skip(Int(wanted[i]) &- position, of: source), nextRun(source) else { return false }
            let runEnd = position &+ left
            if isPacked {
                let offset = index &- position
                while i < count, Int(wanted[i]) < runEnd {
                    out[i] = BitUnpacking.value(source + bits, Int(wanted[i]) &+ offset, width: width)
                    i &+= 1
                }
            } else {
                while i < count, Int(wanted[i]) < runEnd {
                    out[i] = runValue
                    i &+= 1
                }
            }
            pass(Int(wanted[i &- 1]) &+ 1 &- position)
        }
        return true
    }

    /// Calls `body` for the runs that make up the next `count` values: either one value repeated, or packed bits.
    /// The bits of a packed run begin at value `index` of `bits`.
    @inline(__always)
    mutating func runs(
        _ count: Int, of source: UnsafeRawPointer,
        _ body: (_ length: Int, _ repeated: UInt32?, _ bits: UnsafeRawPointer, _ index: Int) -> Void
    ) -> Bool {
        var rest = count
        while rest > 0 {
            guard nextRun(source) else { return false }
            let take = min(left, rest)
            body(take, isPacked ? nil : runValue, source + bits, index)
            pass(take)
            rest &-= take
        }
        return true
    }
}
