/// Loops over lanes for the bodies of strict functions. All are inlined into their callers, closure and all.

import LodeCore
import LodeVectors

extension StrictCall {
    /// One result a row, from one argument.
    @inline(__always)
    func map<A, R: BitwiseCopyable>(_: A.Type, to type: SQLType, _ body: (A) -> R) throws(SQLError) -> Column {
        let result = try LaneResult<R>(count)
        let a = arguments[0].pointer(as: A.self)
        var i = 0
        if isConstant(0) {
            result.lanes.update(repeating: body(a[0]), count: count)
            return result.column(type)
        }
        while i < count {
            result.lanes[i] = body(a[i])
            i &+= 1
        }
        return result.column(type)
    }

    /// One result a row, from two arguments; a loop of its own where one is a constant.
    @inline(__always)
    func map<A, B, R: BitwiseCopyable>(_: A.Type, _: B.Type, to type: SQLType, _ body: (A, B) -> R) throws(SQLError) -> Column {
        let result = try LaneResult<R>(count)
        let out = result.lanes
        let a = arguments[0].pointer(as: A.self), b = arguments[1].pointer(as: B.self)
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

    /// One result a row that has no NULL, by a body that can fail; `zero` for the other rows.
    @inline(__always)
    func mapValid<R: BitwiseCopyable>(_ zero: R, to type: SQLType, _ body: (Int) throws(SQLError) -> R) throws(SQLError) -> Column {
        let result = try LaneResult<R>(count)
        var i = 0
        while i < count {
            result.lanes[i] = isValid(i) ? try body(i) : zero
            i &+= 1
        }
        return result.column(type)
    }

    /// As `mapValid`, but the body may answer NULL.
    @inline(__always)
    func mapOptional<R: BitwiseCopyable>(_ zero: R, to type: SQLType, _ body: (Int) throws(SQLError) -> R?) throws(SQLError) -> Column {
        let result = try LaneResult<R>(count)
        var nulls = NullMask(count)
        var i = 0
        while i < count {
            if isValid(i) {
                if let value = try body(i) {
                    result.lanes[i] = value
                } else {
                    result.lanes[i] = zero
                    try nulls.set(i)
                }
            } else {
                result.lanes[i] = zero
            }
            i &+= 1
        }
        return result.column(type, validity: nulls.buffer)
    }
}

/// Lanes of a result that is being computed.
struct LaneResult<Lane: BitwiseCopyable> {
    let buffer: Buffer
    let lanes: UnsafeMutablePointer<Lane>
    let count: Int

    @inline(__always)
    init(_ count: Int) throws(SQLError) {
        buffer = try Buffer(byteCount: count * MemoryLayout<Lane>.stride)
        lanes = buffer.base.assumingMemoryBound(to: Lane.self)
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
        let mask: Buffer
        if let buffer { mask = buffer } else { mask = try Validity.allValid(count) }
        buffer = mask
        Validity.clear(mask.base.assumingMemoryBound(to: UInt64.self), row)
    }
}
