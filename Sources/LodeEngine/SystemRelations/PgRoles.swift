/// `pg_roles` and what else lists roles. What passwords are checked against is shown to nobody.

import LodeCatalog
import LodeCore

enum PgRoles: SystemRelation {
    static let name = "pg_roles"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.roles().map { role, number in
            [
                .text(role.name), .boolean(role.isSuperuser), .boolean(role.inherits), .boolean(role.canCreateRoles),
                .boolean(role.canCreateDatabases), .boolean(role.canLogin), .no, .number(role.connectionLimit), .text(role.hiddenPassword),
                role.end, .boolean(role.isSuperuser), .null, .number(number),
            ]
        }
    }
}

enum PgAuthid: SystemRelation {
    static let name = "pg_authid"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.roles().map { role, number in
            [
                .number(number), .text(role.name), .boolean(role.isSuperuser), .boolean(role.inherits), .boolean(role.canCreateRoles),
                .boolean(role.canCreateDatabases), .boolean(role.canLogin), .no, .boolean(role.isSuperuser), .number(role.connectionLimit),
                role.verifier == nil ? .null : .text(role.hiddenPassword), role.end,
            ]
        }
    }
}

enum PgUser: SystemRelation {
    static let name = "pg_user"
    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] { try scope.objects.loginRows() }
}

enum PgShadow: SystemRelation {
    static let name = "pg_shadow"
    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] { try scope.objects.loginRows() }
}

/// Roles that cannot log in.
enum PgGroup: SystemRelation {
    static let name = "pg_group"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.roles().filter { !$0.role.canLogin }.map { [.text($0.role.name), .number($0.number), .list([])] }
    }
}

extension CatalogObjects {
    /// The rows of `pg_user`.
    fileprivate func loginRows() throws(SQLError) -> [[Value]] {
        try roles().filter(\.role.canLogin).map { role, number in
            [
                .text(role.name), .number(number), .boolean(role.canCreateDatabases), .boolean(role.isSuperuser), .no,
                .boolean(role.isSuperuser), .text(role.hiddenPassword), role.end, .null,
            ]
        }
    }
}

extension Role {
    fileprivate var hiddenPassword: String { "********" }
    fileprivate var end: Value { validUntil.map { .timestamp($0) } ?? .null }
}
