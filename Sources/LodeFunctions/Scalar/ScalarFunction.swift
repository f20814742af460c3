/// A function of one row's values, computed a chunk at a time.

import LodeCore
import LodeVectors

/// Computes a chunk: `arguments` have `count` rows each, in any layout; the result has `count` rows.
///
/// Resolved once per query, called once per chunk, by many workers at once.
/// - Throws: an error of the data (22xxx); never for rows whose arguments are NULL if the function is strict.
package typealias ScalarKernel =
    @Sendable (_ arguments: [Column], _ count: Int, _ context: FunctionContext) throws(SQLError) -> Column

/// An overload that was chosen for concrete argument types.
package struct BoundScalar: Sendable {
    /// The types that the arguments must be cast to before the call.
    package var parameters: [SQLType]
    package var returns: SQLType
    package var kernel: ScalarKernel
    /// Whether some arguments make it throw. Only a function that says it can't may be computed for rows that don't need it.
    package var canFail: Bool
    /// Of a function that can fail: whether it can't with these constant arguments, nil standing for those that aren't constant.
    package var isSafe: (@Sendable (_ constants: [Value?]) -> Bool)?
    /// Whether NULL is an argument like others here, though the function is strict for other types: `NULL || [1]` is `[1]`.
    package var takesNull: Bool

    package init(parameters: [SQLType], returns: SQLType, canFail: Bool, takesNull: Bool = false, kernel: @escaping ScalarKernel) {
        self.parameters = parameters
        self.returns = returns
        self.canFail = canFail
        self.takesNull = takesNull
        self.kernel = kernel
    }
}

extension BoundScalar {
    /// Computes a chunk, counting large lists and texts against the statement's memory.
    package func compute(_ arguments: [Column], _ count: Int, _ context: FunctionContext) throws(SQLError) -> Column {
        guard returns.isNested || returns.isText || returns == .varbinary, let memory = context.memory else {
            return try kernel(arguments, count, context)
        }
        return try ExpressionMemory.counting(memory) { () throws(SQLError) in try kernel(arguments, count, context) }
    }
}

/// One signature of a scalar function.
package struct ScalarOverload: Sendable {
    package var signature: Signature
    /// Gives the kernel for argument types that match the signature (already brought to common types).
    package var bind: @Sendable (_ arguments: [SQLType]) throws(SQLError) -> BoundScalar

    package init(_ signature: Signature, bind: @escaping @Sendable ([SQLType]) throws(SQLError) -> BoundScalar) {
        self.signature = signature
        self.bind = bind
    }
}

/// A scalar function or operator; operators go by their symbol ("+", "||", "like").
package struct ScalarFunction: Sendable {
    package enum Volatility: Sendable {
        /// Same arguments, same result: may be folded and pushed anywhere.
        case immutable
        /// Fixed within a statement: `now()`.
        case stable
        /// Each row anew: `random()`.
        case volatile
    }

    package var documentation: FunctionDocumentation
    package var volatility: Volatility
    /// NULL in any argument gives NULL, and the kernel need not be called for such rows.
    package var isStrict: Bool
    package var overloads: [ScalarOverload]

    package var name: String { documentation.name }

    package init(
        _ documentation: FunctionDocumentation, volatility: Volatility = .immutable, isStrict: Bool = true,
        overloads: [ScalarOverload]
    ) {
        self.documentation = documentation
        self.volatility = volatility
        self.isStrict = isStrict
        self.overloads = overloads
    }
}
