/// Columns by name: innermost scope first, then outwards, then aliases of select items, then hidden columns.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    private static let maximumAliasExpansions = 10_000

    /// A column, or a field of one; a column of an outer query makes the query correlated.
    /// - Throws: `42703`, `42P01`, `42702`.
    func bindName(_ name: QualifiedName, _ scope: Scope) throws(SQLError) -> BoundExpression {
        var level: Scope? = scope
        while let current = level {
            if let found = try lookUp(name, in: current.from) { return found }
            level = current.parent
        }
        if let expression = try bindAlias(name, scope) { return expression }
        if let hidden = try bindHidden(name, scope) { return hidden }
        if let row = try bindWholeRow(name, scope) { return row }
        throw missing(name, scope)
    }

    /// The row of a table as a struct of its columns: `t`, or `t.*` where a single value is wanted.
    func bindWholeRow(_ name: QualifiedName, _ scope: Scope) throws(SQLError) -> BoundExpression? {
        for level in sequence(first: scope, next: \.parent) {
            let called = level.from.relations(called: name.parts[...])
            guard let relation = called.first else { continue }
            if called.count > 1 { throw SQLError(.duplicateAlias, "table reference \"\(name.text)\" is ambiguous", at: name.span) }
            for column in relation.columns { uses.append(ColumnUse(id: column.id, name: name.text, span: name.span)) }
            return StructValues.pack(relation.names, relation.columns.map(\.reference), at: name.span)
        }
        return nil
    }

    /// What a keyword without parentheses (`user`, `current_date`) means where a column has its name: the column.
    func asColumn(_ expression: Expression, _ scope: Scope) -> Expression {
        guard case .call(let call) = expression.kind, call.isBareWord, call.name.parts.count == 1 else { return expression }
        let isColumn = sequence(first: scope, next: \.parent).contains { !$0.from.find(call.name.last.text).isEmpty }
        return isColumn ? Expression(.name(call.name), span: expression.span) : expression
    }

    private func lookUp(_ name: QualifiedName, in from: FromScope) throws(SQLError) -> BoundExpression? {
        let parts = name.parts
        var strange: (relation: FromScope.Relation, column: Identifier)?
        for count in 1..<max(1, min(parts.count, 4)) {
            let called = from.relations(called: parts[..<count])
            guard let relation = called.first else { continue }
            if called.count > 1 {
                throw SQLError(.duplicateAlias, "table reference \"\(parts[count - 1].text)\" is ambiguous", at: name.span)
            }
            let found = relation.positions(of: parts[count].text)
            if found.count > 1 { throw FromScope.ambiguous(parts[count].text, [], at: name.span) }
            if let position = found.first {
                return try reference(relation.columns[position], name, fieldsFrom: count + 1)
            }
            let folded = Self.folded(parts[count...])
            if let hidden = relation.hidden.first(where: { $0.name == folded }) {
                return try reference(hidden, name, fieldsFrom: parts.count)
            }
            strange = (relation, parts[count])
        }
        let columns = from.find(parts[0].text)
        if columns.count > 1 {
            if parts.count == 1 { throw FromScope.ambiguous(parts[0].text, columns.compactMap(\.relation), at: name.span) }
        } else if let column = columns.first {
            if parts.count == 1 { return try reference(column.column, name, fieldsFrom: 1) }
            if case .structure = column.column.type { return try reference(column.column, name, fieldsFrom: 1) }
        }
        if let strange { throw missingColumn(strange.column, of: strange.relation, at: name.span) }
        return nil
    }

    private func reference(_ column: PlanColumn, _ name: QualifiedName, fieldsFrom first: Int) throws(SQLError) -> BoundExpression {
        let written = name.parts[..<min(first, name.parts.count)].map(\.text).joined(separator: ".")
        uses.append(ColumnUse(id: column.id, name: written, span: name.span))
        var expression = column.reference
        for field in name.parts.dropFirst(first) { expression = try fieldAccess(expression, field) }
        return expression
    }

    /// A column that only its name brings forth: nothing else is called so. Its name may have a point: `_metadata.row_id`.
    private func bindHidden(_ name: QualifiedName, _ scope: Scope) throws(SQLError) -> BoundExpression? {
        let text = Self.folded(name.parts[...])
        for level in sequence(first: scope, next: \.parent) {
            let found = level.from.findHidden(text)
            if found.count > 1 { throw FromScope.ambiguous(text, found.compactMap(\.relation), at: name.span) }
            if let column = found.first { return try reference(column.column, name, fieldsFrom: name.parts.count) }
        }
        return nil
    }

    private static func folded(_ parts: ArraySlice<Identifier>) -> String {
        parts.map { $0.text.lowercased() }.joined(separator: ".")
    }

    /// What the alias of a select item stands for, bound anew in the place of the alias.
    private func bindAlias(_ name: QualifiedName, _ scope: Scope) throws(SQLError) -> BoundExpression? {
        let query = scope.query
        guard name.parts.count == 1, query.clause.seesAliases, let block = query.block else { return nil }
        let folded = name.last.text.lowercased()
        let limit = min(block.visibleAliases, block.aliases.count)
        guard let index = block.aliases[..<limit].firstIndex(where: { $0.name.text.lowercased() == folded }) else { return nil }
        aliasExpansions += 1
        guard aliasExpansions <= Self.maximumAliasExpansions else {
            throw SQLError(
                .statementTooComplex, "aliases of select items stand for too many expressions", at: name.span,
                hint: "Compute them in a subquery or CTE.")
        }
        let saved = block.visibleAliases
        block.visibleAliases = index
        defer { block.visibleAliases = saved }
        return try bind(block.aliases[index].expression, scope)
    }

    private func missingColumn(_ column: Identifier, of relation: FromScope.Relation, at span: SourceSpan) -> SQLError {
        let near = NearestName.find(column.text, among: relation.names)
        return SQLError(
            .undefinedColumn, "column \"\(relation.name).\(column.text)\" does not exist", at: span,
            detail: "Columns of \"\(relation.name)\": \(Self.shown(relation.names)).",
            hint: near.map { "Did you mean \"\(relation.name).\($0)\"?" })
    }

    private func missing(_ name: QualifiedName, _ scope: Scope) -> SQLError {
        let levels = Array(sequence(first: scope) { $0.parent })
        if name.parts.count > 1 { return missingRelation(name, levels) }
        let text = name.last.text
        let candidates = levels.flatMap { $0.from.visible.map(\.name) } + (scope.query.block?.aliases.map(\.name.text) ?? [])
        var hint = NearestName.find(text, among: candidates).map { "Did you mean \"\($0)\"?" }
        if let hidden = levels.lazy.compactMap(\.unreachable).first(where: { !$0.find(text).isEmpty }) {
            let relation = hidden.find(text)[0].relation ?? ""
            hint = "Table \"\(relation)\" has such a column; to use it here, write LATERAL before the subquery."
        }
        if hint == nil, name.last.isQuoted { hint = "Double quotes are for names. A string is written in single quotes: '\(text)'." }
        return SQLError(
            .undefinedColumn, "column \"\(text)\" does not exist", at: name.span,
            detail: levels.lazy.compactMap(\.from.columnList).first, hint: hint)
    }

    private func missingRelation(_ name: QualifiedName, _ levels: [Scope]) -> SQLError {
        let qualifier = name.qualifiers.map(\.text).joined(separator: ".")
        let relations = levels.flatMap(\.from.relations)
        var hint: String?
        let first = name.parts[0].text.lowercased()
        if let aliased = relations.first(where: { $0.origin?.lowercased() == qualifier.lowercased() || $0.origin?.lowercased() == first }) {
            hint = "The table is called by its alias \"\(aliased.name)\" here."
        } else if levels.contains(where: { !($0.unreachable?.relations(called: name.qualifiers).isEmpty ?? true) }) {
            hint = "There is such a table, but this subquery sees it only after the word LATERAL."
        } else if let near = NearestName.find(qualifier, among: relations.map(\.name).filter { !$0.isEmpty }) {
            hint = "Did you mean \"\(near)\"?"
        }
        return SQLError(
            .undefinedTable, "missing FROM-clause entry for table \"\(qualifier)\"", at: name.span,
            detail: relations.isEmpty ? nil : "Tables here: \(Self.shown(relations.map(\.name).filter { !$0.isEmpty })).", hint: hint)
    }

    static func shown(_ names: [String]) -> String {
        names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", … (\(names.count) in all)" : "")
    }
}
