/// A function of many rows' values: `sum`, `count`, `string_agg`.

import LodeCore
import LodeVectors

/// Addresses of group rows; the aggregate's state lies `offset` bytes into each.
package typealias StateRows = Lanes<UnsafeMutableRawPointer>

/// An aggregate for concrete argument types, as operations on states in raw memory.
///
/// States are `stateBytes` long (a multiple of 8), lie at addresses that are multiples of 8, and start as zero bytes: all zeros is every
/// aggregate's empty state. A state that owns memory outside of its bytes gives it back in `destroy`. All closures are called once a
/// chunk, by the
/// one worker that owns the states.
package struct BoundAggregate: Sendable {
    /// The types that the arguments must be cast to.
    package var parameters: [SQLType]
    /// Whether the order of rows matters, and a bigint behind the arguments, the same in all rows of a call, may say which batch of a
    /// parallel source they are of: states then merge to the result of all rows in the order of batches, whatever order they merge in.
    package var takesBatch: Bool
    package var returns: SQLType
    package var stateBytes: Int
    /// What kind of state it keeps. Aggregates over the same arguments whose states are of one kind share one state: the sum of a column
    /// and
    /// its mean differ in `finalize` alone. nil: a state of its own.
    package var stateKind: ObjectIdentifier?
    /// Adds row `i` of `arguments` to the state at `rows[i] + offset`. NULLs are the aggregate's business.
    package var update: @Sendable (_ rows: StateRows, _ offset: Int, _ arguments: [Column], _ count: Int) throws(SQLError) -> Void
    /// Adds all rows to the one state at `state`: the ungrouped case, made fast.
    package var updateSingle: @Sendable (_ state: UnsafeMutableRawPointer, _ arguments: [Column], _ count: Int) throws(SQLError) -> Void
    /// Adds the state at `sources[i] + offset` to that at `targets[i] + offset`, pair after pair: a target may be the source of a later
    /// pair
    /// (running windows). Sources are left as they were and destroyed by the caller.
    package var combine: @Sendable (_ sources: StateRows, _ targets: StateRows, _ offset: Int, _ count: Int) throws(SQLError) -> Void
    /// As `combine`, but the sources are empty afterwards, which lets what they own change hands. nil: they are combined and destroyed.
    package var move: (@Sendable (_ sources: StateRows, _ targets: StateRows, _ offset: Int, _ count: Int) throws(SQLError) -> Void)?
    /// The results of `count` states.
    package var finalize: @Sendable (_ rows: StateRows, _ offset: Int, _ count: Int) throws(SQLError) -> Column
    /// Frees what states own; nil if they own nothing. Must accept the empty state.
    package var destroy: (@Sendable (_ rows: StateRows, _ offset: Int, _ count: Int) -> Void)?
    /// Makes the aggregate anew for a memory; nil where states own nothing. See `limited(by:name:)`.
    var growing: (@Sendable (StateMemory) -> BoundAggregate)?

    package init(
        parameters: [SQLType], returns: SQLType, stateBytes: Int, stateKind: ObjectIdentifier? = nil, takesBatch: Bool = false,
        update: @escaping @Sendable (StateRows, Int, [Column], Int) throws(SQLError) -> Void,
        updateSingle: @escaping @Sendable (UnsafeMutableRawPointer, [Column], Int) throws(SQLError) -> Void,
        combine: @escaping @Sendable (StateRows, StateRows, Int, Int) throws(SQLError) -> Void,
        move: (@Sendable (StateRows, StateRows, Int, Int) throws(SQLError) -> Void)? = nil,
        finalize: @escaping @Sendable (StateRows, Int, Int) throws(SQLError) -> Column,
        destroy: (@Sendable (StateRows, Int, Int) -> Void)? = nil
    ) {
        self.parameters = parameters
        self.returns = returns
        self.stateBytes = stateBytes
        self.stateKind = stateKind
        self.takesBatch = takesBatch
        self.update = update
        self.updateSingle = updateSingle
        self.combine = combine
        self.move = move
        self.finalize = finalize
        self.destroy = destroy
    }

    /// `combine` for a single pair of states.
    package func combineOne(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) throws(SQLError) {
        try withUnsafePointer(to: source) { source throws(SQLError) in
            try withUnsafePointer(to: target) { target throws(SQLError) in
                try combine(Lanes(source, keptBy: self), Lanes(target, keptBy: self), 0, 1)
            }
        }
    }

    /// `destroy` for a single state.
    package func destroyOne(_ state: UnsafeMutableRawPointer) {
        guard let destroy else { return }
        withUnsafePointer(to: state) { destroy(Lanes($0, keptBy: self), 0, 1) }
    }
}

/// One signature of an aggregate function.
package struct AggregateOverload: Sendable {
    package var signature: Signature
    package var bind: @Sendable (_ arguments: [SQLType]) throws(SQLError) -> BoundAggregate

    package init(_ signature: Signature, bind: @escaping @Sendable ([SQLType]) throws(SQLError) -> BoundAggregate) {
        self.signature = signature
        self.bind = bind
    }
}

/// An aggregate function. `count(*)` is `count` without arguments.
package struct AggregateFunction: Sendable {
    package var documentation: FunctionDocumentation
    /// Whether the order of rows changes the result (`string_agg`, `first`).
    package var isOrderSensitive: Bool
    /// Whether duplicates don't change the result (`min`, `max`, `bool_and`), so that DISTINCT can be dropped.
    package var ignoresDuplicates: Bool
    /// Whether rows whose argument is NULL don't change the result.
    package var ignoresNulls: Bool
    package var overloads: [AggregateOverload]

    package var name: String { documentation.name }

    package init(
        _ documentation: FunctionDocumentation, isOrderSensitive: Bool = false, ignoresDuplicates: Bool = false,
        ignoresNulls: Bool = false, overloads: [AggregateOverload]
    ) {
        self.documentation = documentation
        self.isOrderSensitive = isOrderSensitive
        self.ignoresDuplicates = ignoresDuplicates
        self.ignoresNulls = ignoresNulls
        self.overloads = overloads
    }
}
