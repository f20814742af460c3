/// Functions that exist only with OVER: ranking and navigation.

import LodeCore

/// What the window operator computes for a row; aggregates over frames are `AggregateFunction`s.
package enum WindowFunctionKind: Sendable, Hashable {
    case rowNumber, rank, denseRank, percentRank, cumeDist, ntile
    case lag, lead, firstValue, lastValue, nthValue
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
