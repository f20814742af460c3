/// Single JSON values: their kinds, numbers and strings.

import LodeCore
import LodeVectors

/// What a value is, by its first byte.
enum JSONKind {
    case no, yes, number, string, object, array

    /// Nil for `null` and for no value at all.
    @inline(__always)
    init?(_ slot: JSONSlot, _ base: UnsafePointer<UInt8>) {
        if slot.isMissing { return nil }
        switch base[slot.start] {
        case UInt8(ascii: "n"): return nil
        case UInt8(ascii: "t"): self = .yes
        case UInt8(ascii: "f"): self = .no
        case UInt8(ascii: "\""): self = .string
        case UInt8(ascii: "{"): self = .object
        case UInt8(ascii: "["): self = .array
        default: self = .number
        }
    }
}

enum JSONNumber {
    /// Whole numbers; `1.0` and `1e3` are some too.
    @inline(__always)
    static func bigint(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) -> ParseOutcome {
        let outcome = ParseInteger.int64(text, count, out)
        return outcome == .parsed ? outcome : whole(text, count, out) ? .parsed : outcome
    }

    @inline(__always)
    static func integer<Lane: FixedWidthInteger>(
        _ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Lane>
    ) -> ParseOutcome {
        var wide: Int64 = 0
        let outcome = bigint(text, count, &wide)
        guard outcome == .parsed else { return outcome }
        guard let value = Lane(exactly: wide) else { return .outOfRange }
        out.pointee = value
        return .parsed
    }

    /// Below 2^53 a double tells whole numbers apart.
    @inline(never)
    private static func whole(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) -> Bool {
        var number = 0.0
        guard ParseDouble.double(text, count, &number) == .parsed, number.magnitude < 9_007_199_254_740_992,
            let value = Int64(exactly: number)
        else { return false }
        out.pointee = value
        return true
    }
}

/// Reads the texts of values. Not `Sendable`: one decoder owns it.
final class JSONStringReader {
    /// Those that are copied are valid until the next call.
    struct Text {
        var bytes: UnsafePointer<UInt8>
        var count: Int
        /// Whether the bytes lie in the scratch, not in the window.
        var isCopied = false
    }

    private let scratch: ByteSink

    init() throws(SQLError) { scratch = try ByteSink() }

    /// A string without its quotes and escapes; other values as they stand. Nil if there is half of a surrogate pair.
    func text(_ slot: JSONSlot, _ base: UnsafePointer<UInt8>) throws(SQLError) -> Text? {
        let bytes = base + slot.start
        guard slot.count >= 2, bytes[0] == UInt8(ascii: "\"") else { return Text(bytes: bytes, count: slot.count) }
        guard slot.hasEscapes else { return Text(bytes: bytes + 1, count: slot.count - 2) }
        scratch.truncate()
        let out = try scratch.reserve(slot.count + 64)
        guard let count = JSONUnescape.text(bytes + 1, slot.count - 2, out) else { return nil }
        return Text(bytes: UnsafePointer(out), count: count, isCopied: true)
    }

    /// The bytes that a string spells as binary.
    func binary(_ text: Text) throws(SQLError) -> Text? {
        let source = Array(UnsafeBufferPointer(start: text.bytes, count: text.count))
        scratch.truncate()
        let outcome: Result<ParseOutcome, SQLError> = source.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return .success(.parsed) }
            do throws(SQLError) { return .success(try ParseBinary.append(base, source.count, to: scratch)) } catch {
                return .failure(error)
            }
        }
        guard try outcome.get() == .parsed else { return nil }
        return Text(bytes: UnsafePointer(scratch.base), count: scratch.count, isCopied: true)
    }

    /// An object or array without the white space between its parts.
    func withoutSpaces(_ slot: JSONSlot, _ base: UnsafePointer<UInt8>) throws(SQLError) -> Text {
        let bytes = base + slot.start, count = slot.count
        scratch.truncate()
        let out = try scratch.reserve(count)
        var written = 0, at = 0, isInString = false
        while at < count {
            let byte = bytes[at]
            if isInString, byte == UInt8(ascii: "\\"), at + 1 < count {
                out[written] = byte
                written &+= 1
                at &+= 1
            } else if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if !isInString, byte <= 32 {
                at &+= 1
                continue
            }
            out[written] = bytes[at]
            written &+= 1
            at &+= 1
        }
        return written == count ? Text(bytes: bytes, count: count) : Text(bytes: UnsafePointer(out), count: written, isCopied: true)
    }
}

/// The lanes of a column that is being decoded.
final class JSONLanes<Lane: BitwiseCopyable> {
    private let type: SQLType
    private let zero: Lane
    private let count: Int
    private let buffer: Buffer
    private var validity: Buffer?

    init(_ type: SQLType, _ zero: Lane, _ count: Int) throws(SQLError) {
        self.type = type
        self.zero = zero
        self.count = count
        buffer = try Buffer(byteCount: count * MemoryLayout<Lane>.stride)
    }

    var lanes: MutableLanes<Lane> {
        @_lifetime(borrow self) get { buffer.lanes(as: Lane.self, keptBy: self) }
    }

    func setNull(_ row: Int) throws(SQLError) {
        let mask = if let validity { validity } else { try Validity.allValid(count) }
        validity = mask
        Validity.clear(mask.lanes(as: UInt64.self), row)
        lanes[row] = zero
    }

    func column(heaps: [AnyObject] = [], children: [Column] = []) -> Column {
        Column(flat: type, count: count, lanes: buffer, validity: validity, heaps: heaps, children: children)
    }
}
