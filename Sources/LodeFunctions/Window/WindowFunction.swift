/// Functions that exist only with OVER: ranking and navigation.

import LodeCore

/// What the window operator computes for a row; aggregates over frames are `AggregateFunction`s. Each kind has its operator.
package enum WindowFunctionKind: Sendable, Hashable {
    case ranking(RankingFunction)
    case offset(OffsetFunction)
    case frame(FrameFunction)

    /// Whether rows that are equal in the order of the window may get different results.
    package var tellsPeersApart: Bool { if case .ranking(let function) = self { function.tellsPeersApart } else { true } }

    /// Whether it is the row's number in some way: 1 for the first row, and never less for a later one.
    package var isRowNumber: Bool { if case .ranking(let function) = self { function.isRowNumber } else { false } }

    /// Whether IGNORE NULLS and RESPECT NULLS mean something to it.
    package var respectsNullTreatment: Bool { if case .ranking = self { false } else { true } }
}

package struct WindowFunction: Sendable {
    package var documentation: FunctionDocumentation
    package var kind: WindowFunctionKind
    package var signature: Signature
    /// The result type for argument types.
    package var returns: @Sendable ([SQLType]) -> SQLType

    package init(
        _ documentation: FunctionDocumentation, kind: WindowFunctionKind, signature: Signature,
        returns: @escaping @Sendable ([SQLType]) -> SQLType
    ) {
        self.documentation = documentation
        self.kind = kind
        self.signature = signature
        self.returns = returns
    }
}
