/// definitions.gram -> AST: schemas, views, ALTER, COMMENT ON and DROP. Tables are in TableDefinitionsTransform.swift.
import LodeCore

extension Transform {
    /// Nil if it is a statement of another kind.
    func definitionStatement(_ edge: Edge) throws(SQLError) -> DefinitionStatement? {
        switch rule(edge) {
        case .createSchema: .createSchema(try createSchema(edge))
        case .createExternalSchema: .createExternalSchema(try createExternalSchema(edge))
        case .createCatalog: .createCatalog(try createCatalog(edge))
        case .dropCatalog: .dropCatalog(try firstName(edge), ifExists: find(edge, .ifExists) != nil)
        case .createTable: .createTable(try createTable(edge))
        case .createView: .createView(try createView(edge))
        case .alterTable: .alterTable(try alterTable(edge))
        case .commentOn: .commentOn(try commentOn(edge))
        case .drop: .drop(try drop(edge))
        default: nil
        }
    }

    private func createExternalSchema(_ edge: Edge) throws(SQLError) -> CreateExternalSchema {
        var create = CreateExternalSchema(
            name: try firstName(edge), ifNotExists: find(edge, .ifNotExists) != nil, source: nil, settings: [], createsDatabase: false)
        for part in kids(edge) {
            switch rule(part) {
            case .externalSource: create.source = try identifiers(part).first
            case .externalDatabase: create.createsDatabase = true
            case .externalSetting:
                let value = try lastKid(part)
                create.settings.append((try firstName(part), isString(value) ? try string(value) : nil))
            default: break
            }
        }
        return create
    }

    private func createCatalog(_ edge: Edge) throws(SQLError) -> CreateCatalog {
        let names = try identifiers(edge)
        guard names.count == 2 else { throw mismatch(edge) }
        return CreateCatalog(
            name: names[0], ifNotExists: find(edge, .ifNotExists) != nil, kind: names[1],
            options: try find(edge, .tableOptions).map { (list) throws(SQLError) in try properties(try lastKid(list)) } ?? [])
    }

    func createSchema(_ edge: Edge) throws(SQLError) -> CreateSchema {
        var schema = CreateSchema(
            name: try qualifiedName(edge, .schemaName), ifNotExists: find(edge, .ifNotExists) != nil, comment: nil,
            location: nil, properties: [])
        for clause in kids(edge) where rule(clause) == .schemaClause || isSchemaClause(clause) {
            let part = rule(clause) == .schemaClause ? try lastKid(clause) : clause
            switch rule(part) {
            case .comment: schema.comment = try string(try lastKid(part))
            case .location: schema.location = try string(try lastKid(part))
            default: schema.properties += try properties(part)
            }
        }
        return schema
    }

    private func isSchemaClause(_ edge: Edge) -> Bool { rule(edge) == .comment || rule(edge) == .location }

    func createView(_ edge: Edge) throws(SQLError) -> CreateView {
        var columns: [Identifier] = []
        if let names = find(edge, .names) { columns = try identifiers(names) }
        return CreateView(
            name: try qualifiedName(edge, .newName), orReplace: find(edge, .orReplace) != nil,
            isTemporary: has(edge, .temp) || has(edge, .temporary), isMaterialized: has(edge, .materialized),
            ifNotExists: find(edge, .ifNotExists) != nil, columns: columns, comment: try comment(edge),
            properties: try find(edge, .tableProperties).map { (list) throws(SQLError) in try properties(try lastKid(list)) } ?? [],
            query: try query(try lastKid(edge)))
    }

    /// The text of the COMMENT among the children.
    func comment(_ edge: Edge) throws(SQLError) -> String? {
        try find(edge, .comment).map { (part) throws(SQLError) in try string(try lastKid(part)) }
    }

    // MARK: Properties

    func properties(_ edge: Edge) throws(SQLError) -> [Property] {
        try each(kids(edge)) { (item) throws(SQLError) in
            let value = find(item, .propertyValue) ?? kids(item).dropFirst().first
            return Property(
                key: try propertyKey(try kid(item, 0)),
                value: try value.map { (edge) throws(SQLError) in try propertyValue(edge) })
        }
    }

    private func propertyKey(_ edge: Edge) throws(SQLError) -> Identifier {
        let first = try kid(edge, 0)
        if isString(first) { return Identifier(try string(first), isQuoted: true, span: span(first)) }
        let name = try qualifiedName(edge)
        return Identifier(name.text, isQuoted: name.last.isQuoted, span: name.span)
    }

    /// An expression, or a word that is no expression: ON and BINARY as names, `*` as a star.
    func propertyValue(_ edge: Edge) throws(SQLError) -> Expression {
        switch word(edge) {
        case .on, .binary: return Expression(.name(QualifiedName([try identifier(edge)])), span: span(edge))
        case .star: return Expression(.star(Star()), span: span(edge))
        default: return try expression(edge)
        }
    }

    // MARK: ALTER and DROP

    func alterTable(_ edge: Edge) throws(SQLError) -> AlterTable {
        AlterTable(
            name: try qualifiedName(edge, .tableName), ifExists: find(edge, .ifExists) != nil,
            action: try alteration(try lastKid(edge)))
    }

