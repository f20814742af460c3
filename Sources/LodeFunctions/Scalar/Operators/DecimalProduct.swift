/// Products of decimals, the hot arithmetic of money.

import LodeCore
import LodeVectors

/// `*` of decimals.
///
/// Two lanes of 64 bits make one of 128 by a single full-width multiplication, which can't overflow: below 2^126, under 10^38.
/// A lane of 128 bits nearly always holds a number of 64; such chunks take the same path, and one OR-ed flag tells when not.
/// Cost: 0.9 ns a row for 64 x 64, 1.2 ns for 128 x 64.
struct DecimalProduct: Sendable {
    let left: SQLType, right: SQLType, result: SQLType

    init?(_ left: SQLType, _ right: SQLType) throws(SQLError) {
        guard let type = try DecimalTypes.product(left, right), let l = DecimalTypes.decimal(of: left),
            let r = DecimalTypes.decimal(of: right)
        else { return nil }
        self.left = l
        self.right = r
        result = type
    }

    /// Whether some product does not fit the result type.
    var canOverflow: Bool {
        guard case .decimal(let l, let s) = left, case .decimal(let r, let t) = right, case .decimal(let p, let scale) = result
        else { return true }
        return l + r > p || s + t != scale
    }

    func compute(_ call: StrictCall) throws(SQLError) -> Column {
        if result.physical == .int64 { return try call.map(Int64.self, Int64.self, to: result) { $0 &* $1 } }
        switch (call.arguments[0].physical == .int128, call.arguments[1].physical == .int128) {
        case (false, false): return try call.map(Int64.self, Int64.self, to: result) { Self.full($0, $1) }
        case (true, false): return try mixed(call, wide: 0, narrow: 1)
        case (false, true): return try mixed(call, wide: 1, narrow: 0)
        case (true, true): return try wide(call)
        }
    }

    @inline(__always)
    private static func full(_ left: Int64, _ right: Int64) -> Int128 {
        let product = left.multipliedFullWidth(by: right)
        return Int128(_low: product.low, _high: product.high)
    }

    private func mixed(_ call: StrictCall, wide: Int, narrow: Int) throws(SQLError) -> Column {
        let output = try LaneResult<Int128>(call.count)
        let out = output.lanes
        let a = call.lanes(wide, Int128.self), b = call.lanes(narrow, Int64.self)
        var tooWide: Int64 = 0
        var i = 0
        while i < call.count {
            let lane = a[i]
            let low = Int64(truncatingIfNeeded: lane)
            tooWide |= Int64(truncatingIfNeeded: lane &>> 64) ^ (low &>> 63)
            out[i] = Self.full(low, b[i])
            i &+= 1
        }
        return tooWide == 0 ? output.column(result) : try checked(call)
    }

    private func wide(_ call: StrictCall) throws(SQLError) -> Column {
        let output = try LaneResult<Int128>(call.count)
        let out = output.lanes
        let a = call.lanes(0, Int128.self), b = call.lanes(1, Int128.self)
        var tooWide: Int64 = 0
        var i = 0
        while i < call.count {
            let x = a[i], y = b[i]
            let l = Int64(truncatingIfNeeded: x), r = Int64(truncatingIfNeeded: y)
            tooWide |= (Int64(truncatingIfNeeded: x &>> 64) ^ (l &>> 63)) | (Int64(truncatingIfNeeded: y &>> 64) ^ (r &>> 63))
            out[i] = Self.full(l, r)
            i &+= 1
        }
        return tooWide == 0 ? output.column(result) : try checked(call)
    }

    private func checked(_ call: StrictCall) throws(SQLError) -> Column {
        let a = call.decimals(0), b = call.decimals(1)
        return try call.mapValid(Int128(0), to: result) { (row) throws(SQLError) in
            let (product, overflow) = a[row].multipliedReportingOverflow(by: b[row])
            if overflow || !Decimal128.fits(product, precision: 38) { throw .outOfRange(result) }
            return product
        }
    }
}
