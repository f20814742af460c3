/// changes.gram -> AST.
import LodeCore

extension Transform {
    /// Nil if it is a statement of another kind.
    func changeStatement(_ edge: Edge) throws(SQLError) -> Statement? {
        switch rule(edge) {
        case .insert: .insert(try insert(edge))
        case .update: .update(try update(edge))
        case .delete: .delete(try delete(edge))
        case .merge: .merge(try merge(edge))
        case .truncate: .truncate(try truncate(edge))
        case .copy: .copy(try copy(edge))
        default: nil
        }
    }

    func insert(_ edge: Edge) throws(SQLError) -> Insert {
        var partition: [Property] = []
        if let part = find(edge, .partitionSpec) { partition = try properties(try kid(part, 0)) }
        var columns: [Identifier] = []
        if let part = find(edge, .insertColumns) { columns = try identifiers(part) }
        var source = Insert.Source.defaultValues
        if !has(edge, .values) {
            let skipped: [Rule] = [.with, .schemaEvolution, .tableName, .insertFolder, .partitionSpec, .insertColumns, .returning]
            guard let query = kids(edge).last(where: { !$0.isToken && !skipped.contains(rule($0)) }) else {
                throw mismatch(edge)
            }
            source = .query(try self.query(query))
        }
        let alias = kids(edge).first(where: \.isName)
        return Insert(
            with: try with(edge), table: try insertedTable(edge),
            alias: try alias.map { (name) throws(SQLError) in try identifier(name) }, isOverwrite: has(edge, .overwrite),
            partition: partition, columns: columns, isByName: has(edge, .name), evolvesSchema: find(edge, .schemaEvolution) != nil,
            source: source, returning: try returning(edge))
    }

    /// The name of the table, or its folder as one.
    private func insertedTable(_ edge: Edge) throws(SQLError) -> QualifiedName {
        guard let folder = find(edge, .insertFolder) else { return try qualifiedName(edge, .tableName) }
        return QualifiedName(folder: try string(try kid(folder, 0)), span: span(folder))
    }

    private func returning(_ edge: Edge) throws(SQLError) -> [SelectItem] {
        guard let list = content(edge, .returning) else { return [] }
        return try selectItems(list)
    }

    func assignment(_ edge: Edge) throws(SQLError) -> Assignment {
        let targets = kids(edge).dropLast(), value = try lastKid(edge)
        return Assignment(
            targets: try each(targets) { (target) throws(SQLError) in try qualifiedName(target) },
            value: rule(value) == .assignedRow
                ? Expression(.row(try expressions(kids(value))), span: span(value)) : try expression(value))
    }

    private func assignments(_ edge: Edge) throws(SQLError) -> [Assignment] {
        try each(kids(edge).filter { rule($0) == .assignment }) { (item) throws(SQLError) in try assignment(item) }
    }

    /// The table that a statement changes: the first child that is one, after WITH.
    private func target(_ edge: Edge) throws(SQLError) -> TableReference {
        guard let table = kids(edge).first(where: { !$0.isToken && rule($0) != .with }) else { throw mismatch(edge) }
        return try tableReference(table)
    }

    func update(_ edge: Edge) throws(SQLError) -> Update {
        var from: [TableReference] = []
        if let part = find(edge, .from) { from = try tableReferences(part) }
        return Update(
            with: try with(edge), table: try target(edge), assignments: try assignments(edge), from: from,
            where: try optionalExpression(content(edge, .where)), returning: try returning(edge))
    }

    func delete(_ edge: Edge) throws(SQLError) -> Delete {
        var using: [TableReference] = []
        if let part = find(edge, .deleteUsing) { using = try tableReferences(part) }
        return Delete(
            with: try with(edge), table: try target(edge), using: using,
            where: try optionalExpression(content(edge, .where)), returning: try returning(edge))
    }

    func merge(_ edge: Edge) throws(SQLError) -> Merge {
        let parts = kids(edge).filter { ![.with, .schemaEvolution, .mergeClause, .returning].contains(rule($0)) }
        guard parts.count == 3 else { throw mismatch(edge) }
        return Merge(
            with: try with(edge), target: try tableReference(parts[0]), source: try tableReference(parts[1]),
            condition: try expression(parts[2]), evolvesSchema: find(edge, .schemaEvolution) != nil,
            clauses: try each(kids(edge).filter { rule($0) == .mergeClause }) { (clause) throws(SQLError) in
                try mergeClause(clause)
            },
            returning: try returning(edge))
    }

