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
    let validity: Buffer?
    let context: FunctionContext

    @inline(__always)
    func isValid(_ row: Int) -> Bool { Validity.isValid(validity, row) }

    /// The lanes of an argument, whichever its layout.
    @inline(__always)
    @_lifetime(borrow self)
    func lanes<Lane>(_ index: Int, _: Lane.Type) -> ArgumentLanes<Lane> {
        ArgumentLanes(base: plain(index, Lane.self), mask: isConstant(index) ? 0 : -1)
    }

    /// The lanes of an argument: one per row, or one for all rows if it is a constant.
    @inline(__always)
    @_lifetime(borrow self)
    func plain<Lane>(_ index: Int, _: Lane.Type) -> Lanes<Lane> { arguments[index].lanes(as: Lane.self, keptBy: self) }

    @_lifetime(borrow self)
    func texts(_ index: Int) -> ArgumentLanes<StringView> { lanes(index, StringView.self) }

    /// One text of an argument.
    func text(_ index: Int, _ row: Int) -> StringView { texts(index)[row] }

    @_lifetime(borrow self)
    func decimals(_ index: Int) -> DecimalLanes { DecimalLanes(arguments[index], keptBy: self) }

    @_lifetime(borrow self)
    func integers(_ index: Int) -> IntegerLanes { IntegerLanes(arguments[index], keptBy: self) }

    func isConstant(_ index: Int) -> Bool { arguments[index].layout == .constant }

    /// How many arguments were given, for functions with optional ones.
    var arity: Int { arguments.count }

    /// Memory that result lanes may point into: everything that the arguments keep alive.
    var argumentHeaps: [AnyObject] { arguments.flatMap { $0.physical == .text ? $0.owners : [] } }
}

/// Lanes of a flat column, or one lane for all rows, without a branch: the row is masked.
struct ArgumentLanes<Lane>: ~Escapable {
    let base: Lanes<Lane>
    let mask: Int

    @inline(__always)
    @_lifetime(copy base)
    init(base: Lanes<Lane>, mask: Int) {
        self.base = base
        self.mask = mask
    }

    @inline(__always)
    subscript(_ row: Int) -> Lane { base[row & mask] }
}
