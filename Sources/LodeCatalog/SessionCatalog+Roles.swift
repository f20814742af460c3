/// Roles are those of the catalog that all share.

import LodeCore

extension SessionCatalog {
    package func roles() throws(SQLError) -> [Role] { try shared.roles() }
    package func role(_ name: String) throws(SQLError) -> Role? { try shared.role(name) }

    package func changeRole(_ name: String, _ change: @Sendable (Role?) throws(SQLError) -> Role?) throws(SQLError) {
        try shared.changeRole(name, change)
    }
}
