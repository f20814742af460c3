/// The kernel of each conversion between types.

import LodeCore
import LodeVectors

extension Casts {
    /// How `cast(x as to)` is computed for `x` of type `from`; nil if there is no such cast.
    ///
    /// With `isTry`, values that can't be converted become NULL.
    /// - Throws (the kernel): `22P02` for text of the wrong form, `22007` for dates and times of the wrong form, `22003` and `22008`
    ///   for values that the type can't hold.
    package static func kernel(from: SQLType, to: SQLType, isTry: Bool) -> ScalarKernel? {
        if from == to { return { arguments, _, _ throws(SQLError) in arguments[0] } }
        if from == .null { return { _, count, _ throws(SQLError) in try .null(to, count: count) } }
        if let kernel = catalogKernel(from, to, isTry) { return kernel }
        if keepsLanes(from, to) { return { arguments, _, _ throws(SQLError) in arguments[0].retyped(to) } }
        guard let body = body(from, to, isTry) else { return nil }
        return StrictKernel.make(to, body)
    }

    /// Whether some value may fail to convert.
    package static func canFail(from: SQLType, to: SQLType) -> Bool {
        if from == to || from == .null { return false }
        if let canFail = catalogCanFail(from, to) { return canFail }
        switch (from, to) {
        case (_, .varchar), (.varchar, .char), (.char, .char): return false
        case (.boolean, _) where to.isInteger: return false
        case (.time, .interval): return false
        case (.list(let a), .list(let b)): return canFail(from: a, to: b)
        case (.map(let ak, let av), .map(let bk, let bv)): return canFail(from: ak, to: bk) || canFail(from: av, to: bv)
        case (.structure(let a), .structure(let b)):
            guard let places = fieldSources(of: b, in: a) else { return true }
            return zip(places, b).contains { place, field in place.map { canFail(from: a[$0].type, to: field.type) } ?? false }
        default: return !from.isNumeric || !to.isNumeric || implicitCost(from: from, to: to) == nil
        }
    }

    /// Whether the lanes of one type are, as they are, lanes of the other.
    private static func keepsLanes(_ from: SQLType, _ to: SQLType) -> Bool {
        switch (from, to) {
        case (.json, .varchar): true
        case (.decimal(let p, let s), .decimal(let q, let t)): s == t && q >= p && from.physical == to.physical
        default: false
        }
    }

    static func body(_ from: SQLType, _ to: SQLType, _ isTry: Bool) -> StrictBody? {
        if to == .varchar { return CastToText.body(from) }
        if case .char(let length) = to { return CastToText.padded(from, length) }
        if from.isText, to.isNested { return NestedFromText.body(to, isTry) }
        if from.isText { return from == .json ? CastFromJSON.body(to, isTry) : CastFromText.body(from, to, isTry) }
        if from.isNumeric, to.isNumeric { return NumericCasts.body(from, to, isTry) }
        if from == .boolean || to == .boolean { return NumericCasts.boolean(from, to) }
        if from.isNested || to.isNested { return to == .json ? CastToJSON.body(from) : NestedCasts.body(from, to, isTry) }
        if to == .json { return CastToJSON.body(from) }
        return TemporalCasts.body(from, to, isTry)
    }
}

extension StrictCall {
    /// One converted value a valid row; where `convert` gives nil, NULL if `isTry`, else the error that `failure` words.
    @inline(__always)
    func convert<R: BitwiseCopyable>(
        _ zero: R, to type: SQLType, isTry: Bool, _ convert: (Int) throws(SQLError) -> R?, failure: (Int) -> SQLError
    ) throws(SQLError) -> Column {
        let result = try LaneResult<R>(count)
        var nulls = NullMask(count)
        var i = 0
        while i < count {
            if isValid(i) {
                if let value = try convert(i) {
                    result.lanes[i] = value
                } else {
                    if !isTry { throw failure(i) }
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
