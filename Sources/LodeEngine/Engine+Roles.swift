/// What a listener asks about roles.

import LodeCatalog
import LodeCore

extension Engine {
    /// A role that wants to connect.
    package struct LoginRole: Sendable {
        package var canLogin: Bool
        package var isSuperuser: Bool
        package var verifier: String?
        /// Connections at a time; -1 is no limit.
        package var connectionLimit: Int
    }

    /// The role that a warehouse begins with.
    package static var firstRole: String { Role.first }

    /// Nil for a role that does not exist. A password that has expired is as good as none.
    package func loginRole(_ name: String) throws(SQLError) -> LoginRole? {
        guard let role = try catalog.role(name) else { return nil }
        let isExpired = role.validUntil.map { $0 <= Self.nowMicros() } ?? false
        return LoginRole(
            canLogin: role.canLogin, isSuperuser: role.isSuperuser, verifier: isExpired ? nil : role.verifier,
            connectionLimit: role.connectionLimit)
    }

    /// Makes the first role, if there is none yet; gives it the password, if one is given.
    /// - Returns: the password that was made up for it, to be shown once.
    package func prepareFirstRole(password: String?, makeUp: () -> String?) throws(SQLError) -> String? {
        let isThere = try catalog.role(Role.first) != nil
        let madeUp = password == nil && !isThere ? makeUp() : nil
        let verifier = (password ?? madeUp).flatMap { text in makeVerifier.map { $0(text) } }
        if isThere, verifier == nil { return nil }
        try catalog.changeRole(Role.first) { (known) throws(SQLError) in
            var role = known ?? Role(name: Role.first)
            if known == nil {
                role.canLogin = true
                role.isSuperuser = true
                role.canCreateRoles = true
                role.canCreateDatabases = true
            }
            role.verifier = verifier ?? role.verifier
            return role
        }
        return madeUp
    }
}
