/// CREATE, DROP and SHOW ACCESS KEY.

import LodeCatalog
import LodeCore
import LodeSyntax

extension Session {
    /// The secret is shown this once.
    func createAccessKey(for name: Identifier?, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let role = try keyHolder(name), key = AccessKey.made(for: role, at: Engine.nowMicros())
        try requireAutocommit("CREATE ACCESS KEY", at: name?.span)
        try engine.keyStorage().add(key)
        return try give(
            [Field("access_key_id", .varchar), Field("secret_access_key", .varchar)],
            [[.text(SQLText(key.id)), .text(SQLText(key.secret.reveal()))]], to: run.sink, tag: "CREATE ACCESS KEY")
    }

    func dropAccessKey(_ id: String, ifExists: Bool, at span: SourceSpan) throws(SQLError) -> StatementOutcome {
        try requireAutocommit("DROP ACCESS KEY", at: span)
        let keys = try engine.keyStorage()
        if let key = try keys.key(id) {
            try requireKeys(of: key.role, at: span)
            if try keys.remove(id) { return StatementOutcome(tag: "DROP ACCESS KEY") }
        }
        if ifExists { return StatementOutcome(tag: "DROP ACCESS KEY", notices: ["access key \"\(id)\" does not exist, skipping"]) }
        throw SQLError(.undefinedObject, "access key \"\(id)\" does not exist", at: span)
    }

    /// Without their secrets.
    func showAccessKeys(_ name: Identifier?, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let role = try name.map { (name) throws(SQLError) in try keyHolder(name) }
        var rows: [[Value]] = []
        for key in try engine.keyStorage().all() where role == nil || role == key.role {
            if role == nil, try !mayChangeKeys(of: key.role) { continue }
            rows.append([.text(SQLText(key.id)), .text(SQLText(key.role)), .timestamp(key.created)])
        }
        return try give(
            [Field("access_key_id", .varchar), Field("role", .varchar), Field("created", .timestamptz)], rows, to: run.sink, tag: "SHOW")
    }

    /// The role that a statement names, whose keys the current user may change; without one, the current user.
    private func keyHolder(_ name: Identifier?) throws(SQLError) -> String {
        let role = try name.map { (name) throws(SQLError) in try existingRole(name).name } ?? currentUser
        try requireKeys(of: role, at: name?.span)
        return role
    }

    private func requireKeys(of role: String, at span: SourceSpan?) throws(SQLError) {
        if try mayChangeKeys(of: role) { return }
        throw SQLError(.insufficientPrivilege, "permission denied for the access keys of role \"\(role)\"", at: span)
    }

    /// One's own keys; those of others with CREATEROLE, and those of superusers as one.
    private func mayChangeKeys(of role: String) throws(SQLError) -> Bool {
        if role == currentUser { return true }
        if try principal(currentUser).isSuperuser { return true }
        guard try catalog.role(currentUser)?.canCreateRoles == true else { return false }
        return try catalog.role(role)?.isSuperuser != true
    }
}
