/// GRANT, REVOKE and owners.
import LodeCore

extension Printer {
    mutating func access(_ access: AccessStatement) {
        write(access.isGrant ? "GRANT " : access.grantOption ? "REVOKE GRANT OPTION FOR " : "REVOKE ")
        if let privileges = access.privileges {
            list(privileges) { $0.privilege($1) }
        } else {
            write("ALL")
        }
        write(" ON ")
        switch access.target {
        case .tables(let names):
            write("TABLE ")
            list(names) { $0.name($1) }
        case .allTables(let names):
            write("ALL TABLES IN SCHEMA ")
            list(names) { $0.name($1) }
        case .schemas(let names):
            write("SCHEMA ")
            list(names) { $0.name($1) }
        }
        write(access.isGrant ? " TO " : " FROM ")
        list(access.roles) { $0.role($1) }
        if access.isGrant, access.grantOption { write(" WITH GRANT OPTION") }
        ending(access.grantor, access.isCascade)
    }

    mutating func membership(_ membership: MembershipStatement) {
        write(membership.isGrant ? "GRANT " : membership.adminOption ? "REVOKE ADMIN OPTION FOR " : "REVOKE ")
        list(membership.roles) { $0.name($1) }
        write(membership.isGrant ? " TO " : " FROM ")
        list(membership.members) { $0.role($1) }
        if membership.isGrant, membership.adminOption { write(" WITH ADMIN OPTION") }
        ending(membership.grantor, membership.isCascade)
    }

    mutating func alterOwner(_ alter: AlterOwner) {
        write("ALTER \(alter.kind.rawValue) ")
        name(alter.name)
        write(" OWNER TO ")
        role(alter.owner)
    }

    private mutating func ending(_ grantor: RoleName?, _ isCascade: Bool) {
        if let grantor {
            write(" GRANTED BY ")
            role(grantor)
        }
        if isCascade { write(" CASCADE") }
    }

    /// Keywords that are privileges stand as they are.
    private mutating func privilege(_ word: Identifier) {
        let known = ["select", "insert", "update", "delete", "truncate", "references", "trigger", "usage", "create"]
        if !word.isQuoted, known.contains(word.text) { write(word.text.uppercased()) } else { name(word) }
    }

    private mutating func role(_ role: RoleName) {
        switch role {
        case .named(let name): self.name(name)
        case .currentUser: write("CURRENT_USER")
        case .sessionUser: write("SESSION_USER")
        }
    }
}
