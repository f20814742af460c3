/// Expressions, with the parentheses that precedence asks for.
import LodeCore

/// How tightly an expression binds: the levels of the table in `expressions.gram`. A test parses what is printed.
enum Precedence: Int, Comparable {
    case or = 1, and, not, `is`, comparison, membership, other, bitNot, add, multiply, power, timeZone, collate, sign
    case postfix, primary

    static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }

    var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .primary }
}

extension Printer {
    mutating func expression(_ expression: Expression, atLeast lowest: Precedence = .or) {
        let needsParentheses = precedence(expression) < lowest
        if needsParentheses { write("(") }
        kind(expression)
        if needsParentheses { write(")") }
    }

    mutating func expressions(_ list: [Expression]) { self.list(list) { $0.expression($1) } }

    func precedence(_ expression: Expression) -> Precedence {
        switch expression.kind {
        case .or: .or
        case .and: .and
        case .unary(.not, _): .not
        case .unary(.bitNot, _): .bitNot
        case .unary: .sign
        case .isTest, .isDistinct: .is
        case .quantified: .comparison
        case .binary(let op, _, _): precedence(op)
        case .pattern(let match) where match.quantifier != nil && match.operator.isSign: .comparison
        case .pattern(let match): match.operator.isSign ? .other : .membership
        case .between, .inList, .inQuery: .membership
        case .atTimeZone: .timeZone
        case .collate: .collate
        case .element, .slice, .field: .postfix
        case .lambda: .or
        default: .primary
        }
    }

    private func precedence(_ op: BinaryOperator) -> Precedence {
        switch op {
        case .comparison: .comparison
        case .value(.add), .value(.subtract): .add
        case .value(.multiply), .value(.divide), .value(.integerDivide), .value(.modulo): .multiply
        case .value(.power): .power
        default: .other
        }
    }

    private mutating func kind(_ expression: Expression) {
        switch expression.kind {
        case .or(let operands): list(operands, " OR ") { $0.expression($1, atLeast: .and) }
        case .and(let operands): list(operands, " AND ") { $0.expression($1, atLeast: .not) }
        case .unary(let op, let value): unary(op, value)
        case .binary(let op, let left, let right): binary(op, left, right)
        case .quantified, .pattern, .between, .inList, .inQuery, .isTest, .isDistinct: predicate(expression)
        case .collate(let value, let collation):
            self.expression(value, atLeast: .collate)
            write(" COLLATE ")
            name(collation)
        case .atTimeZone(let value, let zone):
            self.expression(value, atLeast: .timeZone)
            write(zone == nil ? " AT LOCAL" : " AT TIME ZONE ")
            if let zone { self.expression(zone, atLeast: .collate) }
        case .element(let base, let index):
            self.expression(base, atLeast: .postfix)
            write("[")
            bound(index)
            write("]")
        case .slice(let slice): self.slice(slice)
        case .field(let base, let field):
            fieldBase(base)
            write(".")
            name(field)
        default: primary(expression)
        }
    }

    /// After a name or a number, a dot would be a part of it: parentheses keep them apart.
    private mutating func fieldBase(_ base: Expression) {
        switch base.kind {
        case .name, .literal(.number), .interval, .star:
            write("(")
            expression(base)
            write(")")
        default: expression(base, atLeast: .postfix)
        }
    }

    private mutating func unary(_ op: UnaryOperator, _ value: Expression) {
        switch op {
        case .not:
            write("NOT ")
            expression(value, atLeast: .not)
        case .bitNot:
            write("~")
            if text.hasSuffix("~~") { text.insert(" ", at: text.index(before: text.endIndex)) }
            expression(value, atLeast: .bitNot)
        case .plus, .minus:
            // Two minus signs would begin a comment.
            if text.hasSuffix("-") || text.hasSuffix("+") { write(" ") }
            write(op.rawValue)
            expression(value, atLeast: .sign)
        }
    }

    private mutating func binary(_ op: BinaryOperator, _ left: Expression, _ right: Expression) {
        let level = precedence(op)
        // Comparisons do not chain; all others lean to the left.
        expression(left, atLeast: op.isComparison ? level.tighter : level)
        write(" \(op.symbol) ")
        expression(right, atLeast: level.tighter)
    }

    private mutating func slice(_ slice: Slice) {
        expression(slice.base, atLeast: .postfix)
        write("[")
        if let lower = slice.lower { bound(lower) }
        write(":")
        if let upper = slice.upper { bound(upper) }
        if let step = slice.step {
            write(slice.upper == nil ? " :" : ":")
            bound(step)
        }
        write("]")
    }

    /// A bound, or an index: what begins with a colon (a variable) needs parentheses there.
    private mutating func bound(_ value: Expression) {
        let start = text.endIndex
        expression(value)
        guard text[start...].hasPrefix(":") else { return }
        text.insert("(", at: start)
        write(")")
    }

    private mutating func predicate(_ expression: Expression) {
        switch expression.kind {
        case .quantified(let op, let left, let quantifier, let right):
            self.expression(left, atLeast: .membership)
            // Only comparisons stand before ANY and ALL as they are.
            write(op.isComparison ? " \(op.symbol)" : " OPERATOR(\(op.symbol))")
            write(" \(quantifier.rawValue) (")
            switch right {
            case .query(let query): self.query(query)
            case .expression(let array): self.expression(array)
            }
            write(")")
        case .pattern(let match): pattern(match)
        case .between(let between):
            self.expression(between.value, atLeast: .other)
            write(between.isNegated ? " NOT BETWEEN " : " BETWEEN ")
            if between.isSymmetric { write("SYMMETRIC ") }
            self.expression(between.low, atLeast: .other)
            write(" AND ")
            self.expression(between.high, atLeast: .other)
        case .inList(let value, let items, let negated):
            self.expression(value, atLeast: .other)
            write(negated ? " NOT IN (" : " IN (")
            expressions(items)
            // A comma tells a list of one subquery from the subquery itself.
            if items.count == 1, case .subquery = items[0].kind { write(",") }
            write(")")
        case .inQuery(let value, let query, let negated):
            self.expression(value, atLeast: .other)
            write(negated ? " NOT IN (" : " IN (")
            self.query(query)
            write(")")
        case .isTest(let value, let test, let negated):
            self.expression(value, atLeast: .comparison)
            write(" IS \(negated ? "NOT " : "")\(test.rawValue)")
        case .isDistinct(let left, let right, let negated):
            self.expression(left, atLeast: .comparison)
            write(" IS \(negated ? "NOT " : "")DISTINCT FROM ")
            self.expression(right, atLeast: .comparison)
        default: break
        }
    }

    private mutating func quantified(_ quantifier: Quantifier, _ operand: Expression) {
        write("\(quantifier.rawValue) (")
        if case .subquery(let query) = operand.kind { self.query(query) } else { expression(operand) }
        write(")")
    }

    private mutating func pattern(_ match: PatternMatch) {
        let isSign = match.operator.isSign
        expression(match.value, atLeast: .other)
        if isSign {
            write(" \(match.isNegated ? "!" : "")\(match.operator.rawValue) ")
            if let quantifier = match.quantifier { return quantified(quantifier, match.pattern) }
            expression(match.pattern, atLeast: .bitNot)
            return
        }
        write(" \(match.isNegated ? "NOT " : "")\(match.operator.rawValue) ")
        if let quantifier = match.quantifier {
            quantified(quantifier, match.pattern)
        } else {
            expression(match.pattern, atLeast: .other)
        }
        if let escape = match.escape {
            write(" ESCAPE ")
            expression(escape, atLeast: .other)
        }
    }
}
