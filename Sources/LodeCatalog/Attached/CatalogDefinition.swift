/// What CREATE CATALOG says, as the warehouse's catalog keeps it.

import LodeCore

/// Nothing of it is a secret: what those are for is said by the environment, by a secret that the option `secret` names, or again by each
/// process that needs them.
package struct CatalogDefinition: Codable, Hashable, Sendable {
    /// In lower case.
    package var name: String
    package var kind: String
    package var options: [String: String]
    /// Names of the options that are secrets, and were given without being kept.
    package var secrets: [String]

    enum CodingKeys: String, CodingKey { case name = "Name", kind = "Kind", options = "Options", secrets = "Secrets" }

    /// For SHOW CATALOGS.
    package var shown: String {
        let kept = options.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        return (kept + secrets.map { "\($0) = ***" }).joined(separator: ", ")
    }
}
