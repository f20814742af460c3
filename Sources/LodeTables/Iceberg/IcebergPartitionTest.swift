/// Testing a condition on columns against the values of partition fields that are computed from them.

import LodeCore

/// Whether rows of a partition, or of a manifest's partitions, can pass a condition.
///
/// A partition's values are turned into what they say of the columns, in bounds: `year = 53` is a timestamp of 2023. Against them the
/// condition is tested as it is. Where it names values (`=`, IN), each is also put through the transforms: that is how buckets are found.
/// - Source: Iceberg spec, "Scan Planning": an inclusive projection.
package struct IcebergPartitionTest: Sendable {
    /// A partition field, and its column.
    package struct Source: Hashable, Sendable {
        package var transform: IcebergTransform
        /// As the condition names it: `FieldPath.name`.
        package var column: String
        package var type: SQLType

        package init(_ transform: IcebergTransform, column: String, type: SQLType) {
            self.transform = transform
            self.column = column
            self.type = type
        }
    }

    /// What is known of a field over some partitions.
    package struct Range: Hashable, Sendable {
        /// Of the values that are neither NULL nor NaN; nil if unknown.
        package var lower, upper: Value?
        package var hasNull: Bool
        /// Whether every value is NULL.
        package var isAllNull: Bool

        package init(lower: Value?, upper: Value?, hasNull: Bool, isAllNull: Bool = false) {
            self.lower = lower
            self.upper = upper
            self.hasNull = hasNull
            self.isAllNull = isAllNull
        }

        /// One value.
        package init(_ value: Value) {
            self.init(lower: value, upper: value, hasNull: value.isNull, isAllNull: value.isNull)
        }
    }

    private let predicate: ColumnPredicate
    /// Aligned with the fields of the partition spec; nil for those of which nothing can be known.
    private let sources: [Source?]
    /// Of each column that the condition looks at, the fields that are computed from it.
    private let fields: [String: [Int]]

    /// - Parameter sources: one for each field of the partition spec; nil where its column is gone.
    package init(_ predicate: ColumnPredicate, _ sources: [Source?]) {
        self.predicate = predicate
        self.sources = sources.map { $0.flatMap { $0.transform.resultType(of: $0.type) == nil ? nil : $0 } }
        let wanted = predicate.columns
        var fields: [String: [Int]] = [:]
        for (index, source) in self.sources.enumerated() {
            guard let source, wanted.contains(source.column) else { continue }
            fields[source.column, default: []].append(index)
        }
        self.fields = fields
    }

    /// Whether partitions can be told apart at all.
    package var saysNothing: Bool { fields.isEmpty && predicate != .nothing }

    /// - Parameter values: of the partition's fields, in the spec's order. Missing ones are unknown.
    package func mayMatch(_ values: [Value]) -> Bool { saysNothing || mayMatch(values.map { Range($0) }) }

    /// - Parameter ranges: of the fields, in the spec's order; of missing ones, and of nil, nothing is known.
    package func mayMatch(_ ranges: [Range?]) -> Bool {
        predicate.mayMatch { column in
            var known: ColumnStatistics?
            for index in fields[column] ?? [] {
                guard let source = sources[index], index < ranges.count, let range = ranges[index] else { continue }
                guard let own = source.transform.statistics(range, source.type) else { continue }
                known = known.map { Self.both($0, own) } ?? own
            }
            return known
        } mayHold: { column, values in
            for index in fields[column] ?? [] {
                guard let source = sources[index], index < ranges.count, let range = ranges[index] else { continue }
                if !values.contains(where: { source.transform.mayGive(range, for: $0, source.type) }) { return false }
            }
            return true
        }
    }

    /// What is known of a column of which both hold.
    private static func both(_ left: ColumnStatistics, _ right: ColumnStatistics) -> ColumnStatistics {
        var result = left
        result.minimum = tighter(left.minimum, right.minimum, 1)
        result.maximum = tighter(left.maximum, right.maximum, -1)
        if left.nullCount == nil { (result.nullCount, result.rowCount) = (right.nullCount, right.rowCount) }
        result.boundsAreExact = left.boundsAreExact || right.boundsAreExact
        return result
    }

    private static func tighter(_ left: Value?, _ right: Value?, _ sign: Int) -> Value? {
        guard let left, let right else { return left ?? right }
        guard let order = Value.compare(left, right) else { return left }
        return order * sign >= 0 ? left : right
    }
}

