/// What the body of a strict function sees: columns without dictionaries and NULL constants, and the rows that matter.

import LodeCore
import LodeVectors

/// One chunk of a strict function. Each argument is flat or a constant that is not NULL.
///
/// The body computes `count` lanes; NULLs of the arguments are put over its result by `StrictKernel`. Lanes of rows that are NULL
/// hold harmless values, so total functions compute them without looking; what can fail must ask `isValid` first.
struct StrictCall {
    let arguments: [Column]
    let count: Int
    /// The rows in which no argument is NULL; nil for all.
    let validity: UnsafePointer<UInt64>?
    let context: FunctionContext

    @inline(__always)
    func isValid(_ row: Int) -> Bool { Validity.isValid(validity, row) }

    /// A copy of `validity` that a column can own.
    func validityBuffer() throws(SQLError) -> Buffer? {
        guard let validity else { return nil }
        return try Buffer(copying: UnsafeRawBufferPointer(start: validity, count: Validity.wordCount(count) * 8))
    }

    /// The lanes of an argument, whichever its layout.
    @inline(__always)
    func lanes<Lane>(_ index: Int, _: Lane.Type) -> ArgumentLanes<Lane> {
        ArgumentLanes(base: arguments[index].pointer(as: Lane.self), mask: isConstant(index) ? 0 : -1)
    }

    func texts(_ index: Int) -> ArgumentLanes<StringView> { lanes(index, StringView.self) }

    func isConstant(_ index: Int) -> Bool { arguments[index].layout == .constant }

    /// How many arguments were given, for functions with optional ones.
    var arity: Int { arguments.count }

    /// Memory that result lanes may point into: everything that the arguments keep alive.
    var argumentHeaps: [AnyObject] { arguments.flatMap { $0.physical == .text ? $0.owners : [] } }
}

/// Lanes of a flat column, or one lane for all rows, without a branch: the row is masked.
struct ArgumentLanes<Lane> {
    let base: UnsafePointer<Lane>
    let mask: Int

    @inline(__always)
    subscript(_ row: Int) -> Lane { base[row & mask] }
}
