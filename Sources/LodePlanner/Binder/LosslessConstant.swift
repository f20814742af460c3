/// Constants in another type without losing anything, so that a comparison leaves the column as it is stored.

import LodeCore

enum LosslessConstant {
    /// The same value in another type; nil if that type can't hold it exactly.
    static func convert(_ value: Value, _ from: SQLType, to type: SQLType) -> Value? {
        if value.isNull || from == type { return value }
        switch (value, type) {
        case (.integer(let number), .tinyint), (.integer(let number), .smallint), (.integer(let number), .integer),
            (.integer(let number), .bigint):
            return LiteralText.fits(number, type) ? value : nil
        case (.integer(let number), .catalog(let type)) where type.isNumber: return UInt32(exactly: number) == nil ? nil : value
        case (.text(let text), .catalog(let type)) where type.base == .varchar && !from.isNested:
            return text.utf8.count <= type.maximumBytes ?? .max ? value : nil
        case (.integer(let number), .decimal(let precision, let scale)):
            return decimal(Int128(number), 0, precision, scale)
        case (.integer(let number), .double): return Int64(exactly: Double(number)) == number ? .double(Double(number)) : nil
        case (.decimal(let unscaled, let from), .decimal(let precision, let scale)):
            return decimal(unscaled, from, precision, scale)
        case (.decimal(let unscaled, let scale), .tinyint), (.decimal(let unscaled, let scale), .smallint),
            (.decimal(let unscaled, let scale), .integer), (.decimal(let unscaled, let scale), .bigint):
            guard unscaled % Decimal128.power(scale) == 0, let number = Int64(exactly: unscaled / Decimal128.power(scale)),
                LiteralText.fits(number, type)
            else { return nil }
            return .integer(number)
        case (.decimal(let unscaled, let scale), .double): return .double(Decimal128.toDouble(unscaled, scale: scale))
        case (.date(let days), .timestamp):
            let (micros, overflow) = Int64(days).multipliedReportingOverflow(by: CivilDate.microsPerDay)
            // The ends of the calendar stand for infinity.
            return overflow || days == .max || days == .min ? nil : .timestamp(micros)
        case (.date(let days), .timestampNanos):
            let (micros, overflow) = Int64(days).multipliedReportingOverflow(by: CivilDate.microsPerDay)
            return overflow || days == .max || days == .min ? nil : Nanoseconds.join(micros).map { .timestampNanos($0) }
        case (.timestamp(let micros), _) where from.inNanos == type: return Nanoseconds.join(micros).map { .timestampNanos($0) }
        case (.timestampNanos(let nanos), _) where from.inMicros == type:
            let (micros, rest) = Nanoseconds.split(nanos)
            return rest == 0 ? .timestamp(micros) : nil
        case (.timestamp(let micros), .date) where from == .timestamp:
            guard micros % CivilDate.microsPerDay == 0, let days = Int32(exactly: micros / CivilDate.microsPerDay) else { return nil }
            return .date(days)
        default: return nil
        }
    }

    private static func decimal(_ unscaled: Int128, _ from: Int, _ precision: Int, _ scale: Int) -> Value? {
        guard let result = Decimal128.rescale(unscaled, from: from, to: scale), Decimal128.fits(result, precision: precision) else {
            return nil
        }
        // Dropped digits must have been zeros.
        if scale < from, Decimal128.rescale(result, from: scale, to: from) != unscaled { return nil }
        return .decimal(result, scale: scale)
    }
}
