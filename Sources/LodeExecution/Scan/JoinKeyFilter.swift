/// A join's knowledge of its build keys at work in a scan.

import LodeCore
import LodeFormats
import LodeVectors
import Synchronization

/// Bounds first, then the Bloom filter. Turns a part off that lets nearly everything pass.
final class JoinKeyFilter: ScanFilter {
    let columns: [Int]
    let isPureOverOneColumn = true
    private let filter: DynamicFilter
    private let name: String
    private let tested = Atomic<Int>(0)
    private let passed = Atomic<Int>(0)
    private let isOff = Atomic<Bool>(false)

    /// Rows after which the filter is judged.
    private static let trial = 60_000

    /// - Parameters: `column` is the position in the scan's projection, `name` the column's name in the file.
    init(_ filter: DynamicFilter, column: Int, name: String) {
        self.filter = filter
        columns = [column]
        self.name = name
    }

    var bounds: ColumnPredicate { Self.bounds(filter, name) }

    static func bounds(_ filter: DynamicFilter, _ name: String) -> ColumnPredicate {
        guard let known = filter.known else { return .anything }
        if known.isEmpty { return .nothing }
        if let keys = known.keys { return .isIn(column: name, keys) }
        guard let low = known.minimum, let high = known.maximum else { return .anything }
        return .all([.compare(column: name, .greaterOrEqual, low), .compare(column: name, .lessOrEqual, high)])
    }

    func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError) {
        let known = filter.known
        if known?.isEmpty == true {
            survivors.count = 0
            return
        }
        survivors.takeAll(count)
        guard let known, !isOff.load(ordering: .relaxed), let column = columns.first else { return }
        if column.mayHaveNulls { dropNulls(column, survivors) }
        if let range = LaneRange(known.minimum, known.maximum) { try range.refine(column, survivors) }
        if let bloom = known.bloom, survivors.count > 0 {
            let few = survivors.count == count ? column : try column.gather(survivors)
            let hashes = try Buffer(byteCount: survivors.count * 8)
            let words = hashes.lanes(as: UInt64.self)
            try Hashing.hash([few], count: survivors.count, into: words)
            bloom.refine(Lanes(words), survivors)
        }
        judge(count, survivors.count)
    }

    private func judge(_ count: Int, _ kept: Int) {
        let seen = tested.add(count, ordering: .relaxed).newValue
        let survived = passed.add(kept, ordering: .relaxed).newValue
        if seen > Self.trial, survived * 10 > seen * 9 { isOff.store(true, ordering: .relaxed) }
    }

    private func dropNulls(_ column: Column, _ survivors: Selection) {
        if column.layout == .constant {
            if column.isNull(0) { survivors.count = 0 }
            return
        }
        var kept = 0, i = 0
        let rows = survivors.lanes, mask = column.mask
        while i < survivors.count {
            let row = rows[i]
            rows[kept] = row
            kept &+= Validity.isValid(mask, Int(row)) ? 1 : 0
            i &+= 1
        }
        survivors.count = kept
    }
}

/// Bounds of integer lanes.
private struct LaneRange {
    let low: Int64
    let high: Int64

    /// Nil for values that are not integers in their lanes.
    init?(_ minimum: Value?, _ maximum: Value?) {
        guard let minimum, let maximum, let low = Self.lane(minimum), let high = Self.lane(maximum) else { return nil }
        self.low = low
        self.high = high
    }

    private static func lane(_ value: Value) -> Int64? {
        switch value {
        case .integer(let number), .time(let number), .timestamp(let number), .timestampNanos(let number): number
        case .date(let days): Int64(days)
        case .decimal(let unscaled, _): Int64(exactly: unscaled)
        default: nil
        }
    }

    func refine(_ column: Column, _ survivors: Selection) throws(SQLError) {
        let flat = try column.flattened()
        switch flat.physical {
        case .int8: keep(flat.lanes(as: Int8.self), survivors)
        case .int16: keep(flat.lanes(as: Int16.self), survivors)
        case .int32: keep(flat.lanes(as: Int32.self), survivors)
        case .int64: keep(flat.lanes(as: Int64.self), survivors)
        default: return
        }
    }

    @inline(__always)
    private func keep<Lane: FixedWidthInteger>(_ lanes: Lanes<Lane>, _ survivors: Selection) {
        let rows = survivors.lanes, n = survivors.count
        let span = UInt64(bitPattern: high &- low)
        var kept = 0, i = 0
        while i < n {
            let row = rows[i]
            rows[kept] = row
            kept &+= UInt64(bitPattern: Int64(truncatingIfNeeded: lanes[Int(row)]) &- low) <= span ? 1 : 0
            i &+= 1
        }
        survivors.count = kept
    }
}
