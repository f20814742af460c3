/// Queries: everything that makes rows and may stand in parentheses.
import LodeCore

/// `[WITH …] body [ORDER BY …] [LIMIT …] [FOR UPDATE …]`.
package final class Query: Sendable {
    package let with: With?
    package let body: QueryBody
    package let orderBy: OrderBy?
    package let limit: Limit?
    package let locking: [RowLocking]
    package let span: SourceSpan

    package init(with: With?, body: QueryBody, orderBy: OrderBy?, limit: Limit?, locking: [RowLocking] = [], span: SourceSpan) {
        self.with = with
        self.body = body
        self.orderBy = orderBy
        self.limit = limit
        self.locking = locking
        self.span = span
    }
}

/// `FOR UPDATE [OF tables] [NOWAIT|SKIP LOCKED]`.
package struct RowLocking: Sendable {
    package enum Strength: String, Sendable {
        case update = "UPDATE"
        case noKeyUpdate = "NO KEY UPDATE"
        case share = "SHARE"
        case keyShare = "KEY SHARE"
    }

    package enum Waiting: String, Sendable {
        case noWait = "NOWAIT"
        case skipLocked = "SKIP LOCKED"
    }

    package var strength: Strength
    /// Empty: all in FROM.
    package var tables: [QualifiedName]
    /// Nil: it waits.
    package var waiting: Waiting?
    package var span: SourceSpan
}

package enum QueryBody: Sendable {
    case select(Select)
    case setOperation(SetOperation)
    case values(Values)
    /// `TABLE t`: a named table without alias.
    case table(TableReference)
    /// A query in parentheses with clauses of its own.
    case query(Query)
}

/// `a UNION ALL b UNION ALL c`: two or more operands of the same operator, taken from left to right.
package final class SetOperation: Sendable {
    package enum Operator: String, Sendable {
        case union = "UNION"
        case intersect = "INTERSECT"
        case except = "EXCEPT"
    }

    package let `operator`: Operator
    /// ALL; without it rows are distinct.
    package let isAll: Bool
    /// `UNION [ALL] BY NAME`.
    package let isByName: Bool
    package let operands: [QueryBody]
    package let span: SourceSpan

    package init(operator: Operator, isAll: Bool, isByName: Bool, operands: [QueryBody], span: SourceSpan) {
        self.operator = `operator`
        self.isAll = isAll
        self.isByName = isByName
        self.operands = operands
        self.span = span
    }
}

/// `WITH [RECURSIVE] name (columns) AS [[NOT] MATERIALIZED] (…), …`.
package struct With: Sendable {
    package struct CommonTable: Sendable {
        package var name: Identifier
        package var columns: [Identifier]
        /// True for MATERIALIZED, false for NOT MATERIALIZED, nil if the planner may choose.
        package var isMaterialized: Bool?
        package var query: Query
        package var span: SourceSpan
    }

    package var isRecursive: Bool
    package var tables: [CommonTable]
}

package enum OrderBy: Sendable {
    case items([OrderItem])
    /// `ORDER BY ALL [DESC] [NULLS FIRST]`.
    case all(isDescending: Bool, nullsFirst: Bool?)
}

/// `expression [ASC|DESC] [NULLS FIRST|LAST]`.
package struct OrderItem: Sendable {
    package var expression: Expression
    package var isDescending: Bool
    /// Nil if NULLS was not written.
    package var nullsFirst: Bool?
}

/// `LIMIT n [PERCENT] OFFSET m`, `OFFSET m ROWS FETCH FIRST n ROWS WITH TIES`.
package struct Limit: Sendable {
    /// Nil for no limit (`LIMIT ALL`, or only OFFSET).
    package var count: Expression?
    package var isPercent: Bool
    package var withTies: Bool
    package var offset: Expression?
    package var span: SourceSpan
}
