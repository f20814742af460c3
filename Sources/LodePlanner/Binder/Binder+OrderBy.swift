/// ORDER BY, and what stands for an output column: positions and names.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// The sort keys, over output columns and over `hidden` ones, which are added for what is not among the outputs.
    /// - Parameter rewrite: brings a bound key to the columns below the projection (grouped ones).
    func bindOrder(
        _ order: OrderBy, _ outputs: [OrderOutput], _ scope: Scope,
        rewrite: (BoundExpression) throws(SQLError) -> BoundExpression, hidden: inout [ProjectNode.Item]
    ) throws(SQLError) -> [SortKey] {
        switch order {
        case .all(let isDescending, let nullsFirst):
            return outputs.map { SortKey($0.column.reference, descending: isDescending, nullsFirst: nullsFirst ?? isDescending) }
        case .items(let items):
            var keys: [SortKey] = []
            for item in items {
                let expression: BoundExpression
                if let index = try outputIndex(item.expression, outputs, clause: "ORDER BY") {
                    expression = outputs[index].column.reference
                } else {
                    let bound = try rewrite(try bindSettled(item.expression, scope))
                    expression = place(bound, item.expression, outputs, &hidden)
                }
                keys.append(SortKey(expression, descending: item.isDescending, nullsFirst: item.nullsFirst ?? item.isDescending))
            }
            return keys
        }
    }

    /// The output that computes the same as `bound`, or a hidden one that now does.
    func place(
        _ bound: BoundExpression, _ written: Expression, _ outputs: [OrderOutput], _ hidden: inout [ProjectNode.Item]
    ) -> BoundExpression {
        if let output = outputs.first(where: { $0.expression == bound }) { return output.column.reference }
        if let item = hidden.first(where: { $0.expression == bound }) { return item.column.reference }
        let column = PlanColumn(ids.fresh(), OutputName.of(written), bound.type)
        hidden.append(ProjectNode.Item(column, bound))
        return column.reference
    }

    /// The output that a position or a plain name stands for; nil if it is an expression of its own.
    /// - Throws: `42P10` for a position that is none, `42702` for a name of several different outputs.
    func outputIndex(_ expression: Expression, _ outputs: [OrderOutput], clause: String) throws(SQLError) -> Int? {
        switch expression.kind {
        case .unary(.minus, let inner):
            guard case .literal(.number(let text)) = inner.kind else { return nil }
            guard Int(text) != nil else { throw SQLError(.syntaxError, "non-integer constant in \(clause)", at: expression.span) }
            throw SQLError(.invalidColumnReference, "\(clause) position -\(text) is not in select list", at: expression.span)
        case .literal(.number(let text)):
            guard let position = Int(text) else {
                throw SQLError(.syntaxError, "non-integer constant in \(clause)", at: expression.span)
            }
            guard (1...max(outputs.count, 1)).contains(position), !outputs.isEmpty else {
                throw SQLError(
                    .invalidColumnReference, "\(clause) position \(position) is not in select list", at: expression.span,
                    detail: "The select list has \(outputs.count) column\(outputs.count == 1 ? "" : "s").")
            }
            return position - 1
        case .literal:
            throw SQLError(
                .syntaxError, "non-integer constant in \(clause)", at: expression.span, hint: "Name a column, or give its position.")
        case .name(let name) where name.parts.count == 1: return try output(name, outputs, clause, expression.span)
        case .call(let call) where call.isBareWord: return try output(call.name, outputs, clause, expression.span)
        default: return nil
        }
    }

    private func output(
        _ name: QualifiedName, _ outputs: [OrderOutput], _ clause: String, _ span: SourceSpan
    ) throws(SQLError) -> Int? {
        let folded = name.last.text.lowercased()
        let found = outputs.indices.filter { outputs[$0].name.lowercased() == folded }
        guard let first = found.first else { return nil }
        if found.contains(where: { outputs[$0].expression != outputs[first].expression }) {
            throw SQLError(.ambiguousColumn, "\(clause) \"\(name.last.text)\" is ambiguous", at: span, hint: "Give its position.")
        }
        return first
    }
}
