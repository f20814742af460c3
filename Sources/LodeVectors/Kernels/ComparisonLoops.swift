/// The loops of comparisons: over all rows into booleans, over all rows into survivors, over survivors.

import LodeCore

/// What a comparison writes.
enum ComparisonOutput: ~Escapable {
    /// One byte per row, 0 or 1.
    case flags(MutableLanes<UInt8>)
    /// The rows that satisfy it, ascending.
    case select(Selection)
    /// Those of the selection's rows that satisfy it, in their order.
    case refine(Selection)
}

/// Runs one predicate over `count` rows. `flip` is 1 for the negated predicate.
@inline(__always)
func runPredicate<P: LanePredicate, L: LaneSource & ~Escapable, R: LaneSource & ~Escapable>(
    _: P.Type, _ left: L, _ right: R, _ count: Int, flip: Int, _ output: ComparisonOutput
) where P.Lane == L.Lane, P.Lane == R.Lane {
    switch output {
    case .flags(let flags):
        var i = 0
        while i < count {
            flags[i] = UInt8(truncatingIfNeeded: (P.test(left.lane(i), right.lane(i)) ? 1 : 0) ^ flip)
            i &+= 1
        }
    case .select(let selection):
        let rows = selection.lanes
        var kept = 0, i = 0
        while i < count {
            rows[kept] = UInt32(truncatingIfNeeded: i)
            kept &+= (P.test(left.lane(i), right.lane(i)) ? 1 : 0) ^ flip
            i &+= 1
        }
        selection.count = kept
    case .refine(let selection):
        let rows = selection.lanes, candidates = selection.count
        var kept = 0, j = 0
        while j < candidates {
            let row = rows[j], i = Int(row)
            rows[kept] = row
            kept &+= (P.test(left.lane(i), right.lane(i)) ? 1 : 0) ^ flip
            j &+= 1
        }
        selection.count = kept
    }
}

/// Chooses the predicate for an operator, once per chunk.
@inline(__always)
func runComparison<L: LaneSource & ~Escapable, R: LaneSource & ~Escapable>(
    _ comparison: ComparisonOperator, _ left: L, _ right: R, _ count: Int, _ output: ComparisonOutput
) where L.Lane: OrderedLane, L.Lane == R.Lane {
    switch comparison {
    case .equal, .isNotDistinct: runPredicate(Same<L.Lane>.self, left, right, count, flip: 0, output)
    case .notEqual, .isDistinct: runPredicate(Same<L.Lane>.self, left, right, count, flip: 1, output)
    case .less: runPredicate(Before<L.Lane>.self, left, right, count, flip: 0, output)
    case .lessOrEqual: runPredicate(After<L.Lane>.self, left, right, count, flip: 1, output)
    case .greater: runPredicate(After<L.Lane>.self, left, right, count, flip: 0, output)
    case .greaterOrEqual: runPredicate(Before<L.Lane>.self, left, right, count, flip: 1, output)
    }
}

/// One byte per row decides: a ready table of flags instead of a comparison.
@inline(__always)
func runFlags<L: LaneSource & ~Escapable>(_ flags: L, _ count: Int, _ output: ComparisonOutput) where L.Lane == UInt8 {
    switch output {
    case .flags(let out):
        var i = 0
        while i < count {
            out[i] = flags.lane(i)
            i &+= 1
        }
    case .select(let selection):
        let rows = selection.lanes
        var kept = 0, i = 0
        while i < count {
            rows[kept] = UInt32(truncatingIfNeeded: i)
            kept &+= Int(flags.lane(i) & 1)
            i &+= 1
        }
        selection.count = kept
    case .refine(let selection):
        let rows = selection.lanes, candidates = selection.count
        var kept = 0, j = 0
        while j < candidates {
            let row = rows[j]
            rows[kept] = row
            kept &+= Int(flags.lane(Int(row)) & 1)
            j &+= 1
        }
        selection.count = kept
    }
}

/// Keeps the rows whose bit is set.
func runValidity(_ mask: Lanes<UInt64>, _ count: Int, _ output: ComparisonOutput) {
    switch output {
    case .flags: return
    case .select(let selection):
        let rows = selection.lanes
        var kept = 0, i = 0
        while i < count {
            rows[kept] = UInt32(truncatingIfNeeded: i)
            kept &+= Int(truncatingIfNeeded: mask[i &>> 6] &>> UInt64(truncatingIfNeeded: i & 63) & 1)
            i &+= 1
        }
        selection.count = kept
    case .refine(let selection):
        let rows = selection.lanes, candidates = selection.count
        var kept = 0, j = 0
        while j < candidates {
            let row = rows[j], i = Int(row)
            rows[kept] = row
            kept &+= Int(truncatingIfNeeded: mask[i &>> 6] &>> UInt64(truncatingIfNeeded: i & 63) & 1)
            j &+= 1
        }
        selection.count = kept
    }
}
