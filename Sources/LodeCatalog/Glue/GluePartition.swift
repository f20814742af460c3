/// One registered partition in Glue's shape.

/// - Source: AWS Glue Web API Reference, "Partition".
package struct GluePartition: Codable, Hashable, Sendable {
    /// As text, aligned with the table's `PartitionKeys`; Hive's default partition stands for NULL.
    package var values: [String]
    package var location: String?
    package var parameters: [String: String]?

    enum CodingKeys: String, CodingKey {
        case values = "Values", location = "Location", parameters = "Parameters"
    }

    package init(values: [String], location: String? = nil, parameters: [String: String]? = nil) {
        self.values = values
        self.location = location
        self.parameters = parameters
    }
}
