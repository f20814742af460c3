/// A role: who may connect, and what it may do.

import LodeCore

/// - Source: PostgreSQL, "CREATE ROLE".
package struct Role: Codable, Equatable, Sendable {
    /// As it was written; quoted names keep their case.
    package var name: String
    package var canLogin = false
    package var isSuperuser = false
    package var canCreateRoles = false
    package var canCreateDatabases = false
    package var inherits = true
    /// What a password is checked against, as PostgreSQL stores it: `SCRAM-SHA-256$…`. Nil: no password is right.
    package var verifier: String?
    /// Connections at a time; -1 is no limit.
    package var connectionLimit = -1
    /// Microseconds since 1970-01-01 UTC from which the password holds no longer.
    package var validUntil: Int64?

    /// A role that this one is a member of.
    package struct Membership: Codable, Hashable, Sendable {
        package var role: String
        /// Whether it may make others members.
        package var isAdmin = false

        package init(role: String, isAdmin: Bool) {
            self.role = role
            self.isAdmin = isAdmin
        }
    }

    /// Nil of a role that never was a member of another one.
    package var memberships: [Membership]?

    package init(name: String) { self.name = name }

    /// The role that a warehouse begins with.
    package static let first = "lode"
}
