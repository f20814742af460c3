/// The catalog's objects as one statement of a session names them.

import LodeCatalog
import LodeCore
import LodeFunctions
import LodeVectors

/// Numbers become names, and names numbers, along the search path.
final class StatementObjects: Sendable {
    let all: CatalogObjects
    /// Where unqualified names are looked up, in order.
    private let path: [String]

    init(_ catalog: any Catalog, path: [String]) {
        all = CatalogObjects(catalog)
        self.path = path
    }

    /// pg_catalog comes first unless the path names it; only temporary tables are before it.
    static func lookupPath(_ path: [String]) -> [String] {
        let system = "pg_catalog"
        if path.contains(where: { $0.lowercased() == system }) { return path }
        let temporary = path.prefix { SessionCatalog.isTemporary($0) }
        return temporary + [system] + path.dropFirst(temporary.count)
    }

    var names: ObjectNames {
        ObjectNames(
            text: { [self] kind, number in
                // What cannot be read is shown as a number.
                (try? text(kind, number)) ?? nil
            },
            number: { [self] (kind, text) throws(SQLError) in try number(kind, text) })
    }

    // MARK: Names

    private func text(_ kind: CatalogType, _ number: Int64) throws(SQLError) -> String? {
        switch kind {
        case .regclass: return try all.className(number).map { (name) throws(SQLError) in try shown(name, number) }
        case .regtype:
            if let known = TypeNames.text(number) { return known }
            for relation in try all.relations() {
                let isRow = relation.rowType == number
                guard isRow || ObjectNumbers.rowArray(relation.table) == number, number != 0 else { continue }
                return try shown(TableName(relation.schema.name, relation.name), relation.number) + (isRow ? "" : "[]")
            }
            return nil
        case .regproc: return PgProc.names.text(number)
        case .regnamespace: return try all.schema(number).map { SQLName.quoted($0.name) }
        case .regrole: return try all.roleName(number).map { SQLName.quoted($0) }
        default: return nil
        }
    }

    /// With its schema unless the search path leads to it.
    private func shown(_ name: TableName, _ number: Int64) throws(SQLError) -> String {
        let short = SQLName.quoted(name.name)
        return try visibleClass(name.name) == number ? short : "\(SQLName.quoted(name.database)).\(short)"
    }

    /// Whether the name alone finds the relation or key of that number.
    func isVisible(_ number: Int64, _ name: String) throws(SQLError) -> Bool { try visibleClass(name) == number }

    private func visibleClass(_ name: String) throws(SQLError) -> Int64? {
        for schema in path {
            if let number = try all.classNumber(TableName(schema, name)) { return number }
        }
        return nil
    }

    // MARK: Numbers

    private func number(_ kind: CatalogType, _ text: String) throws(SQLError) -> Int64? {
        switch kind {
        case .regclass: return try classNumber(try SQLName.parts(of: text))
        case .regtype: return try typeNumber(text)
        case .regproc:
            let parts = try SQLName.parts(of: text)
            if parts.count > 1, parts.dropLast().last != "pg_catalog" { return nil }
            return try PgProc.names.number(parts[parts.count - 1])
        case .regnamespace: return try all.schema(named: try single(text))?.number
        case .regrole: return try all.role(named: try single(text))
        default: return nil
        }
    }

    private func single(_ text: String) throws(SQLError) -> String {
        let parts = try SQLName.parts(of: text)
        if parts.count == 1 { return parts[0] }
        throw SQLError(.invalidName, "invalid name syntax", detail: "The name is: \(text)")
    }

    private func classNumber(_ parts: [String]) throws(SQLError) -> Int64? {
        var parts = parts
        if parts.count == 3 {
            guard parts[0].lowercased() == Engine.catalogName else {
                throw .unsupported("cross-database references: \(parts.joined(separator: "."))")
            }
            parts.removeFirst()
        }
        guard parts.count <= 2 else {
            throw SQLError(.syntaxError, "improper relation name (too many dotted names): \(parts.joined(separator: "."))")
        }
        let schemas = parts.count == 2 ? [parts[0]] : path, name = parts[parts.count - 1]
        for schema in schemas {
            if let found = try all.relation(TableName(schema, name)) { return found.number }
        }
        if parts.count == 2, try all.schema(named: parts[0]) == nil {
            throw SQLError(.invalidSchemaName, "schema \"\(parts[0])\" does not exist")
        }
        for schema in schemas {
            if let key = try all.classNumber(TableName(schema, name)) { return key }
        }
        return nil
    }

    private func typeNumber(_ text: String) throws(SQLError) -> Int64? {
        let bare = text.split(separator: " ").joined(separator: " ")
        if bare.hasSuffix("[]") {
            guard let element = try typeNumber(String(bare.dropLast(2))) else { return nil }
            if let known = TypeRows.type(element) { return known.array == 0 ? nil : known.array }
            return try all.relations().first { $0.rowType == element }.map { ObjectNumbers.rowArray($0.table) }
        }
        if let word = TypeNames.number(bare), TypeNames.type(named: bare) == nil { return word }
        let parts = try SQLName.parts(of: text), name = parts[parts.count - 1]
        let schemas = parts.count > 1 ? [parts[parts.count - 2]] : path
        for schema in schemas {
            guard let known = try all.schema(named: schema) else { continue }
            if let type = TypeNames.type(named: name, in: known.number) { return type.number }
            if let relation = try all.relation(TableName(schema, name)), relation.rowType != 0 { return relation.rowType }
        }
        return nil
    }
}

extension Session {
    /// What the catalog has, for a statement that starts now.
    func statementObjects() -> StatementObjects { StatementObjects(catalog, path: lookupPath) }

    /// How `regclass` values and their kin are shown.
    package var objectNames: ValueText.Names { statementObjects().names.text }
}
