/// From stored bounds to SQL values, without ever trusting a bound that may be wrong.

import LodeCore

extension ParquetLeaf {
    /// What stored statistics say about the column.
    ///
    /// `hasTypeOrder` tells whether `minimum` and `maximum` are in the order that the type defines. Bounds without it, and the
    /// legacy ones, are used only where every writer ordered the same way: signed numbers.
    func statistics(_ stored: ParquetStatistics?, rows: Int?, hasTypeOrder: Bool) -> ColumnStatistics {
        var result = ColumnStatistics(nullCount: definition == 0 ? 0 : nil, rowCount: rows)
        guard let stored, refusal == nil else { return result }
        if let nulls = stored.nullCount { result.nullCount = nulls }
        result.distinctCount = stored.distinctCount
        var low: [UInt8]?, high: [UInt8]?
        if hasTypeOrder || ordersAsSigned {
            low = stored.minimum
            high = stored.maximum
        }
        if low == nil, high == nil, ordersAsSigned {
            low = stored.legacyMinimum
            high = stored.legacyMaximum
        }
        result.minimum = low.flatMap { bound($0, isMaximum: false) }
        result.maximum = high.flatMap { bound($0, isMaximum: true) }
        // What the deprecated bounds hold is for pruning only.
        result.boundsAreExact = hasTypeOrder && result.minimum != nil && result.maximum != nil && boundsAreExact(stored)
        return result
    }

    private func boundsAreExact(_ stored: ParquetStatistics) -> Bool {
        switch storage {
        // Strings may be cut short, and NaN stands in no bound.
        case .text, .decimalText: stored.isMinimumExact == true && stored.isMaximumExact == true
        default: physical != .float && physical != .double && stored.isMinimumExact != false && stored.isMaximumExact != false
        }
    }

    /// Whether the stored numbers are compared as signed ones by every writer.
    private var ordersAsSigned: Bool {
        switch physical {
        case .boolean, .float, .double: return true
        case .int32, .int64:
            if case .integer(_, false)? = element.logicalType ?? element.impliedLogicalType { return false }
            return true
        case .int96, .byteArray, .fixedLenByteArray: return false
        }
    }

    /// One bound as a value of the column's SQL type; nil if it can't be used.
    func bound(_ bytes: [UInt8], isMaximum: Bool) -> Value? {
        switch storage {
        case .bits: return bytes.count == 1 ? .boolean(bytes[0] != 0) : nil
        case .text(let isUTF8): return textBound(bytes, isUTF8: isUTF8, isMaximum: isMaximum)
        case .decimalText: return Self.bigEndian(bytes).flatMap(decimalBound)
        case .fixed(let conversion):
            guard bytes.count == conversion.sourceWidth else { return nil }
            return fixedBound(bytes, conversion, isMaximum: isMaximum)
        }
    }

    private func textBound(_ bytes: [UInt8], isUTF8: Bool, isMaximum: Bool) -> Value? {
        guard isUTF8 else { return .bytes(bytes) }
        if let text = String(validating: bytes, as: UTF8.self) { return .text(text) }
        // A lower bound cut within a character: without the rest of it, it is lower still. An upper one can't be saved.
        if isMaximum { return nil }
        for cut in 1...3 where bytes.count > cut {
            if let text = String(validating: bytes.dropLast(cut), as: UTF8.self) { return .text(text) }
        }
        return nil
    }

    private func decimalBound(_ unscaled: Int128) -> Value? {
        guard case .decimal(_, let scale) = type else { return nil }
        return .decimal(unscaled, scale: scale)
    }

    private static func bigEndian(_ bytes: [UInt8]) -> Int128? {
        guard !bytes.isEmpty, bytes.count <= 16 else { return nil }
        var value: Int128 = bytes[0] >= 0x80 ? -1 : 0
        for byte in bytes { value = value << 8 | Int128(byte) }
        return value
    }

    private static func littleEndian(_ bytes: [UInt8]) -> UInt64 {
        var value: UInt64 = 0
        for byte in bytes.prefix(8).reversed() { value = value << 8 | UInt64(byte) }
        return value
    }

    private func fixedBound(_ bytes: [UInt8], _ conversion: LaneConversion, isMaximum: Bool) -> Value? {
        let raw = Self.littleEndian(bytes)
        let number = bytes.count == 4 ? Int64(Int32(truncatingIfNeeded: raw)) : Int64(bitPattern: raw)
        switch conversion {
        case .copy1: return nil
        case .copy4 where physical == .float:
            return floatBound(Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw))), isMaximum: isMaximum)
        case .copy8 where physical == .double: return floatBound(Double(bitPattern: raw), isMaximum: isMaximum)
        case .half: return floatBound(Double(LaneConversion.single(half: UInt16(truncatingIfNeeded: raw))), isMaximum: isMaximum)
        case .copy4, .copy8, .narrow8, .narrow16, .widen, .wide32, .wide64: return integerBound(number)
        case .widenUnsigned: return .integer(Int64(raw))
        case .wideUnsigned64: return .decimal(Int128(raw), scale: 0)
        case .widenMillis: return .time(number * 1000)
        case .millis:
            let (micros, overflow) = number.multipliedReportingOverflow(by: 1000)
            return overflow ? nil : integerBound(micros)
        case .nanos: return integerBound(Nanoseconds.split(number).micros)
        case .bigEndian64, .bigEndian128: return Self.bigEndian(bytes).flatMap(decimalBound)
        case .uuid: return Self.bigEndian(bytes).map { .uuid(UInt128(bitPattern: $0)) }
        case .bytes: return .bytes(bytes)
        case .int96, .interval, .bigEndianDouble: return nil
        }
    }

    private func integerBound(_ number: Int64) -> Value? {
        switch type {
        case .date: return .date(Int32(truncatingIfNeeded: number))
        case .time: return .time(number)
        case .timestamp, .timestamptz: return .timestamp(number)
        case .timestampNanos, .timestamptzNanos: return .timestampNanos(number)
        case .decimal(_, let scale): return .decimal(Int128(number), scale: scale)
        default: return .integer(number)
        }
    }

    /// A NaN bounds nothing, and a zero may stand for the other one.
    private func floatBound(_ number: Double, isMaximum: Bool) -> Value? {
        if number.isNaN { return nil }
        if number == 0 { return .double(isMaximum ? 0.0 : -0.0) }
        return .double(number)
    }
}
