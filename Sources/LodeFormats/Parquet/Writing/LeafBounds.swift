/// The smallest and largest value of a page or a column chunk, and how statistics store them.

import LodeCore

/// Bounds of values that are not NULL and not NaN.
struct LeafBounds {
    var minimum: Value
    var maximum: Value

    mutating func merge(_ other: LeafBounds) {
        if Value.compare(other.minimum, minimum) ?? 0 < 0 { minimum = other.minimum }
        if Value.compare(other.maximum, maximum) ?? 0 > 0 { maximum = other.maximum }
    }

    /// A bound as PLAIN bytes without a length, and whether it is a value of the data.
    struct Stored {
        var bytes: [UInt8]
        var isExact: Bool
    }

    /// Strings are cut to this many bytes.
    static let textBytes = 64

    func storedMinimum(_ plan: LeafPlan) -> Stored? { Self.stored(minimum, plan, isMaximum: false) }
    func storedMaximum(_ plan: LeafPlan) -> Stored? { Self.stored(maximum, plan, isMaximum: true) }

    private static func stored(_ value: Value, _ plan: LeafPlan, isMaximum: Bool) -> Stored? {
        func little<T: FixedWidthInteger>(_ number: T) -> Stored {
            Stored(bytes: withUnsafeBytes(of: number.littleEndian) { Array($0) }, isExact: true)
        }
        func big<T: FixedWidthInteger>(_ number: T) -> Stored {
            Stored(bytes: withUnsafeBytes(of: number.bigEndian) { Array($0) }, isExact: true)
        }
        switch value {
        case .boolean(let flag): return Stored(bytes: [flag ? 1 : 0], isExact: true)
        case .integer(let number), .time(let number), .timestamp(let number), .timestampNanos(let number):
            return plan.physical == .int32 ? little(Int32(truncatingIfNeeded: number)) : little(number)
        case .date(let days): return little(days)
        case .decimal(let unscaled, _):
            switch plan.physical {
            case .int32: return little(Int32(truncatingIfNeeded: unscaled))
            case .int64: return little(Int64(truncatingIfNeeded: unscaled))
            default: return big(unscaled)
            }
        case .double(let number):
            // Zero has two signs: bounds hold both.
            let shown = number == 0 ? (isMaximum ? 0.0 : -0.0) : number
            return plan.physical == .float ? little(Float(shown).bitPattern) : little(shown.bitPattern)
        case .uuid(let number): return big(number)
        case .text(let text): return cut(Array(text.utf8), isMaximum: isMaximum, isText: true)
        case .bytes(let bytes): return cut(bytes, isMaximum: isMaximum, isText: false)
        // The order of the others is not defined by the format.
        case .null, .interval, .list, .structure, .map: return nil
        }
    }

    /// At most `textBytes` bytes that are still a bound; nil if there are none.
    static func cut(_ bytes: [UInt8], isMaximum: Bool, isText: Bool) -> Stored? {
        if bytes.count <= textBytes { return Stored(bytes: bytes, isExact: true) }
        var length = textBytes
        if isText { while length > 0, bytes[length] & 0xc0 == 0x80 { length -= 1 } }
        let prefix = Array(bytes[..<length])
        if !isMaximum { return Stored(bytes: prefix, isExact: false) }
        return (isText ? nextText(prefix) : nextBytes(prefix)).map { Stored(bytes: $0, isExact: false) }
    }

    /// The shortest bytes above everything that begins with `prefix`.
    private static func nextBytes(_ prefix: [UInt8]) -> [UInt8]? {
        var bytes = prefix
        while let last = bytes.popLast() { if last < 0xff { return bytes + [last + 1] } }
        return nil
    }

    /// The same, and UTF-8.
    private static func nextText(_ prefix: [UInt8]) -> [UInt8]? {
        var scalars = Array(String(decoding: prefix, as: UTF8.self).unicodeScalars)
        while let last = scalars.popLast() {
            let next = last.value == 0xd7ff ? 0xe000 : last.value + 1
            guard let scalar = Unicode.Scalar(next) else { continue }
            // A longer encoding is above all shorter ones, so the order holds.
            scalars.append(scalar)
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            return Array(String(text).utf8)
        }
        return nil
    }
}
