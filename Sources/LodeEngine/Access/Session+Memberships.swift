/// GRANT role TO role and REVOKE, and what keeps a role from being dropped.

import LodeCatalog
import LodeCore
import LodeSyntax

extension Session {
    func changeMembership(_ statement: MembershipStatement) throws(SQLError) -> StatementOutcome {
        if let grantor = statement.grantor, try roleName(grantor) != currentUser {
            throw SQLError(.featureNotSupported, "grantor must be current user", at: grantor.span)
        }
        var notices: [String] = []
        for role in statement.roles {
            let granted = try existingRole(role)
            try requireAdmin(of: granted, at: role.span)
            for member in statement.members {
                let name = try roleName(member)
                if statement.isGrant {
                    try join(name, to: granted.name, statement, at: member.span, &notices)
                } else {
                    try part(name, from: granted.name, statement, &notices)
                }
            }
        }
        return StatementOutcome(tag: statement.isGrant ? "GRANT ROLE" : "REVOKE ROLE", notices: notices)
    }

    /// - Throws: `42501` unless the user is a superuser, may create roles (and the role is no superuser), or is its admin.
    private func requireAdmin(of role: Role, at span: SourceSpan) throws(SQLError) {
        if try principal(currentUser).isSuperuser { return }
        let all = try roles.all()
        if !role.isSuperuser, all.first(where: { $0.name == currentUser })?.canCreateRoles == true { return }
        let own = try roles.memberships(of: currentUser, onlyInherited: false)
        let isAdmin = all.contains { own.contains($0.name) && $0.memberships?.contains { $0.role == role.name && $0.isAdmin } == true }
        if !isAdmin { throw SQLError(.insufficientPrivilege, "must have admin option on role \"\(role.name)\"", at: span) }
    }

    private func join(
        _ member: String, to role: String, _ statement: MembershipStatement, at span: SourceSpan, _ notices: inout [String]
    ) throws(SQLError) {
        if try roles.memberships(of: role, onlyInherited: false).contains(member) {
            throw SQLError(
                .invalidGrant, member == role
                    ? "role \"\(role)\" is a member of role \"\(role)\"" : "role \"\(role)\" is a member of role \"\(member)\"", at: span)
        }
        let known = try catalog.role(member)?.memberships?.first { $0.role == role }
        if let known, known.isAdmin || !statement.adminOption {
            return notices.append("role \"\(member)\" is already a member of role \"\(role)\"")
        }
        let isAdmin = statement.adminOption
        try changeMemberships(of: member) { memberships in
            memberships.removeAll { $0.role == role }
            memberships.append(Role.Membership(role: role, isAdmin: isAdmin))
        }
    }

    private func part(
        _ member: String, from role: String, _ statement: MembershipStatement, _ notices: inout [String]
    ) throws(SQLError) {
        guard try catalog.role(member)?.memberships?.contains(where: { $0.role == role }) == true else {
            return notices.append("role \"\(member)\" is not a member of role \"\(role)\"")
        }
        let onlyAdmin = statement.adminOption
        try changeMemberships(of: member) { memberships in
            if onlyAdmin {
                for index in memberships.indices where memberships[index].role == role { memberships[index].isAdmin = false }
            } else {
                memberships.removeAll { $0.role == role }
            }
        }
    }

    func changeMemberships(of member: String, _ change: @Sendable (inout [Role.Membership]) -> Void) throws(SQLError) {
        try catalog.changeRole(member) { (known) throws(SQLError) in
            guard var role = known else { throw SQLError(.undefinedObject, "role \"\(member)\" does not exist") }
            var memberships = role.memberships ?? []
            change(&memberships)
            role.memberships = memberships.isEmpty ? nil : memberships
            return role
        }
        knownRoles = nil
    }

    /// - Throws: `2BP01` if the role owns something, or was granted or has granted something.
    func requireNothingDepends(on role: Identifier, _ verb: String) throws(SQLError) {
        var reasons: [String] = []
        func note(_ object: some Guarded, _ text: String) {
            if object.owner == role.text {
                reasons.append("owner of \(text)")
            } else if object.access?.names(role.text) ?? false {
                reasons.append("privileges for \(text)")
            }
        }
        for schema in try catalog.databases() {
            note(schema, "schema \(schema.name)")
            for table in try catalog.tables(in: schema.name) { note(table, "\(Self.noun(table)) \(table.tableName)") }
        }
        guard !reasons.isEmpty else { return }
        throw SQLError(
            .dependentObjectsStillExist, "role \"\(role.text)\" cannot be \(verb) because some objects depend on it", at: role.span,
            detail: reasons.prefix(10).joined(separator: "\n"),
            hint: "Give what it owns to another role with ALTER … OWNER TO, and REVOKE what was granted.")
    }
}
