/// Who a statement runs as.

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

extension Principal {
    init(_ name: String, among all: [Role], isOwner: Bool) {
        let isSuperuser = all.first { $0.name == name }?.isSuperuser ?? isOwner
        self.init(name: name, isSuperuser: isSuperuser, roles: Session.memberships(of: name, all, onlyInherited: true))
    }
}

extension Session {
    /// The role that statements run as: that of the session, or the one of SET ROLE.
    package var currentUser: String {
        let role = settings["role"]
        return role == "none" ? user : role
    }

    /// What a role is. One that nobody has made is only itself; but the session's own, where the client started the process, is a
    /// superuser.
    func principal(_ name: String) throws(SQLError) -> Principal {
        if let known = principals[name] { return known }
        let found = Principal(name, among: try catalog.roles(), isOwner: isOwner(name))
        principals[name] = found
        return found
    }

    /// Whether it is the session's own, and the client started the process.
    func isOwner(_ role: String) -> Bool { role == user && !isRemote }

    /// The role and all that it is a member of, directly or not.
    static func memberships(of name: String, _ all: [Role], onlyInherited: Bool) -> Set<String> {
        let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var found: Set<String> = [name], open = [name]
        while let next = open.popLast() {
            guard let role = byName[next], role.inherits || !onlyInherited else { continue }
            for membership in role.memberships ?? [] where found.insert(membership.role).inserted { open.append(membership.role) }
        }
        return found
    }

    /// Whether a session may begin with the role that its settings ask for.
    package func checkRole() throws(SQLError) {
        let role = settings["role"]
        if role != "none" { try requireMembership(in: role, at: nil) }
    }

    /// `SET ROLE name`.
    /// - Throws: `42704` if there is no such role, `42501` if the session's user is no member of it.
    func requireMembership(in role: String, at span: SourceSpan?) throws(SQLError) {
        let all = try catalog.roles()
        guard all.contains(where: { $0.name == role }) || role == user else {
            throw SQLError(.undefinedObject, "role \"\(role)\" does not exist", at: span)
        }
        if try principal(user).isSuperuser || Self.memberships(of: user, all, onlyInherited: false).contains(role) { return }
        throw SQLError(.insufficientPrivilege, "permission denied to set role \"\(role)\"", at: span)
    }
}
