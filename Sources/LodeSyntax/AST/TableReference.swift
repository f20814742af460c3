/// What is written in FROM: tables, files, functions, subqueries and joins.
import LodeCore

/// One source of rows with its alias.
package final class TableReference: Sendable {
    package enum Kind: Sendable {
        /// `orders`, `sales.orders`, with `FOR VERSION AS OF …` if given.
        case table(QualifiedName, TimeTravel?)
        /// `FROM 'data/*.parquet'`.
        case file(String)
        /// `read_csv('…', header = true)`, `generate_series(1, 9)`, `unnest(a, b) WITH ORDINALITY`.
        case function(FunctionCall, isLateral: Bool, withOrdinality: Bool)
        /// A query in parentheses; VALUES too.
        case subquery(Query, isLateral: Bool)
        case join(Join)
        /// A join in parentheses, or `(t)`, that has an alias of its own.
        case nested(TableReference)
    }

    package let kind: Kind
    package let alias: TableAlias?
    /// `TABLESAMPLE …`.
    package let sample: Sample?
    package let span: SourceSpan

    package init(_ kind: Kind, alias: TableAlias?, sample: Sample? = nil, span: SourceSpan) {
        self.kind = kind
        self.alias = alias
        self.sample = sample
        self.span = span
    }
}

/// `AS name (column, …)`; a function's columns may have types: `AS t (a int, b text)`.
package struct TableAlias: Sendable {
    package struct Column: Sendable {
        package var name: Identifier
        package var type: TypeName?
    }

    package var name: Identifier
    package var columns: [Column]
}

/// `FOR VERSION AS OF 7`, `FOR TIMESTAMP AS OF '…'`, `VERSION AS OF 7`, `AT (VERSION => 7)`.
package struct TimeTravel: Sendable {
    package enum Unit: String, Sendable {
        case version = "VERSION"
        case timestamp = "TIMESTAMP"
    }

    package var unit: Unit
    package var value: Expression
    package var span: SourceSpan

    package init(unit: Unit, value: Expression, span: SourceSpan) {
        self.unit = unit
        self.value = value
        self.span = span
    }
}

/// `left [NATURAL] [LEFT] JOIN right [ON …|USING (…)]`.
package struct Join: Sendable {
    package enum Kind: String, Sendable {
        case inner = "INNER"
        case left = "LEFT"
        case right = "RIGHT"
        case full = "FULL"
        case cross = "CROSS"
        case semi = "SEMI"
        case anti = "ANTI"
        case positional = "POSITIONAL"
    }

    package enum Constraint: Sendable {
        case none
        case on(Expression)
        case using([Identifier])
        case natural
    }

    package var kind: Kind
    /// ASOF: the nearest row that satisfies the inequality.
    package var isAsOf: Bool
    package var left: TableReference
    package var right: TableReference
    package var constraint: Constraint
}
