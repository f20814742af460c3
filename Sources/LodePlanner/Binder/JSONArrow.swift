/// `a -> 'key'` among arguments reads as a lambda; where none is taken it is the JSON operator.

import LodeCore
import LodeSyntax

extension Expression {
    /// The expression as JSON access, if it reads as a lambda of one parameter; else itself.
    ///
    /// The arrow of a lambda takes everything to its right, that of JSON only one operand: so the access is put in the place
    /// of the first operand of what looked like the body.
    var withoutArrow: Expression {
        guard case .lambda(let parameters, let body) = kind, parameters.count == 1 else { return self }
        let name = Expression(.name(QualifiedName([parameters[0]])), span: parameters[0].span)
        return body.grafting(name)
    }

    /// Puts `left -> first` in the place of the first operand. Operators that bind tighter than the arrow stay whole.
    private func grafting(_ left: Expression) -> Expression {
        let whole = left.span.union(span)
        switch kind {
        case .binary(let symbol, let a, let b) where symbol.isLooserThanArrow:
            return Expression(.binary(symbol, a.grafting(left), b), span: whole)
        case .and(let parts): return Expression(.and([parts[0].grafting(left)] + parts.dropFirst()), span: whole)
        case .or(let parts): return Expression(.or([parts[0].grafting(left)] + parts.dropFirst()), span: whole)
        case .isTest(let a, let test, let negated): return Expression(.isTest(a.grafting(left), test, negated: negated), span: whole)
        case .isDistinct(let a, let b, let negated): return Expression(.isDistinct(a.grafting(left), b, negated: negated), span: whole)
        case .inList(let a, let list, let negated): return Expression(.inList(a.grafting(left), list, negated: negated), span: whole)
        case .inQuery(let a, let query, let negated): return Expression(.inQuery(a.grafting(left), query, negated: negated), span: whole)
        case .between(var between):
            between.value = between.value.grafting(left)
            return Expression(.between(between), span: whole)
        case .pattern(let match):
            let moved = PatternMatch(
                value: match.value.grafting(left), operator: match.operator, pattern: match.pattern, escape: match.escape,
                isNegated: match.isNegated, quantifier: match.quantifier)
            return Expression(.pattern(moved), span: whole)
        default: return Expression(.binary(.value(.jsonGet), left, self), span: whole)
        }
    }
}

extension BinaryOperator {
    /// Comparisons are looser than the arrow, and other operators of its own level are taken from left to right.
    fileprivate var isLooserThanArrow: Bool {
        switch self {
        case .comparison: true
        case .value(let value): [.concatenate, .jsonGet, .jsonGetText, .contains, .containedBy, .overlaps].contains(value)
        }
    }
}
