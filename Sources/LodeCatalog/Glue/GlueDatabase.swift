/// A database (SQL's schema) in Glue's shape.

/// - Source: AWS Glue Web API Reference, "Database".
package struct GlueDatabase: Codable, Hashable, Sendable {
    package var name: String
    package var description: String?
    package var locationUri: String?
    package var parameters: [String: String]?
    /// Microseconds since 1970-01-01 UTC.
    package var createTime: Int64?
    /// Of the catalog's own counting; not part of the definition.
    package var number: Int64?
    /// The role that made it, or was given it; nil is the first role.
    package var owner: String?
    /// What was granted; nil as long as nothing was.
    package var access: AccessList?

    enum CodingKeys: String, CodingKey {
        case name = "Name", description = "Description", locationUri = "LocationUri", parameters = "Parameters"
        case createTime = "CreateTime", owner = "Owner", access = "Access"
    }

    package init(name: String, description: String? = nil, locationUri: String? = nil, parameters: [String: String]? = nil) {
        self.name = name
        self.description = description
        self.locationUri = locationUri
        self.parameters = parameters
    }
}
