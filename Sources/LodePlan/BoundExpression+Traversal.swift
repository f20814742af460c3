/// Walking and rewriting expressions, written once.

import LodeCore

extension BoundExpression {
    /// The direct parts, in order. A subquery's plan is not among them, its operands are.
    package var children: [BoundExpression] {
        switch self {
        case .column, .constant, .parameter: []
        case .comparison(_, let a, let b, _): [a, b]
        case .and(let parts), .or(let parts), .coalesce(let parts, _): parts
        case .not(let a), .isNull(let a), .attempt(let a), .cast(let a, _, _, _), .lambda(_, let a): [a]
        case .isIn(let a, let list): [a] + list
        case .conditional(let branches, let otherwise, _): branches.flatMap { [$0.condition, $0.result] } + [otherwise]
        case .call(let call): call.arguments
        case .subquery(let query): query.operands
        }
    }

    /// The same expression over other parts, which must be as many as `children`.
    package func replacing(children new: [BoundExpression]) -> BoundExpression {
        switch self {
        case .column, .constant, .parameter: return self
        case .comparison(let op, _, _, let span): return .comparison(op, new[0], new[1], span)
        case .and: return .and(new)
        case .or: return .or(new)
        case .coalesce(_, let type): return .coalesce(new, type)
        case .not: return .not(new[0])
        case .isNull: return .isNull(new[0])
        case .attempt: return .attempt(new[0])
        case .cast(_, let type, let isTry, let span): return .cast(new[0], to: type, isTry: isTry, span)
        case .lambda(let parameters, _): return .lambda(parameters, body: new[0])
        case .isIn: return .isIn(new[0], Array(new.dropFirst()))
        case .conditional(let branches, _, let type):
            let rebuilt = branches.indices.map { Branch(condition: new[2 * $0], result: new[2 * $0 + 1]) }
            return .conditional(rebuilt, otherwise: new[new.count - 1], type)
        case .call(var call):
            call.arguments = new
            return .call(call)
        case .subquery(var query):
            query.operands = new
            return .subquery(query)
        }
    }

    /// Rewrites bottom-up.
    package func mapped<E: Error>(_ transform: (BoundExpression) throws(E) -> BoundExpression) throws(E) -> BoundExpression {
        let parts = children
        if parts.isEmpty { return try transform(self) }
        var rewritten: [BoundExpression] = []
        rewritten.reserveCapacity(parts.count)
        for part in parts { rewritten.append(try part.mapped(transform)) }
        return try transform(replacing(children: rewritten))
    }

    /// Puts expressions in the place of columns.
    package func substituting(_ columns: [ColumnID: BoundExpression]) -> BoundExpression {
        mapped {
            if case .column(let id, _) = $0, let replacement = columns[id] { return replacement }
            return $0
        }
    }

    /// Whether some part, the expression itself included, satisfies `test`.
    package func contains(_ test: (BoundExpression) -> Bool) -> Bool {
        test(self) || anyChild { $0.contains(test) }
    }

    /// Whether some direct part satisfies `test`; for most expressions without making a list of them.
    private func anyChild(_ test: (BoundExpression) -> Bool) -> Bool {
        switch self {
        case .column, .constant, .parameter: false
        case .comparison(_, let a, let b, _): test(a) || test(b)
        case .not(let a), .isNull(let a), .attempt(let a), .cast(let a, _, _, _), .lambda(_, let a): test(a)
        default: children.contains(where: test)
        }
    }

    /// The columns that it reads, those that a subquery takes from outside included; lambda parameters not.
    package var columns: Set<ColumnID> {
        var found: Set<ColumnID> = []
        collectColumns(into: &found)
        return found
    }

    private func collectColumns(into found: inout Set<ColumnID>) {
        switch self {
        case .column(let id, _): found.insert(id)
        case .lambda(let parameters, let body):
            found.formUnion(body.columns.subtracting(parameters.map(\.id)))
        case .subquery(let query):
            for operand in query.operands { operand.collectColumns(into: &found) }
            found.formUnion(query.plan.freeColumns)
        case .comparison(_, let a, let b, _):
            a.collectColumns(into: &found)
            b.collectColumns(into: &found)
        case .not(let a), .isNull(let a), .attempt(let a), .cast(let a, _, _, _): a.collectColumns(into: &found)
        default: for child in children { child.collectColumns(into: &found) }
        }
    }

    package var isVolatile: Bool {
        contains { if case .call(let call) = $0 { call.volatility == .volatile } else { false } }
    }

    package var hasSubquery: Bool { contains { if case .subquery = $0 { true } else { false } } }

    /// The parts of a conjunction, or the expression itself.
    package var conjuncts: [BoundExpression] {
        if case .and(let parts) = self { parts.flatMap(\.conjuncts) } else { self == .true ? [] : [self] }
    }

    /// The conjunction of `parts`, flattened; true if there are none.
    package static func conjunction(_ parts: [BoundExpression]) -> BoundExpression {
        let flat = parts.flatMap(\.conjuncts)
        return flat.isEmpty ? .true : flat.count == 1 ? flat[0] : .and(flat)
    }
}

extension BoundExpression {
    /// Whether it is the column `id` by itself.
    package func isColumn(_ id: ColumnID) -> Bool { if case .column(id, _) = self { true } else { false } }
}