extension IcebergTransform {
    /// What the range of its values says of the column; nil if nothing.
    func statistics(_ range: IcebergPartitionTest.Range, _ type: SQLType) -> ColumnStatistics? {
        switch self {
        case .void, .unknown: return nil
        default: break
        }
        // No transform but those makes NULL of what is not.
        if range.isAllNull { return ColumnStatistics(nullCount: 1, rowCount: 1) }
        var known = ColumnStatistics(nullCount: range.hasNull ? nil : 0, rowCount: range.hasNull ? nil : 1)
        known.minimum = range.lower.flatMap { least($0, type) }
        known.maximum = range.upper.flatMap { greatest($0, type) }
        if case .identity = self { known.boundsAreExact = range.lower == range.upper }
        return known
    }

    /// Whether a value of the column is in a partition within the range.
    func mayGive(_ range: IcebergPartitionTest.Range, for value: Value, _ type: SQLType) -> Bool {
        if case .void = self { return true }
        if range.isAllNull { return false }
        guard let own = apply(value, type), !own.isNull, !Self.isNaN(own) else { return true }
        return Self.isWithin(range, own) || misplaced(own).map { Self.isWithin(range, $0) } ?? false
    }

    private static func isWithin(_ range: IcebergPartitionTest.Range, _ value: Value) -> Bool {
        if let lower = range.lower, !isNaN(lower), let order = Value.compare(asNumber(value), asNumber(lower)), order < 0 { return false }
        if let upper = range.upper, !isNaN(upper), let order = Value.compare(asNumber(value), asNumber(upper)), order > 0 { return false }
        return true
    }

    private static func isNaN(_ value: Value) -> Bool { if case .double(let number) = value { number.isNaN } else { false } }

    /// Days may be stored as numbers: "readers must also accept int values for the day transform".
    private static func asNumber(_ value: Value) -> Value { if case .date(let day) = value { .integer(Int64(day)) } else { value } }

    /// Where writers put a value that rounded periods before 1970 towards it, as old ones did: one period later.
    private func misplaced(_ value: Value) -> Value? {
        guard period != nil, case .integer(let number) = Self.asNumber(value), number < 0 else { return nil }
        return .integer(number + 1)
    }

    private var period: IcebergPeriod? {
        switch self {
        case .year: .year
        case .month: .month
        case .day: .day
        case .hour: .hour
        default: nil
        }
    }

    /// No value of the column is below it in partitions from `value` on.
    private func least(_ value: Value, _ type: SQLType) -> Value? {
        if case .identity = self { return value }
        if case .truncate = self { return value }
        guard let period, case .integer(let number) = Self.asNumber(value) else { return nil }
        // See `misplaced`.
        let (first, overflow) = number.subtractingReportingOverflow(number <= 0 ? 1 : 0)
        return overflow ? nil : period.start(first, type)
    }

    /// No value of the column is above it in partitions up to `value`.
    private func greatest(_ value: Value, _ type: SQLType) -> Value? {
        switch self {
        case .identity: return value
        case .truncate(let width): return Self.last(value, width)
        default:
            guard let period, case .integer(let number) = Self.asNumber(value) else { return nil }
            return period.end(number, type)
        }
    }

    /// No value that is truncated to `value` is above it.
    static func last(_ value: Value, _ width: Int64) -> Value? {
        switch value {
        case .integer(let number):
            let (end, overflow) = number.addingReportingOverflow(width - 1)
            return overflow ? nil : .integer(end)
        case .decimal(let number, let scale):
            let (end, overflow) = number.addingReportingOverflow(Int128(width) - 1)
            return overflow ? nil : .decimal(end, scale: scale)
        case .text(let text):
            let scalars = Array(text.string.unicodeScalars)
            return scalars.count < width ? value : successor(scalars).map { .text(SQLText($0)) }
        case .bytes(let bytes):
            if bytes.count < width { return value }
            guard let place = bytes.lastIndex(where: { $0 < 0xff }) else { return nil }
            return .bytes(bytes[..<place] + [bytes[place] + 1])
        default: return nil
        }
    }

    /// The first text behind all that begin so; nil if there is none.
    private static func successor(_ scalars: [Unicode.Scalar]) -> String? {
        guard let place = scalars.lastIndex(where: { $0.value < 0x10_ffff }) else { return nil }
        // Behind the last code point before the surrogates comes the first one after them.
        let next = scalars[place].value == 0xd7ff ? 0xe000 : scalars[place].value + 1
        guard let last = Unicode.Scalar(next) else { return nil }
        return String(String.UnicodeScalarView(scalars[..<place] + [last]))
    }
}
