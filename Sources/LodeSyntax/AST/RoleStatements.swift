/// CREATE ROLE and ALTER ROLE.
import LodeCore

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
