/// One column in Glue's shape.

/// Name, Hive type string and comment.
/// - Source: AWS Glue Web API Reference, "Column".
package struct GlueColumn: Codable, Hashable, Sendable {
    package var name: String
    /// A type as `HiveTypeText` reads it: `array<int>`, `decimal(12,2)`.
    package var type: String
    package var comment: String?
    /// `nullable` = `false` marks NOT NULL.
    package var parameters: [String: String]?

    enum CodingKeys: String, CodingKey {
        case name = "Name", type = "Type", comment = "Comment", parameters = "Parameters"
    }

    package init(name: String, type: String, comment: String? = nil, nullable: Bool = true) {
        self.name = name
        self.type = type
        self.comment = comment
        parameters = nullable ? nil : ["nullable": "false"]
    }

    package var nullable: Bool { parameters?["nullable"] != "false" }
}
