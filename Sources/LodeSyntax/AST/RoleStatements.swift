/// Statements about roles.
import LodeCore

package enum RoleStatement: Sendable {
    case createRole(CreateRole)
    case alterRole(AlterRole)
    case dropRole([Identifier], ifExists: Bool)
    case access(AccessStatement)
    case membership(MembershipStatement)
    case alterOwner(AlterOwner)

    var changeName: String? {
        switch self {
        case .createRole: "CREATE ROLE"
        case .alterRole: "ALTER ROLE"
        case .dropRole: "DROP ROLE"
        case .access(let access): access.isGrant ? "GRANT" : "REVOKE"
        case .membership(let membership): membership.isGrant ? "GRANT ROLE" : "REVOKE ROLE"
        case .alterOwner(let alter): "ALTER \(alter.kind.rawValue)"
        }
    }
}

/// `CREATE ROLE|USER [IF NOT EXISTS] name [WITH] options`.
package struct CreateRole: Sendable {
    package var name: Identifier
    /// CREATE USER: the role may connect unless NOLOGIN is said.
    package var isUser: Bool
    package var ifNotExists: Bool
    package var options: [RoleOption]
}

/// `ALTER ROLE name [WITH] options`, `ALTER ROLE name RENAME TO name`.
package struct AlterRole: Sendable {
    package var name: Identifier
    package var options: [RoleOption]
    package var newName: Identifier?
}

package enum RoleOption: Sendable {
    /// Nil is PASSWORD NULL.
    case password(String?)
    case validUntil(String, SourceSpan)
    case connectionLimit(Int)
    /// `LOGIN`, `NOSUPERUSER`, …, in lower case.
    case flag(Identifier)
}
