/// CREATE ROLE, ALTER ROLE and DROP ROLE.

import LodeCatalog
import LodeCore
import LodeSyntax

extension Session {
    func createRole(_ create: CreateRole) throws(SQLError) -> StatementOutcome {
        try requireRoleCreation(at: create.name.span)
        var role = Role(name: create.name.text)
        role.canLogin = create.isUser
        try apply(create.options, to: &role)
        let made = role
        try catalog.changeRole(made.name) { (known) throws(SQLError) in
            guard let known else { return made }
            if create.ifNotExists { return known }
            throw SQLError(.duplicateObject, "role \"\(made.name)\" already exists", at: create.name.span)
        }
        return StatementOutcome(tag: "CREATE ROLE")
    }

    /// Everybody may change their own password.
    func alterRole(_ alter: AlterRole) throws(SQLError) -> StatementOutcome {
        let onlyPassword = alter.newName == nil && alter.options.allSatisfy { if case .password = $0 { true } else { false } }
        if !onlyPassword || alter.name.text != currentUser { try requireRoleCreation(at: alter.name.span) }
        let name = alter.name.text, current = try existingRole(alter.name)
        var changed = current
        try apply(alter.options, to: &changed)
        if let newName = alter.newName {
            try requireNothingDepends(on: alter.name, "renamed")
            if try catalog.role(newName.text) != nil {
                throw SQLError(.duplicateObject, "role \"\(newName.text)\" already exists", at: newName.span)
            }
            changed.name = newName.text
        }
        let result = changed
        try catalog.changeRole(name) { (known) throws(SQLError) in
            guard known == current else {
                throw SQLError(.serializationFailure, "role \"\(name)\" was changed at the same time", at: alter.name.span)
            }
            return result
        }
        if result.name != name { try (engine.catalog as? EmbeddedCatalog)?.accessKeys?.rename(role: name, to: result.name) }
        return StatementOutcome(tag: "ALTER ROLE")
    }

    func dropRoles(_ names: [Identifier], ifExists: Bool) throws(SQLError) -> StatementOutcome {
        var notices: [String] = []
        for name in names {
            try requireRoleCreation(at: name.span)
            if [user, currentUser].contains(name.text) {
                throw SQLError(.objectInUse, "current user cannot be dropped", at: name.span)
            }
            if ifExists, try catalog.role(name.text) == nil {
                notices.append("role \"\(name.text)\" does not exist, skipping")
                continue
            }
            let role = try existingRole(name).name
            try requireNothingDepends(on: name, "dropped")
            try (engine.catalog as? EmbeddedCatalog)?.accessKeys?.remove(role: role)
            try catalog.changeRole(role) { (_) throws(SQLError) in nil }
            for other in try catalog.roles() where other.memberships?.contains(where: { $0.role == role }) == true {
                try changeMemberships(of: other.name) { memberships in memberships.removeAll { $0.role == role } }
            }
        }
        return StatementOutcome(tag: "DROP ROLE", notices: notices)
    }

    /// The user of the session.
    package var user: String { settings["session_authorization"] }

    /// - Throws: `42501` unless the user is a superuser or may create roles. A warehouse without roles is its owner's.
    private func requireRoleCreation(at span: SourceSpan) throws(SQLError) {
        let roles = try catalog.roles()
        guard let role = roles.first(where: { $0.name == currentUser }) else {
            if roles.isEmpty || !isRemote { return }
            throw SQLError(.insufficientPrivilege, "permission denied to change roles", at: span)
        }
        if !role.isSuperuser, !role.canCreateRoles {
            throw SQLError(.insufficientPrivilege, "permission denied to change roles", at: span)
        }
    }

    func existingRole(_ name: Identifier) throws(SQLError) -> Role {
        if let role = try catalog.role(name.text) { return role }
        let near = NearestName.find(name.text, among: try catalog.roles().map(\.name))
        throw SQLError(
            .undefinedObject, "role \"\(name.text)\" does not exist", at: name.span, hint: near.map { "Did you mean \"\($0)\"?" })
    }

    private func apply(_ options: [RoleOption], to role: inout Role) throws(SQLError) {
        for option in options {
            switch option {
            case .password(let text): role.verifier = try text.map { (text) throws(SQLError) in try verifier(of: text) }
            case .validUntil(let text, let span):
                guard case .timestamp(let micros) = try literal(text, of: .timestamptz) else {
                    throw SQLError(.invalidDatetimeFormat, "invalid time \"\(text)\"", at: span)
                }
                role.validUntil = micros == .max ? nil : micros
            case .connectionLimit(let count): role.connectionLimit = max(-1, count)
            case .flag(let word): try apply(word, to: &role)
            }
        }
    }

    private func apply(_ word: Identifier, to role: inout Role) throws(SQLError) {
        switch word.text.lowercased() {
        case "login": role.canLogin = true
        case "nologin": role.canLogin = false
        case "superuser": role.isSuperuser = true
        case "nosuperuser": role.isSuperuser = false
        case "createrole": role.canCreateRoles = true
        case "nocreaterole": role.canCreateRoles = false
        case "createdb": role.canCreateDatabases = true
        case "nocreatedb": role.canCreateDatabases = false
        case "inherit": role.inherits = true
        case "noinherit": role.inherits = false
        case "noreplication", "nobypassrls": break
        case "replication", "bypassrls": throw SQLError.unsupported("the role option \(word.text.uppercased())", at: word.span)
        default: throw SQLError(.syntaxError, "unrecognized role option \"\(word.text)\"", at: word.span)
        }
    }

    /// What is kept of a password: never the password. One that is a verifier already, as clients send it, is taken as it is.
    private func verifier(of password: String) throws(SQLError) -> String {
        if password.hasPrefix("SCRAM-SHA-256$") { return password }
        guard let make = engine.makeVerifier else { throw SQLError.unsupported("passwords here") }
        return make(password)
    }
}
