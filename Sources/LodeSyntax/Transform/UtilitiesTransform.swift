/// utilities.gram -> AST.
import LodeCore

extension Transform {
    /// Nil if it is a statement of another kind.
    func utilityStatement(_ edge: Edge) throws(SQLError) -> UtilityStatement? {
        switch rule(edge) {
        case .set: .set(try set(edge))
        case .reset: .reset(try reset(edge))
        case .show: .show(try show(edge))
        case .describe: try describe(edge)
        case .summarize: .summarize(try describeTarget(edge))
        case .use: .use(try qualifiedName(edge, .schemaName))
        case .repair: .repairTable(try qualifiedName(edge, .tableName), isRefresh: has(edge, .refresh))
        case .analyze:
            .analyze(
                try find(edge, .tableName).map { (name) throws(SQLError) in try qualifiedName(name) }, columns: try analyzedColumns(edge))
        case .callStatement: .call(try tableCall(try kid(edge, 0)))
        default: nil
        }
    }

    /// `(a, b)`, or `COMPUTE STATISTICS FOR COLUMNS a, b`; none for all.
    private func analyzedColumns(_ edge: Edge) throws(SQLError) -> [Identifier] {
        let lists = [find(edge, .columns), find(edge, .computeStatistics).flatMap { find($0, .optimizeColumns) }].compactMap(\.self)
        guard lists.count < 2 else { throw mismatch(edge) }
        return try lists.first.map { (list) throws(SQLError) in try identifiers(list) } ?? []
    }

    func set(_ edge: Edge) throws(SQLError) -> SetSetting {
        if let modes = try transactionModes(edge) { return modes }
        if let role = find(edge, .setRole) {
            let name = QualifiedName([Identifier("role", span: span(role))])
            return SetSetting(name: name, values: try roleSetting(role), isLocal: has(edge, .local))
        }
        if let user = find(edge, .setAuthorization) {
            let value = try lastKid(user), name = authorization(user)
            if rule(value) == .default {
                return SetSetting(name: name, values: [Expression(.defaultValue, span: span(value))], isLocal: has(edge, .local))
            }
            let text = isString(value) ? try string(value) : try identifier(value).text
            return SetSetting(name: name, values: [.text(text, at: span(value))], isLocal: has(edge, .local))
        }
        let first = kids(edge).first { rule($0) == .timeZone || rule($0) == .settingName }
        guard let name = first, let index = kids(edge).firstIndex(where: { $0.raw == name.raw }) else { throw mismatch(edge) }
        let values = kids(edge)[(index + 1)...].filter { word($0) != .to && word($0) != .equals }
        return SetSetting(
            name: try settingName(name),
            values: try each(values) { (value) throws(SQLError) in try propertyValue(value) },
            isLocal: has(edge, .local))
    }

    /// `SET TRANSACTION …` and `SET SESSION CHARACTERISTICS AS TRANSACTION …`: settings of their own.
    private func transactionModes(_ edge: Edge) throws(SQLError) -> SetSetting? {
        let prefix = has(edge, .session) ? "default_transaction_" : "transaction_", span = span(edge)
        func setting(_ name: String, _ value: String) -> SetSetting {
            SetSetting(
                name: QualifiedName([Identifier(prefix + name, span: span)]), values: [Expression(.literal(.string(value)), span: span)],
                isLocal: false)
        }
        var settings: [SetSetting] = []
        if let level = isolation(edge) { settings.append(setting("isolation", level.rawValue.lowercased())) }
        if let isReadOnly = isReadOnly(edge) { settings.append(setting("read_only", isReadOnly ? "on" : "off")) }
        guard var first = settings.first else {
            return modes(of: edge).last.map { setting("deferrable", has($0, .not) ? "off" : "on") }
        }
        first.also = Array(settings.dropFirst())
        return first
    }

    /// A setting's name; TIME ZONE is `timezone`, as in PostgreSQL.
    private func settingName(_ edge: Edge) throws(SQLError) -> QualifiedName {
        guard rule(edge) == .timeZone else { return try qualifiedName(edge) }
        return QualifiedName([Identifier("timezone", span: span(edge))])
    }

    private func authorization(_ edge: Edge) -> QualifiedName { QualifiedName([Identifier("session_authorization", span: span(edge))]) }

    func reset(_ edge: Edge) throws(SQLError) -> QualifiedName? {
        if let user = find(edge, .authorization) { return authorization(user) }
        return try find(edge, .settingName).map { (name) throws(SQLError) in try qualifiedName(name) }
    }

    func show(_ edge: Edge) throws(SQLError) -> Show {
        let part = try kid(edge, 0)
        let pattern = try find(part, .showPattern).map { (inner) throws(SQLError) in try string(try lastKid(inner)) }
        switch rule(part) {
        case .showTables:
            let schema = try find(part, .inSchema).map { (inner) throws(SQLError) in
                try qualifiedName(inner, .schemaName)
            }
            return has(part, .views) ? .views(schema: schema, pattern: pattern) : .tables(schema: schema, pattern: pattern)
        case .showSchemas: return .schemas(catalog: try identifiers(part).first, pattern: pattern)
        case .showCatalogs: return .catalogs(pattern: pattern)
        case .showColumns: return .columns(try qualifiedName(part, .tableName))
        case .showPartitions: return .partitions(try qualifiedName(part, .tableName))
        case .showCreate:
            let name = try qualifiedName(part, .tableName)
            return has(part, .view) ? .createView(name) : .createTable(name)
        case .showProperties: return .tableProperties(try qualifiedName(part, .tableName))
        case .showFunctions: return .functions(pattern: pattern)
        case .showAccessKeys: return .accessKeys(try identifiers(part).first)
        case .timeZone, .settingName: return .setting(try settingName(part))
        case .authorization: return .setting(authorization(part))
        case .showIsolation: return .setting(QualifiedName([Identifier("transaction_isolation", span: span(part))]))
        default: return .allSettings
        }
    }

    private func describe(_ edge: Edge) throws(SQLError) -> UtilityStatement {
        if let history = find(edge, .describeHistory) { return .describeHistory(try qualifiedName(history, .tableName)) }
        return .describe(try describeTarget(edge), isExtended: has(edge, .extended) || has(edge, .formatted))
    }

    func describeTarget(_ edge: Edge) throws(SQLError) -> DescribeTarget {
        let inner = try lastKid(edge)
        if rule(inner) == .tableName { return .table(try qualifiedName(inner)) }
        if isString(inner) { return .file(try string(inner), span(inner)) }
        let query = try query(inner)
        // `DESCRIBE TABLE t` is about the table itself.
        if case .table(let table) = query.body, query.with == nil, query.orderBy == nil, query.limit == nil,
            case .table(let name, nil) = table.kind
        {
            return .table(name)
        }
        return .query(query)
    }
}
