/// GRANT and REVOKE of privileges, and another owner, as changes to what the catalog holds at the time.

import LodeCore

package enum AccessChange: Hashable, Sendable {
    /// To all grantees; nil is PUBLIC. `grantor` is the owner if it is nil.
    case grant(Privileges, to: [String?], by: String?, canPassOn: Bool)
    case revoke(Privileges, from: [String?], by: String?, onlyPassingOn: Bool, cascades: Bool)
    case owner(String)
}

/// What has an owner and a list.
package protocol Guarded {
    var owner: String? { get set }
    var access: AccessList? { get set }
    /// What an owner has.
    var allPrivileges: Privileges { get }
    /// The list that stands for none.
    var initialAccess: AccessList { get }
}

extension Guarded {
    package var ownerName: String { owner ?? Role.first }

    /// What a role has that is all of these roles. An owner has everything where nobody took it away.
    package func privileges(of roles: Set<String>) -> Privileges { (access ?? initialAccess).privileges(of: roles) }

    /// What it may grant: an owner always may.
    package func passedOn(by roles: Set<String>) -> Privileges {
        roles.contains(ownerName) ? allPrivileges : (access ?? initialAccess).passedOn(by: roles)
    }

    mutating func apply(_ change: AccessChange) throws(SQLError) {
        var list = access ?? initialAccess
        switch change {
        case .grant(let privileges, let grantees, let grantor, let canPassOn):
            for grantee in grantees { list.grant(privileges, to: grantee, by: grantor ?? ownerName, canPassOn: canPassOn) }
        case .revoke(let privileges, let grantees, let grantor, let onlyPassingOn, let cascades):
            for grantee in grantees {
                try list.revoke(privileges, from: grantee, by: grantor ?? ownerName, onlyPassingOn: onlyPassingOn, cascades: cascades)
            }
        case .owner(let new):
            list.changeOwner(from: ownerName, to: new)
            if access == nil { return owner = new }
            owner = new
        }
        access = list
    }
}

extension GlueTable: Guarded {
    package var allPrivileges: Privileges { .ofTables }
    /// What ships with Lode everybody may read.
    package var initialAccess: AccessList {
        var list = AccessList(owner: ownerName, all: allPrivileges)
        if kind == .system { list.grant(.select, to: nil, by: ownerName, canPassOn: false) }
        return list
    }
}

extension GlueDatabase: Guarded {
    package var allPrivileges: Privileges { .ofSchemas }
    /// The schemas that are there from the start are open to all, for looking things up.
    package var initialAccess: AccessList {
        var list = AccessList(owner: ownerName, all: allPrivileges)
        let isOpen = ShippedTables.isShipped(database: name) || name.lowercased() == EmbeddedCatalog.defaultDatabase
        if isOpen { list.grant(.usage, to: nil, by: ownerName, canPassOn: false) }
        return list
    }
}
