/// What `information_schema` says of roles and privileges, and `pg_auth_members`.

import LodeCatalog
import LodeCore

/// Who may do what with tables.
enum InformationTablePrivileges: InformationRelation {
    static let name = "table_privileges"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try grants(scope).flatMap(\.rows)
    }

    /// One grant on a table, with a row for each of its privileges.
    struct TableGrant {
        let grant: AccessList.Grant
        let rows: [[Value]]
    }

    static func grants(_ scope: SystemScope) throws(SQLError) -> [TableGrant] {
        var found: [TableGrant] = []
        for relation in try scope.objects.relations() where !relation.schema.isShipped {
            let table = relation.table
            for grant in (table.access ?? table.initialAccess).grants {
                let rows = grant.privileges.each.map { privilege in
                    let word = privilege.words.first ?? ""
                    return [.text(grant.grantor), .text(grant.grantee ?? "PUBLIC")] + path(relation) + [
                        .text(word), yesNo(grant.passedOn.contains(privilege)), yesNo(word == "SELECT"),
                    ]
                }
                found.append(TableGrant(grant: grant, rows: rows))
            }
        }
        return found
    }
}

/// Those that the roles of the current user gave or were given.
enum InformationRoleGrants: InformationRelation {
    static let name = "role_table_grants"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        let enabled = try scope.enabledRoles()
        return try InformationTablePrivileges.grants(scope)
            .filter { enabled.contains($0.grant.grantor) || $0.grant.grantee.map { enabled.contains($0) } ?? false }.flatMap(\.rows)
    }
}

/// The roles that the current user has.
enum InformationRoles: InformationRelation {
    static let name = "enabled_roles"
    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] { try scope.enabledRoles().sorted().map { [.text($0)] } }
}

/// The memberships through which it has them.
enum InformationApplicableRoles: InformationRelation {
    static let name = "applicable_roles"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        let enabled = try scope.enabledRoles()
        return try scope.objects.roles().filter { enabled.contains($0.role.name) }.flatMap { role, _ in
            (role.memberships ?? []).map { [.text(role.name), .text($0.role), yesNo($0.isAdmin)] }
        }
    }
}

enum PgAuthMembers: SystemRelation {
    static let name = "pg_auth_members"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        for (role, number) in try scope.objects.roles() {
            for membership in role.memberships ?? [] {
                guard let other = try scope.objects.role(named: membership.role) else { continue }
                rows.append([.number(other), .number(number), .number(ObjectNumbers.firstRole), .boolean(membership.isAdmin)])
            }
        }
        return rows
    }
}

extension SystemScope {
    /// The current user and all roles that it is a member of.
    func enabledRoles() throws(SQLError) -> Set<String> { try roles.memberships(of: user, onlyInherited: false) }
}

extension Guarded {
    /// `relacl` and its kin: NULL as long as nothing was granted.
    var accessItems: Value { access.map { .list($0.texts(owner: ownerName).map { .text($0) }) } ?? .null }
}
