/// GRANT and REVOKE of privileges, and ALTER … OWNER TO.

import LodeCatalog
import LodeCore
import LodeSyntax

extension Session {
    func changeAccess(_ statement: AccessStatement) throws(SQLError) -> StatementOutcome {
        let verb = statement.isGrant ? "GRANT" : "REVOKE"
        var roles: [String?] = []
        for role in statement.roles { roles.append(try grantee(role)) }
        if statement.isGrant, statement.grantOption, let index = roles.firstIndex(of: nil) {
            throw SQLError(.invalidGrant, "grant options can only be granted to roles", at: statement.roles[index].span)
        }
        if let grantor = statement.grantor, try roleName(grantor) != currentUser {
            throw SQLError(.featureNotSupported, "grantor must be current user", at: grantor.span)
        }
        var changes: [TableChange] = [], notices: [String] = []
        switch statement.target {
        case .schemas(let names):
            for name in names {
                let schema = try existingSchema(name)
                let change = try access(statement, roles, "schema", schema, named: schema.name, at: name.span, &notices)
                if let change { changes.append(.alterDatabase(schema.name, change)) }
            }
        case .tables, .allTables:
            for (table, span) in try grantedTables(statement.target) {
                let change = try access(statement, roles, Self.noun(table), table, named: table.name, at: span, &notices)
                if let change { changes.append(.alter(table.tableName, [.access(change)])) }
            }
        }
        if !changes.isEmpty { _ = try catalog.commit(changes) }
        return StatementOutcome(tag: verb, notices: notices)
    }

    /// The change to one object; nil if nothing changes.
    private func access(
        _ statement: AccessStatement, _ roles: [String?], _ noun: String, _ object: some Guarded, named name: String, at span: SourceSpan,
        _ notices: inout [String]
    ) throws(SQLError) -> AccessChange? {
        let kind = noun == "schema" ? "schema" : "table"
        var wanted = object.allPrivileges
        if let words = statement.privileges {
            wanted = []
            for word in words {
                guard let one = Privileges(word: word.text) else {
                    throw SQLError(.syntaxError, "unrecognized privilege type \"\(word.text)\"", at: word.span)
                }
                guard object.allPrivileges.contains(one) else {
                    throw SQLError(.invalidGrant, "invalid privilege type \(word.text.uppercased()) for \(kind)", at: word.span)
                }
                wanted.formUnion(one)
            }
        }
        let principal = try principal(currentUser), isOwner = principal.owns(object.ownerName)
        let allowed = isOwner ? wanted : wanted.intersection(object.passedOn(by: principal.roles))
        if allowed.isEmpty, object.privileges(of: principal.roles).isEmpty {
            throw SQLError(.insufficientPrivilege, "permission denied for \(noun) \(name)", at: span)
        }
        if allowed != wanted, statement.privileges != nil || allowed.isEmpty {
            let verb = statement.isGrant ? "granted" : "revoked"
            notices.append(
                allowed.isEmpty ? "no privileges were \(verb) for \"\(name)\"" : "not all privileges were \(verb) for \"\(name)\"")
        }
        if allowed.isEmpty { return nil }
        let grantor = isOwner ? nil : currentUser
        return statement.isGrant
            ? .grant(allowed, to: roles, by: grantor, canPassOn: statement.grantOption)
            : .revoke(allowed, from: roles, by: grantor, onlyPassingOn: statement.grantOption, cascades: statement.isCascade)
    }

    /// The tables and views that are meant, with the place where each is named.
    private func grantedTables(_ target: AccessStatement.Target) throws(SQLError) -> [(GlueTable, SourceSpan)] {
        var tables: [(GlueTable, SourceSpan)] = []
        switch target {
        case .tables(let names): for name in names { tables.append((try existingTable(name), name.span)) }
        case .allTables(let schemas):
            for name in schemas {
                for table in try catalog.tables(in: try existingSchema(name).name) { tables.append((table, name.span)) }
            }
        case .schemas: break
        }
        for (table, span) in tables where table.kind == .system {
            throw SQLError.unsupported("a grant on the system table \(table.tableName)", at: span, hint: "Everybody may read it.")
        }
        return tables
    }

    private func existingSchema(_ name: QualifiedName) throws(SQLError) -> GlueDatabase {
        let text = try schemaName(name)
        if let schema = try catalog.database(text) { return schema }
        throw try missingSchema(text, at: name.span)
    }

    func alterOwner(_ alter: AlterOwner) throws(SQLError) -> StatementOutcome {
        let owner = try roleName(alter.owner), principal = try principal(currentUser)
        func requireNewOwner() throws(SQLError) {
            let own = try roles.memberships(of: currentUser, onlyInherited: false)
            if principal.isSuperuser || own.contains(owner) { return }
            throw SQLError(.insufficientPrivilege, "must be member of role \"\(owner)\"", at: alter.owner.span)
        }
        if alter.kind == .schema {
            let schema = try existingSchema(alter.name)
            try requireOwner(ofSchema: schema, at: alter.name.span)
            try requireNewOwner()
            try catalog.commit(.alterDatabase(schema.name, .owner(owner)))
            return StatementOutcome(tag: "ALTER SCHEMA")
        }
        let table = try existingTable(alter.name)
        if alter.kind == .view, table.kind != .view {
            throw CatalogError.wrongKind(table.tableName, is: table.kind, wanted: "a view").at(alter.name.span)
        }
        try requireOwner(of: table, at: alter.name.span)
        try requireNewOwner()
        do throws(SQLError) {
            try catalog.commit(.alter(table.tableName, [.access(.owner(owner))]))
        } catch {
            throw error.at(alter.name.span)
        }
        return StatementOutcome(tag: "ALTER \(alter.kind.rawValue)")
    }

    /// Nil is PUBLIC.
    private func grantee(_ role: RoleName) throws(SQLError) -> String? {
        if case .named(let name) = role, !name.isQuoted, name.text == "public" { return nil }
        return try roleName(role)
    }

    /// The name of a role that exists.
    func roleName(_ role: RoleName) throws(SQLError) -> String {
        switch role {
        case .named(let name): try existingRole(name).name
        case .currentUser: currentUser
        case .sessionUser: user
        }
    }
}
