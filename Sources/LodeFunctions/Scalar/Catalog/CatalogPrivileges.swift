/// What roles may do.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let catalogPrivileges: [ScalarFunction] = [
        privilege("table", .relation, tableWords), privilege("any_column", .relation, ["select", "insert", "update", "references"]),
        privilege("sequence", .relation, ["usage", "select", "update"]), privilege("schema", .schema, ["usage", "create"]),
        privilege("database", .database, ["connect", "create", "temporary", "temp"]), privilege("function", .function, ["execute"]),
        privilege("type", .type, ["usage"]), privilege("language", .language, ["usage"]),
        privilege("tablespace", .tablespace, ["create"]), columnPrivilege,
        ScalarFunction(
            "pg_has_role", "catalog", "Whether the user, or the role that comes first, is a member of a role.",
            source: "PostgreSQL 17, 9.27.2", examples: [("pg_has_role('lode', 'usage')", "true")], volatility: .stable,
            overloads: RoleName.forms.flatMap { role in
                [
                    ScalarOverload.row([role, .varchar], .boolean) { (call) throws(SQLError) in
                        try isMember(nil, try RoleName.read(call, 0), call.text(1), call)
                    }
                ]
                    + RoleName.forms.map { first in
                        .row([first, role, .varchar], .boolean) { (call) throws(SQLError) in
                            try isMember(try RoleName.read(call, 0), try RoleName.read(call, 1), call.text(2), call)
                        }
                    }
            }),
    ]

    private static let tableWords = ["select", "insert", "update", "delete", "truncate", "references", "trigger"]

    private static func isMember(_ role: String?, _ other: String, _ words: String, _ call: RowCall) throws(SQLError) -> Value {
        for (_, canGrant) in try PrivilegeWords.read(words, ["member", "usage", "set"]) {
            if try call.catalog.isMember(role, of: other, canGrant: canGrant) { return .boolean(true) }
        }
        return .boolean(false)
    }

    /// `has_…_privilege([role,] object, privilege)`: roles and objects go by name or by number. Several privileges are alternatives.
    private static func privilege(_ noun: String, _ kind: ObjectKind, _ words: [String]) -> ScalarFunction {
        let name = "has_\(noun)_privilege"
        return ScalarFunction(
            name, "catalog", "Whether the user, or the role that comes first, has a privilege.", source: "PostgreSQL 17, 9.27.2",
            examples: [("\(name)(0, '\(words[0])')", "NULL")], volatility: .stable,
            overloads: [SQLType.varchar, .catalog(.oid)].flatMap { object in
                [
                    ScalarOverload.row([object, .varchar], .boolean) { (call) throws(SQLError) in
                        try isGranted(call, role: nil, kind, object: 0, words)
                    }
                ]
                    + RoleName.forms.map { role in
                        .row([role, object, .varchar], .boolean) { (call) throws(SQLError) in
                            try isGranted(call, role: try RoleName.read(call, 0), kind, object: 1, words)
                        }
                    }
            })
    }

    private static func isGranted(
        _ call: RowCall, role: String?, _ kind: ObjectKind, object: Int, privileges: Int? = nil, _ words: [String]
    ) throws(SQLError) -> Value {
        let wanted = try PrivilegeWords.read(call.text(privileges ?? object + 1), words)
        guard let found = try self.object(call, object, kind) else { return .null }
        for (word, canGrant) in wanted {
            let question = PrivilegeQuestion(role: role, kind: kind, object: found, privilege: word, withGrantOption: canGrant)
            if try call.catalog.isGranted(question) { return .boolean(true) }
        }
        return .boolean(false)
    }

    /// The object of an argument: nil for a number that nothing has.
    /// - Throws: `42P01` and kin for a name that nothing has.
    private static func object(_ call: RowCall, _ index: Int, _ kind: ObjectKind) throws(SQLError) -> ObjectFacts? {
        if let number = call.number(index) { return try call.catalog.object(kind, number) }
        if let found = try call.catalog.object(kind, named: call.text(index)) { return found }
        let name = call.text(index)
        switch kind {
        case .relation: throw SQLError(.undefinedTable, "relation \"\(name)\" does not exist")
        case .schema: throw SQLError(.invalidSchemaName, "schema \"\(name)\" does not exist")
        case .database: throw SQLError(.invalidCatalogName, "database \"\(name)\" does not exist")
        case .function: throw SQLError(.undefinedFunction, "function \"\(name)\" does not exist")
        default: throw SQLError(.undefinedObject, "\(kind.rawValue.dropFirst(3)) \"\(name)\" does not exist")
        }
    }

    private static let columnPrivilege = ScalarFunction(
        "has_column_privilege", "catalog", "Whether the user, or the role that comes first, has a privilege for a column.",
        source: "PostgreSQL 17, 9.27.2", examples: [("has_column_privilege(1, 'a', 'select')", "NULL")], volatility: .stable,
        overloads: [SQLType.varchar, .catalog(.oid)].flatMap { table in
            [SQLType.varchar, .smallint].flatMap { column in
                [
                    ScalarOverload.row([table, column, .varchar], .boolean) { (call) throws(SQLError) in
                        try isColumnGranted(call, role: nil, table: 0)
                    }
                ]
                    + RoleName.forms.map { role in
                        .row([role, table, column, .varchar], .boolean) { (call) throws(SQLError) in
                            try isColumnGranted(call, role: try RoleName.read(call, 0), table: 1)
                        }
                    }
            }
        })

    /// Privileges are those of the table: columns have none of their own.
    private static func isColumnGranted(_ call: RowCall, role: String?, table: Int) throws(SQLError) -> Value {
        if case .text(let name) = call.arguments[table + 1], let found = try object(call, table, .relation),
            !found.columns.contains(where: { $0.name == name.string })
        {
            throw SQLError(.undefinedColumn, "column \"\(name.string)\" of relation \"\(found.name)\" does not exist")
        }
        let words = ["select", "insert", "update", "references"]
        return try isGranted(call, role: role, .relation, object: table, privileges: table + 2, words)
    }
}

/// A role as an argument: its name or its number.
private enum RoleName {
    static let forms: [SQLType] = [.varchar, .catalog(.oid)]

    static func read(_ call: RowCall, _ index: Int) throws(SQLError) -> String {
        if let number = call.number(index) {
            if let role = try call.catalog.object(.role, number) { return role.name }
            throw SQLError(.undefinedObject, "role with OID \(number) does not exist")
        }
        let name = call.text(index)
        if name == "public" || name == call.context.currentUser { return name }
        if let role = try call.catalog.object(.role, named: name) { return role.name }
        throw SQLError(.undefinedObject, "role \"\(name)\" does not exist")
    }
}

private enum PrivilegeWords {
    /// `SELECT, UPDATE WITH GRANT OPTION`.
    /// - Throws: `22023` for a word that is no privilege of the kind.
    static func read(_ text: String, _ known: [String]) throws(SQLError) -> [(String, canGrant: Bool)] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }.map { (part) throws(SQLError) in
            var word = part.lowercased().split(separator: " ").joined(separator: " "), canGrant = false
            for suffix in [" with grant option", " with admin option"] where word.hasSuffix(suffix) {
                word = String(word.dropLast(suffix.count))
                canGrant = true
            }
            guard known.contains(word) else { throw SQLError(.invalidParameterValue, "unrecognized privilege type: \"\(part)\"") }
            return (word, canGrant)
        }
    }
}
