/// `lode.secrets`: how remote stores are reached.

import LodeCore
import LodeObjectStore

/// Also `duckdb_secrets()`. Keys and tokens are `redacted`.
enum SecretsRelation: SystemRelation {
    static let schema = "lode"
    static let name = "secrets"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        guard try scope.roles.principal(scope.user).isSuperuser else { return [] }
        return scope.engine.stores.secrets.all.map { secret in
            [
                .text(SQLText(secret.name)), .optional(secret.kind.rawValue), .optional(secret.provider.rawValue), .no, .optional("memory"),
                .list(secret.scope.map { .text(SQLText($0)) }), .text(SQLText(secret.shown)),
            ]
        }
    }
}
