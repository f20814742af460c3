/// The items of a select list after stars are expanded.

import LodeCore
import LodePlan
import LodeSyntax

/// One output column of a SELECT, before it is bound.
struct SelectListItem {
    enum Source {
        case column(PlanColumn)
        case expression(Expression)
        /// An expression with COLUMNS(…), standing for this column.
        case expanded(Expression, FromScope.Visible)
    }

    var name: String
    var source: Source
    var span: SourceSpan
}

extension Binder {
    /// Expands `*`, `t.*` and COLUMNS(…).
    func expand(_ select: Select, _ from: FromScope, _ scope: Scope) throws(SQLError) -> [SelectListItem] {
        var items: [SelectListItem] = []
        for item in select.items {
            let expression = item.expression
            if case .star(let star) = expression.kind {
                items += try expand(star, from, expression.span)
            } else if let pattern = expression.columnsArgument {
                for column in try matching(pattern, from, scope) {
                    items.append(
                        SelectListItem(
                            name: item.alias?.text ?? column.name, source: .expanded(expression, column), span: expression.span))
                }
            } else {
                let name = item.alias?.text ?? OutputName.of(expression)
                items.append(SelectListItem(name: name, source: .expression(expression), span: expression.span))
            }
        }
        return items
    }

    func expand(_ star: Star, _ from: FromScope, _ span: SourceSpan) throws(SQLError) -> [SelectListItem] {
        var columns = from.visible
        if let qualifier = star.qualifier {
            columns = try qualified(qualifier, from)
        } else if from.relations.isEmpty {
            throw SQLError(.syntaxError, "SELECT * with no tables specified is not valid", at: span)
        }
        var excluded: Set<Int> = []
        for name in star.exclude { excluded.formUnion(try positions(of: name, columns)) }
        let replaced = try star.replace.map { (r) throws(SQLError) in try position(of: QualifiedName([r.column]), columns) }
        let renamed = try star.rename.map { (r) throws(SQLError) in try position(of: r.column, columns) }
        var items: [SelectListItem] = []
        for (index, column) in columns.enumerated() where !excluded.contains(index) {
            var item = SelectListItem(name: column.name, source: .column(column.column), span: span)
            if let which = replaced.firstIndex(of: index) { item.source = .expression(star.replace[which].expression) }
            if let which = renamed.firstIndex(of: index) { item.name = star.rename[which].newName.text }
            items.append(item)
        }
        return items
    }

    private func qualified(_ qualifier: QualifiedName, _ from: FromScope) throws(SQLError) -> [FromScope.Visible] {
        let found = from.relations(called: qualifier.parts[...])
        if let relation = found.first, found.count == 1 {
            return zip(relation.names, relation.columns).map { FromScope.Visible(name: $0, column: $1, relation: relation.name) }
        }
        if qualifier.parts.count == 1, let column = from.find(qualifier.last.text).first, case .structure = column.column.type {
            throw .unsupported("expanding the struct \"\(qualifier.text)\" with .*", at: qualifier.span, hint: "Name its fields.")
        }
        let names = from.relations.map(\.name).filter { !$0.isEmpty }
        throw SQLError(
            .undefinedTable, "missing FROM-clause entry for table \"\(qualifier.text)\"", at: qualifier.span,
            detail: names.isEmpty ? nil : "Tables here: \(Self.shown(names)).",
            hint: NearestName.find(qualifier.text, among: names).map { "Did you mean \"\($0)\"?" })
    }

    private func position(of name: QualifiedName, _ columns: [FromScope.Visible]) throws(SQLError) -> Int {
        try positions(of: name, columns)[0]
    }

    /// The columns of this name: of several inputs, all of them. There is one at least.
    private func positions(of name: QualifiedName, _ columns: [FromScope.Visible]) throws(SQLError) -> [Int] {
        let text = name.last.text.lowercased()
        let relation = name.parts.count > 1 ? name.parts[name.parts.count - 2].text.lowercased() : nil
        let found = columns.indices.filter {
            columns[$0].name.lowercased() == text && (relation == nil || columns[$0].relation?.lowercased() == relation)
        }
        if found.isEmpty {
            throw SQLError(
                .undefinedColumn, "column \"\(name.text)\" is not among those of the star", at: name.span,
                hint: NearestName.find(name.last.text, among: columns.map(\.name)).map { "Did you mean \"\($0)\"?" })
        }
        return found
    }

    /// The columns that COLUMNS(…) stands for.
    private func matching(_ pattern: Expression, _ from: FromScope, _ scope: Scope) throws(SQLError) -> [FromScope.Visible] {
        var found: [FromScope.Visible] = []
        switch pattern.kind {
        case .star(let star):
            let items = try expand(star, from, pattern.span)
            for item in items {
                guard case .column(let column) = item.source else { throw .unsupported("REPLACE in COLUMNS(*)", at: pattern.span) }
                found.append(FromScope.Visible(name: item.name, column: column, relation: nil))
            }
        case .array(let names):
            for name in names {
                guard case .literal(.string(let text)) = name.kind else {
                    throw .unsupported("COLUMNS over a computed list", at: name.span)
                }
                found.append(try from.visible(named: Identifier(text, isQuoted: true, span: name.span)))
            }
        case .literal(.string(let regex)):
            for column in from.visible where try matches(column.name, regex, pattern.span) { found.append(column) }
        case .lambda: throw .unsupported("COLUMNS with a lambda", at: pattern.span, hint: "Use a regular expression or a list of names.")
        default: throw .unsupported("COLUMNS over a computed value", at: pattern.span)
        }
        guard !found.isEmpty else {
            throw SQLError(.undefinedColumn, "no column matches COLUMNS(…)", at: pattern.span, detail: from.columnList)
        }
        return found
    }

    private func matches(_ name: String, _ regex: String, _ span: SourceSpan) throws(SQLError) -> Bool {
        let arguments: [BoundExpression] = [.constant(.text(name), .varchar), .constant(.text(regex), .varchar)]
        let test = try callNested(SpelledFunctions.matches, "COLUMNS with a regular expression", arguments, at: span)
        do throws(SQLError) {
            return try constantValue(test) == .boolean(true)
        } catch {
            throw error.at(span)
        }
    }

    /// COLUMNS(…) within the item that is being bound.
    func bindColumns(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        guard let column = expandedColumn else {
            throw .unsupported("COLUMNS(…) in this place", at: expression.span, hint: "It may stand in a select list.")
        }
        uses.append(ColumnUse(id: column.column.id, name: column.name, span: expression.span))
        return column.column.reference
    }
}

extension Expression {
    /// The argument of the first COLUMNS(…) in an expression, where such may stand.
    fileprivate var columnsArgument: Expression? {
        switch kind {
        case .columns(let pattern): return pattern
        case .call(let call):
            for argument in call.arguments { if let found = argument.value.columnsArgument { return found } }
            return nil
        case .unary(_, let a), .cast(let a, _, _), .collate(let a, _), .extract(_, let a): return a.columnsArgument
        case .binary(_, let a, let b): return a.columnsArgument ?? b.columnsArgument
        case .isTest(let a, _, _): return a.columnsArgument
        case .caseWhen(let written):
            for branch in written.branches { if let found = branch.when.columnsArgument ?? branch.then.columnsArgument { return found } }
            return written.otherwise?.columnsArgument
        default: return nil
        }
    }
}
