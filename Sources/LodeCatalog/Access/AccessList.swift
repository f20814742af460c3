/// Who may do what with one table or schema: its access control list.

import LodeCore

/// Kept with the definition of its object; an object without one is its owner's alone.
package struct AccessList: Codable, Hashable, Sendable {
    /// What one role gave another.
    package struct Grant: Codable, Hashable, Sendable {
        /// Nil is PUBLIC: every role.
        package var grantee: String?
        package var grantor: String
        package var privileges: Privileges
        /// Those of them that the grantee may pass on.
        package var passedOn: Privileges = []
    }

    package private(set) var grants: [Grant]

    /// The list of an object to which nobody has granted anything yet.
    package init(owner: String, all: Privileges) {
        grants = [Grant(grantee: owner, grantor: owner, privileges: all, passedOn: all)]
    }

    init(_ grants: [Grant]) { self.grants = grants }

    /// That of a table which everybody may read who may use its schema.
    static func readableByAll(owner: String) -> AccessList {
        var list = AccessList(owner: owner, all: .ofTables)
        list.grant(.select, to: nil, by: owner, canPassOn: false)
        return list
    }

    /// What a role has that is all of these roles.
    package func privileges(of roles: Set<String>) -> Privileges {
        grants.reduce(into: []) { found, grant in
            if grant.grantee.map({ roles.contains($0) }) ?? true { found.formUnion(grant.privileges) }
        }
    }

    /// What it may pass on.
    package func passedOn(by roles: Set<String>) -> Privileges {
        grants.reduce(into: []) { found, grant in
            if let grantee = grant.grantee, roles.contains(grantee) { found.formUnion(grant.passedOn) }
        }
    }

    package func names(_ role: String) -> Bool { grants.contains { $0.grantee == role || $0.grantor == role } }

    /// `reader=r/lode`, as PostgreSQL writes an item; PUBLIC has no name. The owner may pass on all that is theirs: no stars say so.
    package func texts(owner: String) -> [String] {
        grants.map { grant in
            let stars = grant.grantee == owner ? [] : grant.passedOn
            return "\(grant.grantee.map(Self.quoted) ?? "")=\(grant.privileges.letters(passedOn: stars))/\(Self.quoted(grant.grantor))"
        }
    }

    private static func quoted(_ name: String) -> String {
        let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        return isPlain ? name : "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }

    // MARK: Changes

    mutating func grant(_ privileges: Privileges, to grantee: String?, by grantor: String, canPassOn: Bool) {
        if let index = grants.firstIndex(where: { $0.grantee == grantee && $0.grantor == grantor }) {
            grants[index].privileges.formUnion(privileges)
            if canPassOn { grants[index].passedOn.formUnion(privileges) }
        } else {
            grants.append(Grant(grantee: grantee, grantor: grantor, privileges: privileges, passedOn: canPassOn ? privileges : []))
        }
    }

    /// Takes back what `grantor` gave; what the grantee passed on goes with it, if `cascades`.
    /// - Throws: `2BP01` if something was passed on and nothing cascades.
    mutating func revoke(
        _ privileges: Privileges, from grantee: String?, by grantor: String, onlyPassingOn: Bool, cascades: Bool
    ) throws(SQLError) {
        guard let index = grants.firstIndex(where: { $0.grantee == grantee && $0.grantor == grantor }) else { return }
        let lost = grants[index].passedOn.intersection(privileges)
        if !onlyPassingOn { grants[index].privileges.subtract(privileges) }
        grants[index].passedOn.subtract(privileges)
        if grants[index].privileges.isEmpty { grants.remove(at: index) }
        guard let grantee, grantee != grantor, !lost.isEmpty else { return }
        let still = lost.intersection(passedOn(by: [grantee]))
        for grant in grants where grant.grantor == grantee && !grant.privileges.intersection(lost.subtracting(still)).isEmpty {
            guard cascades else {
                throw SQLError(.dependentObjectsStillExist, "dependent privileges exist", hint: "Use CASCADE to revoke them too.")
            }
            try revoke(lost.subtracting(still), from: grant.grantee, by: grantee, onlyPassingOn: false, cascades: true)
        }
    }

    /// The list when its object goes to another owner: the new one takes the place of the old one.
    mutating func changeOwner(from old: String, to new: String) {
        var merged = AccessList([])
        for grant in grants {
            let grantee = grant.grantee == old ? new : grant.grantee, grantor = grant.grantor == old ? new : grant.grantor
            merged.grant(grant.privileges.subtracting(grant.passedOn), to: grantee, by: grantor, canPassOn: false)
            merged.grant(grant.passedOn, to: grantee, by: grantor, canPassOn: true)
        }
        grants = merged.grants.filter { !$0.privileges.isEmpty }
    }
}
