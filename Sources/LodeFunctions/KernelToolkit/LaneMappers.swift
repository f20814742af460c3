/// Loops over lanes for the bodies of strict functions. All are inlined into their callers, closure and all.

import LodeCore
import LodeVectors

extension StrictCall {
    /// One result per row, from one argument.
    @inline(__always)
    func map<A, R: BitwiseCopyable>(_: A.Type, to type: SQLType, _ body: (A) -> R) throws(SQLError) -> Column {
        let result = try LaneResult<R>(count)
        let a = plain(0, A.self), out = result.lanes
        var i = 0
        if isConstant(0) {
            out.update(repeating: body(a[0]), count: count)
            return result.column(type)
        }
        while i < count {
            out[i] = body(a[i])
            i &+= 1
        }
        return result.column(type)
    }

    /// One result per row, from two arguments; a loop of its own where one is a constant.
    @inline(__always)
    func map<A, B, R: BitwiseCopyable>(_: A.Type, _: B.Type, to type: SQLType, _ body: (A, B) -> R) throws(SQLError) -> Column {
        let result = try LaneResult<R>(count)
        let out = result.lanes
        let a = plain(0, A.self), b = plain(1, B.self)
        var i = 0
        switch (isConstant(0), isConstant(1)) {
        case (true, true): out.update(repeating: body(a[0], b[0]), count: count)
        case (true, false):
            let left = a[0]
            while i < count {
                out[i] = body(left, b[i])
                i &+= 1
            }
        case (false, true):
            let right = b[0]
            while i < count {
                out[i] = body(a[i], right)
                i &+= 1
            }
        case (false, false):
            while i < count {
                out[i] = body(a[i], b[i])
                i &+= 1
            }
        }
        return result.column(type)
    }

    /// One result per row that has no NULL, by a body that can fail; `zero` for the other rows.
    @inline(__always)
    func mapValid<R: BitwiseCopyable>(_ zero: R, to type: SQLType, _ body: (Int) throws(SQLError) -> R) throws(SQLError) -> Column {
        let result = try LaneResult<R>(count)
        let out = result.lanes
        var i = 0
        while i < count {
            out[i] = isValid(i) ? try body(i) : zero
            i &+= 1
        }
        return result.column(type)
    }

    /// As `mapValid`, but the body may answer NULL.
    @inline(__always)
    func mapOptional<R: BitwiseCopyable>(_ zero: R, to type: SQLType, _ body: (Int) throws(SQLError) -> R?) throws(SQLError) -> Column {
        let result = try LaneResult<R>(count)
        let out = result.lanes
        var nulls = NullMask(count)
        var i = 0
        while i < count {
            if isValid(i) {
                if let value = try body(i) {
                    out[i] = value
                } else {
                    out[i] = zero
                    try nulls.set(i)
                }
            } else {
                out[i] = zero
            }
            i &+= 1
        }
        return result.column(type, validity: nulls.buffer)
    }
}

/// Lanes of a result that is being computed.
struct LaneResult<Lane: BitwiseCopyable> {
    let buffer: Buffer
    let count: Int

    @inline(__always)
    var lanes: MutableLanes<Lane> {
        @_lifetime(borrow self) get { buffer.lanes(as: Lane.self, keptBy: self) }
    }

    @inline(__always)
    init(_ count: Int) throws(SQLError) {
        buffer = try Buffer(byteCount: count * MemoryLayout<Lane>.stride)
        self.count = count
    }

    func column(_ type: SQLType, validity: Buffer? = nil) -> Column {
        Column(flat: type, count: count, lanes: buffer, validity: validity)
    }
}

/// The NULLs that a function makes itself; no memory until the first.
struct NullMask {
    private(set) var buffer: Buffer?
    private let count: Int

    init(_ count: Int) { self.count = count }

    mutating func set(_ row: Int) throws(SQLError) {
        let mask = if let buffer { buffer } else { try Validity.allValid(count) }
        buffer = mask
        Validity.clear(mask.lanes(as: UInt64.self), row)
    }
}