    private func mergeClause(_ edge: Edge) throws(SQLError) -> Merge.Clause {
        var match = Merge.Match.matched
        if has(edge, .not) { match = has(edge, .source) ? .notMatchedBySource : .notMatched }
        return Merge.Clause(
            match: match, condition: try optionalExpression(content(edge, .mergeCondition)),
            action: try mergeAction(edge), span: span(edge))
    }

    private func mergeAction(_ edge: Edge) throws(SQLError) -> Merge.Action {
        if let update = find(edge, .mergeUpdate) {
            return has(update, .star) ? .updateAll : .update(try assignments(update))
        }
        if let insert = find(edge, .mergeInsert) {
            guard !has(insert, .star) else { return .insertAll }
            var columns: [Identifier] = []
            if let part = find(insert, .insertColumns) { columns = try identifiers(part) }
            guard let row = find(insert, .valuesRow) else { return .insert(columns: [], values: []) }
            return .insert(columns: columns, values: try expressions(kids(row)))
        }
        return has(edge, .delete) ? .delete : .doNothing
    }

    func truncate(_ edge: Edge) throws(SQLError) -> [QualifiedName] {
        try each(kids(edge).filter { rule($0) == .tableName }) { (name) throws(SQLError) in try qualifiedName(name) }
    }

    func copy(_ edge: Edge) throws(SQLError) -> Copy {
        let inner = try kid(edge, 0)
        return rule(inner) == .copyInto ? try copyInto(inner) : try copyMoved(inner)
    }

    private func copyTable(_ edge: Edge) throws(SQLError) -> Copy.Subject {
        var columns: [Identifier] = []
        if let list = find(edge, .columns) { columns = try identifiers(list) }
        return .table(try qualifiedName(edge, .tableName), columns)
    }

    private func copyInto(_ edge: Edge) throws(SQLError) -> Copy {
        guard let path = kids(edge).first(where: { isString($0) }), let format = kids(edge).last(where: \.isName) else {
            throw mismatch(edge)
        }
        let name = try identifier(format)
        var options = [Property(key: Identifier("format", span: name.span), value: .text(name.text, at: name.span))]
        if let list = find(edge, .properties) { options += try properties(list) }
        var once = Copy.Once()
        if let part = find(edge, .copyFiles) {
            let texts = try kids(part).filter { isString($0) }.map { (text) throws(SQLError) in try string(text) }
            if has(part, .pattern) { once.pattern = texts.first } else { once.files = texts }
        }
        if let part = find(edge, .copyIntoOptions) { once.options = try properties(try kid(part, 0)) }
        let subject = try copyTable(try kid(edge, 0))
        return Copy(subject: subject, direction: .from, target: .path(try string(path), span(path)), options: options, once: once)
    }

    private func copyMoved(_ edge: Edge) throws(SQLError) -> Copy {
        let head = try kid(edge, 0)
        let subject: Copy.Subject
        if rule(head) == .copyQuery {
            subject = .query(try query(try kid(head, 0)))
        } else {
            subject = try copyTable(head)
        }
        var target = Copy.Target.standardOutput
        if let path = kids(edge).first(where: { isString($0) }) {
            target = .path(try string(path), span(path))
        } else if has(edge, .stdin) {
            target = .standardInput
        }
        var options: [Property] = []
        if let list = find(edge, .properties) { options = try properties(list) }
        for option in kids(edge) where rule(option) == .copyOption { options.append(try copyOption(option)) }
        return Copy(subject: subject, direction: has(edge, .from) ? .from : .to, target: target, options: options)
    }

    /// `CSV`, `DELIMITER AS ','`, `FORCE QUOTE *`: the same as `FORMAT csv`, `DELIMITER ','` and `FORCE_QUOTE *` in parentheses.
    private func copyOption(_ edge: Edge) throws(SQLError) -> Property {
        let first = try kid(edge, 0), span = span(edge)
        if rule(first) == .copyForce {
            let key = has(first, .quote) ? "force_quote" : has(first, .not) ? "force_not_null" : "force_null"
            let names = try identifiers(first).map { Expression(.name(QualifiedName([$0])), span: $0.span) }
            let all = Expression(.star(Star()), span: span)
            return Property(
                key: Identifier(key, span: span),
                value: names.count > 1 ? Expression(.row(names), span: span) : names.first ?? all)
        }
        let word = foldedText(first.index)
        if word == "csv" || word == "binary" {
            return Property(key: Identifier("format", span: span), value: Expression(.literal(.string(word)), span: span))
        }
        let value = try kids(edge).first { isString($0) }.map { (text) throws(SQLError) in
            Expression(.literal(.string(try string(text))), span: self.span(text))
        }
        return Property(key: Identifier(word, span: span), value: value)
    }
}
