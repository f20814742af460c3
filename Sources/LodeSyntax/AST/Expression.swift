/// Scalar expressions as they were written.
import LodeCore

/// A node of an expression with the text that it was written in.
///
/// A final class: one allocation a node, and sharing costs a pointer. Parentheses leave no node; the printer puts back
/// those that precedence needs. No tree is deeper than 1,000 nodes: the parser refuses it.
package final class Expression: Sendable {
    package enum Kind: Sendable {
        case literal(Literal)
        indirect case interval(IntervalLiteral)
        case parameter(Parameter)
        /// `DEFAULT`, in VALUES, in UPDATE's SET and in SET.
        case defaultValue
        /// `a`, `t.a`, `s.t.a`; also a field of a struct column (`t.a.b`): the binder knows what the parts are.
        case name(QualifiedName)
        /// `*`, `t.*`; in a select list, in `count(*)` and in COLUMNS(*).
        case star(Star)
        /// `COLUMNS('regex')`, `COLUMNS(*)`, `COLUMNS(['a', 'b'])`, `COLUMNS(c -> …)`.
        case columns(Expression)

        /// Two or more operands; chains are flat, however long.
        case and([Expression])
        case or([Expression])
        case unary(UnaryOperator, Expression)
        case binary(BinaryOperator, Expression, Expression)
        /// `a = ANY (…)`, `a < ALL (…)`.
        case quantified(BinaryOperator, Expression, Quantifier, QuantifiedOperand)
        case pattern(PatternMatch)
        case between(Between)
        case inList(Expression, [Expression], negated: Bool)
        case inQuery(Expression, Query, negated: Bool)
        case isTest(Expression, TruthTest, negated: Bool)
        case isDistinct(Expression, Expression, negated: Bool)

        case caseWhen(Case)
        case cast(Expression, TypeName, isTry: Bool)
        case collate(Expression, QualifiedName)
        /// A nil zone is `AT LOCAL`.
        case atTimeZone(Expression, zone: Expression?)
        /// `EXTRACT(year FROM x)`: the field in lower case.
        case extract(field: Identifier, Expression)
        case position(needle: Expression, in: Expression)
        /// `SUBSTRING(x FROM a FOR b)`; `substring(x, a, b)` is a call.
        case substring(Expression, from: Expression?, for: Expression?)
        case trim(TrimSide, characters: Expression?, Expression)
        case overlay(Expression, placing: Expression, from: Expression, for: Expression?)
        case call(FunctionCall)
        case grouping([Expression])
        /// `x -> f(x)`, `(x, y) -> …`, only as a function's argument. `f(a -> 'key')` reads so too: if `f` takes no
        /// lambda there, it is `binary(.jsonGet, a, 'key')`.
        case lambda([Identifier], Expression)

        /// `ROW(1, 2)`, `(1, 2)`, `ROW()`.
        case row([Expression])
        /// `ARRAY[1, 2]`, `[1, 2]`.
        case array([Expression])
        case arrayQuery(Query)
        /// `{'a': 1, b: 2}`.
        case structure([StructEntry])
        /// `MAP {'a': 1}`.
        case map([MapEntry])
        /// `x[i]`.
        case element(Expression, Expression)
        /// `x[a:b]`, `x[a:b:step]`; missing bounds are nil.
        case slice(Slice)
        /// `(x).name`, `f(x).name`, `x[1].name`.
        case field(Expression, Identifier)

        case exists(Query)
        case subquery(Query)
    }

    package let kind: Kind
    package let span: SourceSpan

    package init(_ kind: Kind, span: SourceSpan) {
        self.kind = kind
        self.span = span
    }
}

/// The right side of `= ANY (…)`.
package enum QuantifiedOperand: Sendable {
    case query(Query)
    /// An array.
    case expression(Expression)
}

/// `x [NOT] LIKE pattern [ESCAPE c]` and its kin.
package final class PatternMatch: Sendable {
    package let value: Expression
    package let `operator`: PatternOperator
    package let pattern: Expression
    package let escape: Expression?
    package let isNegated: Bool
    /// `LIKE ANY (…)`, `LIKE ALL (…)` over an array or list.
    package let quantifier: Quantifier?

    package init(
        value: Expression, operator: PatternOperator, pattern: Expression, escape: Expression?, isNegated: Bool,
        quantifier: Quantifier?
    ) {
        self.value = value
        self.operator = `operator`
        self.pattern = pattern
        self.escape = escape
        self.isNegated = isNegated
        self.quantifier = quantifier
    }
}

/// `x [NOT] BETWEEN [SYMMETRIC] low AND high`.
package struct Between: Sendable {
    package var value: Expression
    package var low: Expression
    package var high: Expression
    package var isNegated: Bool
    package var isSymmetric: Bool
}

/// `CASE [operand] WHEN … THEN … [ELSE …] END`.
package struct Case: Sendable {
    package struct Branch: Sendable {
        package var when: Expression
        package var then: Expression
    }

    package var operand: Expression?
    package var branches: [Branch]
    package var otherwise: Expression?
}

/// `{'name': value}`.
package struct StructEntry: Sendable {
    package var name: Identifier
    package var value: Expression
}

/// `MAP {key: value}`.
package struct MapEntry: Sendable {
    package var key: Expression
    package var value: Expression
}

/// `base[lower:upper:step]`.
package struct Slice: Sendable {
    package var base: Expression
    package var lower: Expression?
    package var upper: Expression?
    package var step: Expression?
}

/// `*` with its qualifier and what changes the columns that it stands for.
package final class Star: Sendable {
    package struct Replacement: Sendable {
        package var expression: Expression
        package var column: Identifier
    }

    package struct Renaming: Sendable {
        package var column: QualifiedName
        package var newName: Identifier
    }

    package let qualifier: QualifiedName?
    /// `EXCLUDE (a, t.b)`, also written EXCEPT.
    package let exclude: [QualifiedName]
    /// `REPLACE (a + 1 AS a)`.
    package let replace: [Replacement]
    /// `RENAME (a AS b)`.
    package let rename: [Renaming]

    package init(
        qualifier: QualifiedName? = nil, exclude: [QualifiedName] = [], replace: [Replacement] = [], rename: [Renaming] = []
    ) {
        self.qualifier = qualifier
        self.exclude = exclude
        self.replace = replace
        self.rename = rename
    }

    /// Whether nothing but the star was written.
    package var isBare: Bool { qualifier == nil && isPlain }

    /// Whether the star stands for all columns as they are.
    package var isPlain: Bool { exclude.isEmpty && replace.isEmpty && rename.isEmpty }
}
