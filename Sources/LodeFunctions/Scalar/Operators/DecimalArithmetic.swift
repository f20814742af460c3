/// Decimal arithmetic on unscaled lanes: 64 bits while 18 digits suffice, 128 beyond.

import LodeCore
import LodeVectors

/// How decimal operands become lanes of the result.
///
/// Operands keep their own precision and scale; a sum multiplies each lane by a power of ten on the way. Results whose declared
/// precision holds every case are computed without checks; those capped at 38 digits are checked.
struct DecimalSum: Sendable {
    let left: SQLType, right: SQLType, result: SQLType
    let subtracts: Bool
    private let leftFactor: Int128, rightFactor: Int128
    private let isCapped: Bool
    /// Whether some sum does not fit the result type.
    var canOverflow: Bool { isCapped }

    init?(_ left: SQLType, _ right: SQLType, subtracts: Bool) {
        guard let type = DecimalTypes.sum(left, right), let l = DecimalTypes.precision(of: left),
            let r = DecimalTypes.precision(of: right), let t = DecimalTypes.precision(of: type)
        else { return nil }
        self.left = .decimal(precision: l.precision, scale: l.scale)
        self.right = .decimal(precision: r.precision, scale: r.scale)
        self.result = type
        self.subtracts = subtracts
        leftFactor = Decimal128.power(t.scale - l.scale)
        rightFactor = Decimal128.power(t.scale - r.scale)
        isCapped = max(l.precision - l.scale, r.precision - r.scale) + t.scale + 1 > 38
    }

    func compute(_ call: StrictCall) throws(SQLError) -> Column {
        if isCapped { return try capped(call) }
        let wideLeft = call.arguments[0].physical == .int128, wideRight = call.arguments[1].physical == .int128
        if result.physical == .int64 { return try short(call) }
        switch (wideLeft, wideRight) {
        case (false, false): return try wide(Int64.self, Int64.self, call)
        case (false, true): return try wide(Int64.self, Int128.self, call)
        case (true, false): return try wide(Int128.self, Int64.self, call)
        case (true, true): return try wide(Int128.self, Int128.self, call)
        }
    }

    private func short(_ call: StrictCall) throws(SQLError) -> Column {
        let p = Int64(truncatingIfNeeded: leftFactor)
        let q = subtracts ? -Int64(truncatingIfNeeded: rightFactor) : Int64(truncatingIfNeeded: rightFactor)
        switch (p, q) {
        case (1, 1): return try call.map(Int64.self, Int64.self, to: result) { $0 &+ $1 }
        case (1, -1): return try call.map(Int64.self, Int64.self, to: result) { $0 &- $1 }
        default: return try call.map(Int64.self, Int64.self, to: result) { $0 &* p &+ $1 &* q }
        }
    }

    @inline(__always)
    private func wide<L: FixedWidthInteger, R: FixedWidthInteger>(_: L.Type, _: R.Type, _ call: StrictCall) throws(SQLError) -> Column {
        let p = leftFactor, q = subtracts ? -rightFactor : rightFactor
        switch (p, q) {
        case (1, 1):
            return try call.map(L.self, R.self, to: result) { Int128(truncatingIfNeeded: $0) &+ Int128(truncatingIfNeeded: $1) }
        case (1, -1):
            return try call.map(L.self, R.self, to: result) { Int128(truncatingIfNeeded: $0) &- Int128(truncatingIfNeeded: $1) }
        default:
            return try call.map(L.self, R.self, to: result) {
                Int128(truncatingIfNeeded: $0) &* p &+ Int128(truncatingIfNeeded: $1) &* q
            }
        }
    }

    private func capped(_ call: StrictCall) throws(SQLError) -> Column {
        let a = call.decimals(0), b = call.decimals(1)
        return try call.mapValid(Int128(0), to: result) { (row) throws(SQLError) in
            let (x, xOverflow) = a[row].multipliedReportingOverflow(by: leftFactor)
            let (y, yOverflow) = b[row].multipliedReportingOverflow(by: rightFactor)
            let (sum, overflow) = subtracts ? x.subtractingReportingOverflow(y) : x.addingReportingOverflow(y)
            if xOverflow || yOverflow || overflow || !Decimal128.fits(sum, precision: 38) { throw .outOfRange(result) }
            return sum
        }
    }
}

/// Unscaled decimals of a flat or constant column, widened one by one: for loops that are not hot.
struct DecimalLanes: ~Escapable {
    private let bytes: Lanes<UInt8>
    private let mask: Int
    private let isShort: Bool

    @_lifetime(borrow owner)
    init<Owner>(_ column: Column, keptBy owner: borrowing Owner) {
        bytes = column.lanes(as: UInt8.self, keptBy: owner)
        mask = column.layout == .constant ? 0 : -1
        isShort = column.physical == .int64
    }

    @inline(__always)
    subscript(_ row: Int) -> Int128 {
        isShort ? Int128(bytes.bound(to: Int64.self)[row & mask]) : bytes.bound(to: Int128.self)[row & mask]
    }
}

/// Lanes of a decimal result, narrowed as its type says: for loops that are not hot.
enum DecimalResult {
    /// One decimal a valid row.
    /// - Throws: `22003` if a value does not fit the type.
    @inline(__always)
    static func map(
        _ call: StrictCall, to type: SQLType, _ body: (Int) throws(SQLError) -> Int128
    ) throws(SQLError) -> Column {
        guard case .decimal(let precision, _) = type else { throw .internalFault("a decimal kernel for \(type)") }
        if type.physical == .int64 {
            return try call.mapValid(Int64(0), to: type) { (row) throws(SQLError) in
                let value = try body(row)
                guard Decimal128.fits(value, precision: precision) else { throw .outOfRange(type) }
                return Int64(truncatingIfNeeded: value)
            }
        }
        return try call.mapValid(Int128(0), to: type) { (row) throws(SQLError) in
            let value = try body(row)
            guard Decimal128.fits(value, precision: precision) else { throw .outOfRange(type) }
            return value
        }
    }
}
