/// definitions.gram -> AST: CREATE TABLE.
import LodeCore

extension Transform {
    func createTable(_ edge: Edge) throws(SQLError) -> CreateTable {
        var table = CreateTable(name: try qualifiedName(edge, .newName))
        table.orReplace = find(edge, .orReplace) != nil
        table.isTemporary = has(edge, .temp) || has(edge, .temporary)
        table.isExternal = has(edge, .external)
        table.ifNotExists = find(edge, .ifNotExists) != nil
        for part in kids(edge) where !part.isToken {
            switch rule(part) {
            case .newName, .orReplace, .ifNotExists: break
            case .tableElements: try tableElements(part, into: &table)
            case .likeTable: table.like = try qualifiedName(part, .tableName)
            case .cloneSource:
                let time = try find(part, .timeTravel).map { (time) throws(SQLError) in try timeTravel(time) }
                table.clone = (try qualifiedName(part, .tableName), time)
            case .withData: table.withNoData = has(part, .no)
            default: if try !tableClause(part, into: &table) { table.query = try query(part) }
            }
        }
        return table
    }

    private func tableElements(_ edge: Edge, into table: inout CreateTable) throws(SQLError) {
        for element in kids(edge) {
            switch rule(element) {
            case .likeTable: table.like = try qualifiedName(element, .tableName)
            case .columnDefinition: table.columns.append(try columnDefinition(element))
            default: table.constraints.append(try tableConstraint(element))
            }
        }
    }

    /// Reads one clause; false if it is none.
    private func tableClause(_ edge: Edge, into table: inout CreateTable) throws(SQLError) -> Bool {
        switch rule(edge) {
        case .usingFormat: table.using = try firstName(edge)
        case .partitionedBy:
            table.partitionedBy = try each(kids(edge).filter { !$0.isToken }) { (field) throws(SQLError) in
                try partitionField(field)
            }
        case .clusterBy: table.clusterBy = try columnPaths(edge)
        case .clusteredBy: table.bucketing = try bucketing(edge)
        case .rowFormat: table.rowFormat = try rowFormat(edge)
        case .storedAs: table.storedAs = try storedAs(edge)
        case .location: table.location = try string(try lastKid(edge))
        case .comment: table.comment = try string(try lastKid(edge))
        case .tableProperties: table.tableProperties += try properties(try lastKid(edge))
        case .withProperties: table.withProperties += try properties(try lastKid(edge))
        case .tableOptions: table.options += try properties(try lastKid(edge))
        case .onCommit: table.onCommit = has(edge, .drop) ? .drop : has(edge, .delete) ? .deleteRows : .preserveRows
        default: return false
        }
        return true
    }

    func columnDefinition(_ edge: Edge) throws(SQLError) -> ColumnDefinition {
        var column = ColumnDefinition(
            name: try firstName(edge), type: nil, constraints: [], comment: nil, span: span(edge))
        for part in kids(edge).dropFirst() {
            switch rule(part) {
            case .columnConstraint: column.constraints.append(try columnConstraint(part))
            case .defaultClause:
                column.constraints.append(ColumnConstraint(kind: .defaultValue(try expression(try lastKid(part))), span: span(part)))
            case .generated:
                guard let value = operands(part).first else { throw mismatch(part) }
                let kind = ColumnConstraint.Kind.generated(try expression(value), isStored: !has(part, .virtual))
                column.constraints.append(ColumnConstraint(kind: kind, span: span(part)))
            case .identity: column.constraints.append(ColumnConstraint(kind: .identity(try identity(part)), span: span(part)))
            case .comment: column.comment = try string(try lastKid(part))
            default: column.type = try type(part)
            }
        }
        return column
    }

    private func identity(_ edge: Edge) throws(SQLError) -> IdentityOptions {
        var options = IdentityOptions(isAlways: has(edge, .always))
        for part in kids(edge) where rule(part) == .identityOption {
            let magnitude = try integer(try numberKid(part)), number = Int64(has(part, .minus) ? -magnitude : magnitude)
            if has(part, .increment) {
                if options.increment != nil { throw SQLError(.syntaxError, "conflicting or redundant options", at: span(part)) }
                options.increment = number
            } else {
                if options.start != nil { throw SQLError(.syntaxError, "conflicting or redundant options", at: span(part)) }
                options.start = number
            }
        }
        return options
    }

