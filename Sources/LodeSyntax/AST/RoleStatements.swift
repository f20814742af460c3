/// Statements about roles, and about secrets.
import LodeCore

package enum RoleStatement: Sendable {
    case createRole(CreateRole)
    case alterRole(AlterRole)
    case dropRole([Identifier], ifExists: Bool)
    case access(AccessStatement)
    case membership(MembershipStatement)
    case alterOwner(AlterOwner)
    case createSecret(CreateSecret)
    case dropSecret(DropSecret)
    /// Nil is the current user.
    case createAccessKey(for: Identifier?)
    case dropAccessKey(String, ifExists: Bool, SourceSpan)

    var changeName: String? {
        switch self {
        case .createRole: "CREATE ROLE"
        case .alterRole: "ALTER ROLE"
        case .dropRole: "DROP ROLE"
        case .access(let access): access.isGrant ? "GRANT" : "REVOKE"
        case .membership(let membership): membership.isGrant ? "GRANT ROLE" : "REVOKE ROLE"
        case .alterOwner(let alter): "ALTER \(alter.kind.rawValue)"
        case .createSecret: "CREATE SECRET"
        case .dropSecret: "DROP SECRET"
        case .createAccessKey: "CREATE ACCESS KEY"
        case .dropAccessKey: "DROP ACCESS KEY"
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

/// `CREATE [OR REPLACE] [PERSISTENT|TEMPORARY] SECRET [IF NOT EXISTS] [name] [IN storage] (options)`.
package struct CreateSecret: Sendable {
    package var name: Identifier?
    package var orReplace: Bool
    package var ifNotExists: Bool
    package var isPersistent: Bool
    package var storage: Identifier?
    package var options: [SecretOption]
}

/// `KEY value`, `KEY = value`, `KEY ['value', 'value']`.
package struct SecretOption: Sendable {
    package var key: Identifier
    /// As texts; one, unless a list was written.
    package var values: [String]
}

/// `DROP [PERSISTENT|TEMPORARY] SECRET [IF EXISTS] name [FROM storage]`.
package struct DropSecret: Sendable {
    package var name: Identifier
    package var ifExists: Bool
    package var isPersistent: Bool
    package var storage: Identifier?
}
