/// Roles, which belong to the catalog as a whole.

import LodeCore

extension TransactionCatalog {
    package func roles() throws(SQLError) -> [Role] { try base.roles() }
    package func role(_ name: String) throws(SQLError) -> Role? { try base.role(name) }

    /// - Throws: `25001`: a change of a role is a commit of its own.
    package func changeRole(_ name: String, _ change: @Sendable (Role?) throws(SQLError) -> Role?) throws(SQLError) {
        throw SQLError(
            .activeTransaction, "a role cannot be changed inside a transaction block", hint: "Change it before BEGIN or after COMMIT.")
    }
}
