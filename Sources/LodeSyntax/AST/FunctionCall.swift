/// Calls of scalar, aggregate, window and table functions.
import LodeCore

/// `name([DISTINCT] arguments [ORDER BY …]) [WITHIN GROUP (…)] [FILTER (…)] [IGNORE NULLS] [OVER …]`.
package final class FunctionCall: Sendable {
    package struct Argument: Sendable {
        /// `name => value`, `name := value`, or `name = value` in a table function.
        package var name: Identifier?
        package var value: Expression
    }

    package let name: QualifiedName
    package let arguments: [Argument]
    package let isDistinct: Bool
    /// ORDER BY among the arguments: the order in which an aggregate takes its rows.
    package let orderBy: [OrderItem]
    /// `WITHIN GROUP (ORDER BY …)`, or empty.
    package let withinGroup: [OrderItem]
    package let filter: Expression?
    package let nulls: NullTreatment?
    package let over: WindowReference?
    /// `current_date` and the like, which are written without parentheses.
    package let isBareWord: Bool

    package init(
        name: QualifiedName, arguments: [Argument], isDistinct: Bool = false, orderBy: [OrderItem] = [],
        withinGroup: [OrderItem] = [], filter: Expression? = nil, nulls: NullTreatment? = nil,
        over: WindowReference? = nil, isBareWord: Bool = false
    ) {
        self.name = name
        self.arguments = arguments
        self.isDistinct = isDistinct
        self.orderBy = orderBy
        self.withinGroup = withinGroup
        self.filter = filter
        self.nulls = nulls
        self.over = over
        self.isBareWord = isBareWord
    }
}

/// `IGNORE NULLS`, `RESPECT NULLS`.
package enum NullTreatment: String, Sendable {
    case ignore = "IGNORE NULLS"
    case respect = "RESPECT NULLS"
}