    private func alteration(_ edge: Edge) throws(SQLError) -> AlterTable.Action {
        let ifExists = find(edge, .ifExists) != nil
        let ifNotExists = find(edge, .ifNotExists) != nil
        switch rule(edge) {
        case .renameTable: return .rename(try qualifiedName(edge, .newName))
        case .renameColumn: return .renameColumn(try qualifiedName(edge, .columnPath), to: try firstName(edge))
        case .addColumns:
            if let constraint = find(edge, .tableConstraint) { return .addConstraint(try tableConstraint(constraint)) }
            let columns = kids(edge).filter { rule($0) == .addedColumn }
            return .addColumns(try each(columns) { (column) throws(SQLError) in try addedColumn(column) }, ifNotExists: ifNotExists)
        case .dropColumns: return .dropColumns(try columnPaths(edge), ifExists: ifExists, isCascade: has(edge, .cascade))
        case .addPartitions: return .addPartitions(try partitions(edge), ifNotExists: ifNotExists)
        case .dropPartitions: return .dropPartitions(try partitions(edge), ifExists: ifExists)
        case .alterColumn: return try columnAlteration(edge)
        case .dropConstraint: return .dropConstraint(try firstName(edge), ifExists: ifExists)
        case .setProperties:
            let list = try properties(try lastKid(edge))
            if isOfTags(edge) { return .setTags(list) }
            return has(edge, .serdeproperties) ? .setSerDeProperties(list) : .setProperties(list)
        case .setLocation: return .setLocation(try string(try lastKid(edge)))
        default:
            if let action = try icebergAlteration(edge) { return action }
            return try hiveAlteration(edge)
        }
    }

    private func columnAlteration(_ edge: Edge) throws(SQLError) -> AlterTable.Action {
        let path = try qualifiedName(edge, .columnPath)
        if let type = find(edge, .setType) {
            guard let name = kids(type).last(where: { rule($0) != .setTypeUsing }) else { throw mismatch(type) }
            return .setType(path, try self.type(name), using: try optionalExpression(content(type, .setTypeUsing)))
        }
        if let place = find(edge, .columnPlace) { return .moveColumn(path, try columnPlace(place)) }
        if let text = try comment(edge) { return .setComment(path, text) }
        guard path.parts.count == 1 else {
            throw SQLError.unsupported("NOT NULL and DEFAULT of a field of a struct", at: path.span)
        }
        let column = path.last
        if let value = find(edge, .setDefault) { return .setDefault(column, try expression(try lastKid(value))) }
        return has(edge, .not) ? .setNotNull(column, !has(edge, .drop)) : .setDefault(column, nil)
    }

    private func addedColumn(_ edge: Edge) throws(SQLError) -> AlterTable.AddedColumn {
        guard let definition = find(edge, .columnDefinition) else { throw mismatch(edge) }
        return AlterTable.AddedColumn(
            owner: try find(edge, .columnOwner).map { (owner) throws(SQLError) in try identifiers(owner) } ?? [],
            definition: try columnDefinition(definition),
            place: try find(edge, .columnPlace).map { (place) throws(SQLError) in try columnPlace(place) })
    }

    private func columnPlace(_ edge: Edge) throws(SQLError) -> AlterTable.Place {
        has(edge, .first) ? .first : .after(try firstName(edge))
    }

    func columnPaths(_ edge: Edge) throws(SQLError) -> [QualifiedName] {
        try each(kids(edge).filter { rule($0) == .columnPath }) { (path) throws(SQLError) in try qualifiedName(path) }
    }

    /// What Hive and Athena have beside the standard.
    private func hiveAlteration(_ edge: Edge) throws(SQLError) -> AlterTable.Action {
        let columns = kids(edge).filter { rule($0) == .columnDefinition }
        switch rule(edge) {
        case .replaceColumns:
            return .replaceColumns(try each(columns) { (column) throws(SQLError) in try columnDefinition(column) })
        case .changeColumn:
            guard let definition = columns.first else { throw mismatch(edge) }
            return .changeColumn(
                try qualifiedName(edge, .columnPath), try columnDefinition(definition),
                try find(edge, .columnPlace).map { (place) throws(SQLError) in try columnPlace(place) })
        case .clusterBy: return .clusterBy(try columnPaths(edge))
        case .unsetProperties:
            let ifExists = find(edge, .ifExists) != nil
            if isOfTags(edge) { return .unsetTags(try names(edge, "UNSET TAGS"), ifExists: ifExists) }
            return .unsetProperties(try names(edge, "UNSET TBLPROPERTIES"), ifExists: ifExists)
        default: throw mismatch(edge)
        }
    }

    private func isOfTags(_ edge: Edge) -> Bool { has(edge, .tags) || has(edge, .tag) }

    private func names(_ edge: Edge, _ action: String) throws(SQLError) -> [Identifier] {
        let list = try properties(try lastKid(edge))
        if let extra = list.first(where: { $0.value != nil }) {
            throw SQLError(.syntaxError, "\(action) takes names without values", at: extra.key.span)
        }
        return list.map(\.key)
    }

    private func partitions(_ edge: Edge) throws(SQLError) -> [AlterTable.Partition] {
        try each(kids(edge).filter { rule($0) == .partitionSpec }) { (part) throws(SQLError) in
            AlterTable.Partition(
                values: try properties(try kid(part, 0)),
                location: try content(part, .location).map { (path) throws(SQLError) in try string(path) })
        }
    }

    func commentOn(_ edge: Edge) throws(SQLError) -> CommentOn {
        let kind: CommentOn.Kind = has(edge, .table) ? .table : has(edge, .view) ? .view : has(edge, .column) ? .column : .schema
        let text = try lastKid(edge)
        return CommentOn(kind: kind, name: try qualifiedName(edge, .anyName), text: isString(text) ? try string(text) : nil)
    }

    func drop(_ edge: Edge) throws(SQLError) -> Drop {
        let kind: Drop.Kind = has(edge, .table) ? .table : has(edge, .view) ? .view : .schema
        var names: [QualifiedName] = []
        for name in kids(edge) where rule(name) == .dropName { names.append(try qualifiedName(name)) }
        return Drop(
            kind: kind, ifExists: find(edge, .ifExists) != nil, names: names, isCascade: has(edge, .cascade),
            purges: has(edge, .purge))
    }
}
