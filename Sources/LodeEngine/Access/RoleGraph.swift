/// Who a statement runs as, and what roles are members of.

import LodeCatalog
import LodeCore

/// A role with what it is besides itself.
struct Principal: Sendable {
    let name: String
    /// A superuser may do everything.
    let isSuperuser: Bool
    /// Itself, and the roles whose privileges it has by being a member of them.
    let roles: Set<String>

    /// Whether it may do what only the owner of something may.
    func owns(_ owner: String) -> Bool { isSuperuser || roles.contains(owner) }
}

/// The roles as one statement finds them; read when something is first asked. Safe for many threads.
final class RoleGraph: Sendable {
    private struct State {
        var roles: [Role]?
        var principals: [String: Principal] = [:]
    }

    private let catalog: any Catalog
    /// Who has begun the session, where the client started the process: a superuser, also if nobody has made it.
    private let starter: String?
    private let state = Lock(State())

    init(_ session: Session) {
        catalog = session.catalog
        starter = session.isRemote ? nil : session.settings.connectedUser
    }

    func all() throws(SQLError) -> [Role] {
        if let known = state.withLock({ $0.roles }) { return known }
        let found = try catalog.roles()
        state.withLock { $0.roles = found }
        return found
    }

    /// What a role is. One that nobody has made is only itself.
    func principal(_ name: String) throws(SQLError) -> Principal {
        if let known = state.withLock({ $0.principals[name] }) { return known }
        let role = try all().first { $0.name == name }
        let found = Principal(
            name: name, isSuperuser: role?.isSuperuser ?? (name == starter), roles: try memberships(of: name, onlyInherited: true))
        state.withLock { $0.principals[name] = found }
        return found
    }

    /// The role and all that it is a member of, directly or not.
    /// - Parameter onlyInherited: whether a role that does not inherit has what it is a member of.
    func memberships(of name: String, onlyInherited: Bool) throws(SQLError) -> Set<String> {
        let byName = Dictionary(try all().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var found: Set<String> = [name], open = [name]
        while let next = open.popLast() {
            guard let role = byName[next], role.inherits || !onlyInherited else { continue }
            for membership in role.memberships ?? [] where found.insert(membership.role).inserted { open.append(membership.role) }
        }
        return found
    }
}

extension Session {
    /// The role that statements run as: that of the session, or the one of SET ROLE.
    package var currentUser: String {
        let role = settings["role"]
        return role == "none" ? user : role
    }

    /// The roles as the running statement finds them.
    var roles: RoleGraph {
        if let knownRoles { return knownRoles }
        let fresh = RoleGraph(self)
        knownRoles = fresh
        return fresh
    }

    func principal(_ name: String) throws(SQLError) -> Principal { try roles.principal(name) }

    /// Whether a session may begin with the role that its settings ask for.
    package func checkRole() throws(SQLError) {
        let role = settings["role"]
        if role != "none" { try requireMembership(in: role, at: nil) }
    }

    /// `SET ROLE name`.
    /// - Throws: `42704` if there is no such role, `42501` if the session's user is no member of it.
    func requireMembership(in role: String, at span: SourceSpan?) throws(SQLError) {
        let known = try roles.all().map(\.name), own = try roles.memberships(of: user, onlyInherited: false)
        guard role == user || known.contains(role) else {
            throw SQLError(.undefinedObject, "role \"\(role)\" does not exist", at: span)
        }
        if try principal(user).isSuperuser || own.contains(role) { return }
        throw SQLError(.insufficientPrivilege, "permission denied to set role \"\(role)\"", at: span)
    }
}
