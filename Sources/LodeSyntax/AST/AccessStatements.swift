/// GRANT, REVOKE and ALTER … OWNER TO.
import LodeCore

/// A role where GRANT and its kin name one.
package enum RoleName: Sendable {
    /// `PUBLIC` reads so, too.
    case named(Identifier)
    case currentUser(SourceSpan)
    case sessionUser(SourceSpan)

    package var span: SourceSpan {
        switch self {
        case .named(let name): name.span
        case .currentUser(let span), .sessionUser(let span): span
        }
    }
}

/// `GRANT privileges ON target TO roles`, `REVOKE privileges ON target FROM roles`.
package struct AccessStatement: Sendable {
    package enum Target: Sendable {
        case tables([QualifiedName])
        /// `ALL TABLES IN SCHEMA`.
        case allTables([QualifiedName])
        case schemas([QualifiedName])
    }

    package var isGrant: Bool
    /// Nil is ALL.
    package var privileges: [Identifier]?
    package var target: Target
    package var roles: [RoleName]
    /// `WITH GRANT OPTION`, `GRANT OPTION FOR`.
    package var grantOption: Bool
    package var grantor: RoleName?
    package var isCascade: Bool
}

/// `GRANT roles TO roles`, `REVOKE roles FROM roles`.
package struct MembershipStatement: Sendable {
    package var isGrant: Bool
    package var roles: [Identifier]
    package var members: [RoleName]
    /// `WITH ADMIN OPTION`, `ADMIN OPTION FOR`.
    package var adminOption: Bool
    package var grantor: RoleName?
    package var isCascade: Bool
}

/// `ALTER TABLE|VIEW|SCHEMA name OWNER TO role`.
package struct AlterOwner: Sendable {
    package enum Kind: String, Sendable {
        case table = "TABLE"
        case view = "VIEW"
        case schema = "SCHEMA"
    }

    package var kind: Kind
    package var name: QualifiedName
    package var owner: RoleName
}
