/// Expressions with names, types and overloads resolved: what rules rewrite and the executor compiles.

import LodeCore
import LodeFunctions

/// A typed expression over the columns of a node's inputs.
///
/// Comparisons, connectives, CASE and casts have cases of their own because rules look into them; all other functions and
/// operators are calls. Arguments are already cast to what the kernel takes.
package indirect enum BoundExpression: Sendable {
    case column(ColumnID, SQLType)
    case constant(Value, SQLType)
    /// `$n` of a plan that is kept: a constant takes its place before the plan runs.
    case parameter(Int, SQLType)
    /// Both sides have the same type.
    case comparison(ComparisonOperator, BoundExpression, BoundExpression, SourceSpan?)
    /// Two or more, flattened.
    case and([BoundExpression])
    case or([BoundExpression])
    case not(BoundExpression)
    case isNull(BoundExpression)
    /// `operand IN (list)`; all of one type.
    case isIn(BoundExpression, [BoundExpression])
    case cast(BoundExpression, to: SQLType, isTry: Bool, SourceSpan?)
    /// Searched CASE: the first branch whose condition is true. Later branches aren't computed for its rows.
    case conditional([Branch], otherwise: BoundExpression, SQLType)
    /// The first value that is not NULL; later ones aren't computed for its rows.
    case coalesce([BoundExpression], SQLType)
    case call(ScalarCall)
    /// `try(x)`: NULL where computing `x` fails.
    case attempt(BoundExpression)
    /// A lambda argument. Its parameters are columns that only its body sees.
    case lambda([PlanColumn], body: BoundExpression)
    /// A query inside an expression; gone after decorrelation.
    case subquery(SubqueryExpression)

    package struct Branch: Sendable, Hashable {
        package var condition: BoundExpression
        package var result: BoundExpression

        package init(condition: BoundExpression, result: BoundExpression) {
            self.condition = condition
            self.result = result
        }
    }

    package var type: SQLType {
        switch self {
        case .column(_, let type), .constant(_, let type), .parameter(_, let type): type
        case .conditional(_, _, let type), .coalesce(_, let type): type
        case .cast(_, let type, _, _): type
        case .comparison, .and, .or, .not, .isNull, .isIn: .boolean
        case .call(let call): call.function.returns
        case .attempt(let inner): inner.type
        case .lambda(_, let body): body.type
        case .subquery(let query): query.type
        }
    }

    package static let `true` = BoundExpression.constant(.boolean(true), .boolean)
    package static let `false` = BoundExpression.constant(.boolean(false), .boolean)
}

/// A call of a scalar function whose overload is chosen.
package struct ScalarCall: Sendable {
    /// The registered name, or the operator's symbol.
    package var name: String
    package var function: BoundScalar
    package var volatility: ScalarFunction.Volatility
    package var isStrict: Bool
    package var arguments: [BoundExpression]
    package var span: SourceSpan?

    package init(
        name: String, function: BoundScalar, volatility: ScalarFunction.Volatility, isStrict: Bool,
        arguments: [BoundExpression], span: SourceSpan?
    ) {
        self.name = name
        self.function = function
        self.volatility = volatility
        self.isStrict = isStrict
        self.arguments = arguments
        self.span = span
    }
}

/// A subquery where a value is expected. Columns of the outer query that it uses are free column ids in `plan`.
package struct SubqueryExpression: Sendable {
    package enum Kind: Sendable, Hashable {
        /// One value; NULL without rows, error 21000 with more than one.
        case scalar
        case exists
        /// `operands compare-ANY (query)`; IN is `= ANY`.
        case any(ComparisonOperator)
        /// `operands compare-ALL (query)`.
        case all(ComparisonOperator)
    }

    /// Copies of a subquery, as `x BETWEEN a AND b` makes of x, share it: they are computed once.
    package let id: ColumnID
    package var kind: Kind
    package var plan: LogicalPlan
    /// The left side of IN, ANY and ALL: as many as the query has columns.
    package var operands: [BoundExpression]
    package var type: SQLType
    package var span: SourceSpan?

    package init(
        id: ColumnID, kind: Kind, plan: LogicalPlan, operands: [BoundExpression] = [], type: SQLType, span: SourceSpan?
    ) {
        self.id = id
        self.kind = kind
        self.plan = plan
        self.operands = operands
        self.type = type
        self.span = span
    }
}

/// One key of an ORDER BY.
package struct SortKey: Sendable, Hashable {
    package var expression: BoundExpression
    package var descending: Bool
    package var nullsFirst: Bool

    package init(_ expression: BoundExpression, descending: Bool = false, nullsFirst: Bool = false) {
        self.expression = expression
        self.descending = descending
        self.nullsFirst = nullsFirst
    }
}
