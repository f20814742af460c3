/// SELECT: one block of select list, FROM, WHERE, GROUP BY, HAVING, WINDOW and QUALIFY.
import LodeCore

/// One SELECT block. `FROM t` alone has one item, a star.
package final class Select: Sendable {
    package enum Quantifier: Sendable {
        case all
        case distinct
        case distinctOn([Expression])
    }

    package let quantifier: Quantifier
    package let items: [SelectItem]
    /// Tables with commas between; empty without FROM.
    package let from: [TableReference]
    package let `where`: Expression?
    package let groupBy: GroupBy?
    package let having: Expression?
    package let qualify: Expression?
    package let windows: [NamedWindow]
    /// `USING SAMPLE …` after the other clauses.
    package let sample: Sample?
    package let span: SourceSpan

    package init(
        quantifier: Quantifier, items: [SelectItem], from: [TableReference], where: Expression?, groupBy: GroupBy?,
        having: Expression?, qualify: Expression?, windows: [NamedWindow], sample: Sample?, span: SourceSpan
    ) {
        self.quantifier = quantifier
        self.items = items
        self.from = from
        self.where = `where`
        self.groupBy = groupBy
        self.having = having
        self.qualify = qualify
        self.windows = windows
        self.sample = sample
        self.span = span
    }
}

/// `expression [AS alias]`; stars are expressions.
package struct SelectItem: Sendable {
    package var expression: Expression
    package var alias: Identifier?
}

package enum GroupBy: Sendable {
    /// `GROUP BY ALL`: every item without an aggregate.
    case all
    /// `isDistinct`: `GROUP BY DISTINCT` drops grouping sets that occur twice.
    case items([GroupItem], isDistinct: Bool)
}

package indirect enum GroupItem: Sendable {
    /// An expression, a position or an alias.
    case expression(Expression)
    /// `ROLLUP (a, (b, c))`: each element is one or more expressions.
    case rollup([[Expression]], span: SourceSpan)
    case cube([[Expression]], span: SourceSpan)
    case groupingSets([GroupItem], span: SourceSpan)
    /// `(a, b)` or `()`: one set inside GROUPING SETS.
    case set([Expression], span: SourceSpan)
}

/// `TABLESAMPLE method (size PERCENT) REPEATABLE (seed)`, `USING SAMPLE 10%`.
package struct Sample: Sendable {
    /// `bernoulli`, `system`, `reservoir`, in lower case.
    package var method: Identifier?
    package var size: Expression
    /// Percent of the rows; otherwise a number of rows.
    package var isPercent: Bool
    package var seed: Expression?
    package var span: SourceSpan
}