    private func numberKid(_ edge: Edge) throws(SQLError) -> Edge {
        guard let number = kids(edge).last(where: { isValue($0) }) else { throw mismatch(edge) }
        return number
    }

    private func columnConstraint(_ edge: Edge) throws(SQLError) -> ColumnConstraint {
        let kind: ColumnConstraint.Kind
        if let check = find(edge, .check) {
            kind = .check(try expression(try lastKid(check)))
        } else if let part = find(edge, .references) {
            let (table, columns) = try references(part)
            kind = .references(table, columns)
        } else {
            kind = has(edge, .not) ? .notNull : has(edge, .primary) ? .primaryKey : has(edge, .unique) ? .unique : .null
        }
        return ColumnConstraint(kind: kind, name: try constraintName(edge), isEnforced: enforcement(edge), span: span(edge))
    }

    private func references(_ edge: Edge) throws(SQLError) -> (QualifiedName, [Identifier]) {
        var columns: [Identifier] = []
        if let list = find(edge, .columns) { columns = try identifiers(list) }
        return (try qualifiedName(edge, .tableName), columns)
    }

    private func constraintName(_ edge: Edge) throws(SQLError) -> Identifier? {
        try kids(edge).first(where: \.isName).map { (name) throws(SQLError) in try identifier(name) }
    }

    private func enforcement(_ edge: Edge) -> Bool? { find(edge, .enforcement).map { !has($0, .not) } }

    func tableConstraint(_ edge: Edge) throws(SQLError) -> TableConstraint {
        guard let part = kids(edge).first(where: { !$0.isToken }) else { throw mismatch(edge) }
        let kind: TableConstraint.Kind
        switch rule(part) {
        case .primaryKey: kind = .primaryKey(try identifiers(try lastKid(part)))
        case .unique: kind = .unique(try identifiers(try lastKid(part)))
        case .check: kind = .check(try expression(try lastKid(part)))
        case .foreignKey:
            let (table, columns) = try references(try lastKid(part))
            kind = .foreignKey(try identifiers(try kid(part, 0)), table, columns)
        default: throw mismatch(part)
        }
        return TableConstraint(kind: kind, name: try constraintName(edge), isEnforced: enforcement(edge), span: span(edge))
    }

    func partitionField(_ edge: Edge) throws(SQLError) -> PartitionField {
        if rule(edge) == .transform {
            let name = try firstName(edge)
            let arguments = try each(kids(edge).dropFirst()) { (argument) throws(SQLError) in
                FunctionCall.Argument(name: nil, value: try expression(argument))
            }
            return .transform(FunctionCall(name: QualifiedName([name]), arguments: arguments), span: span(edge))
        }
        let column = try columnDefinition(edge)
        let isBare = column.type == nil && column.constraints.isEmpty && column.comment == nil
        return isBare ? .column(column.name) : .typed(column)
    }

    private func bucketing(_ edge: Edge) throws(SQLError) -> Bucketing {
        guard let columns = find(edge, .columns) else { throw mismatch(edge) }
        return Bucketing(
            columns: try identifiers(columns), sortedBy: try orderItems(edge), buckets: try integer(try lastKid(edge)))
    }

    private func rowFormat(_ edge: Edge) throws(SQLError) -> RowFormat {
        if let name = kids(edge).first(where: { isString($0) }) {
            return .serde(try string(name), try find(edge, .properties).map { (list) throws(SQLError) in
                try properties(list)
            } ?? [])
        }
        var delimiters: [(key: String, value: String)] = []
        for part in kids(edge) where rule(part) == .delimiter {
            let value = try lastKid(part)
            let key = has(part, .fields) ? "fields" : has(part, .escaped) ? "escaped" : has(part, .collection)
                ? "collection items" : has(part, .map) ? "map keys" : has(part, .lines) ? "lines" : "null"
            delimiters.append((key, try string(value)))
        }
        return .delimited(delimiters)
    }

    private func storedAs(_ edge: Edge) throws(SQLError) -> StoredAs {
        let texts = kids(edge).filter { isString($0) }
        guard texts.count == 2, let input = texts.first, let output = texts.last else {
            return .format(try firstName(edge))
        }
        return .classes(input: try string(input), output: try string(output))
    }
}
